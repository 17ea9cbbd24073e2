"""The first page stays light: 100 kB compressed, 30 kB of it script."""

import gzip
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from tests.factories.inbox import DraftFactory, MessageFactory, minutes_ago
from tests.factories.leads import LeadFactory

pytestmark = pytest.mark.django_db

MAX_PAGE_BYTES = 100_000
MAX_SCRIPT_BYTES = 30_000


def weight(content):
    return len(gzip.compress(content, 9))


def test_first_page_stays_within_its_budget(client, desk):
    for number in range(30):
        lead = LeadFactory(workspace=desk.workspace)
        DraftFactory(lead=lead, context_message=MessageFactory(lead=lead, sent_at=minutes_ago(number + 60)))

    page = client.login_as(desk.owner).get("/", {"leadId": str(desk.lead.pk)}).content

    addresses = set(re.findall(r'(?:src|href)="/static/([^"#]+)', page.decode()))
    files = {address: Path(finders.find(address)).read_bytes() for address in addresses}
    scripts = sum(weight(content) for address, content in files.items() if address.endswith(".js"))
    total = weight(page) + sum(weight(content) for content in files.values())
    assert {"inbox/js/desk.js", "inbox/js/editor.js", "django_htmx/htmx-2.min.js"} <= set(files)
    assert scripts <= MAX_SCRIPT_BYTES
    assert total <= MAX_PAGE_BYTES
