"""Cases side by side, each in a thread with a connection of its own."""

import pytest
from django.db import connection

from tests.factories.inbox import MessageFactory
from tests.factories.leads import LeadFactory
from tests.inbox.services.replay.conftest import ASKED, make_archive
from zrg.workspaces.context import platform

pytestmark = pytest.mark.integration


def test_three_at_a_time(committed_db, simulator, tmp_path):
    with platform():
        archive = make_archive(simulator, tmp_path)
        for _ in range(3):
            lead = LeadFactory(workspace=archive.reply.workspace)
            MessageFactory(lead=lead, body=ASKED, sentiment_tag="Information Requested")

    code, out = archive.run(concurrency=3)

    assert "4 cases: 4 passed" in out
    assert (code, archive.artefact["summary"]["unmeasured"]) == (0, 0)
    assert len({case["message"] for case in archive.artefact["cases"]}) == 4
    connection.close()
