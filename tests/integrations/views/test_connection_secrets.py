"""Secrets on the pages of connections: shown once, rotated, removed, never revealed."""

import pytest

from integrations.models import Connection
from integrations.services.secrets import read_secrets
from tests.factories import ConnectionFactory
from tests.factories.integrations import API_KEY
from tests.integrations.views.conftest import SECRET, save, url
from tests.support.client import ZrgClient
from tests.support.simulator import RunningSimulator
from zrg.workspaces.models import AdminAuditEvent, Workspace

pytestmark = pytest.mark.django_db


def test_generated_secret_is_shown_once(owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator) -> None:
    response = save(owner, workspace, "smartlead", api_key="smartlead-key-1", generate="1")

    secret = read_secrets(Connection.objects.get())["webhook_secret"]
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    assert len(secret) >= 43
    assert f'value="{secret}"' in response.content.decode()
    assert secret not in owner.get(url(workspace, "smartlead")).content.decode()


def test_webhook_secret_is_rotated(owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator) -> None:
    row = ConnectionFactory(workspace=workspace, secrets={"api_key": API_KEY, "webhook_secret": SECRET})

    response = owner.post(url(workspace, "emailbison", "webhook-secret"))

    secrets = read_secrets(Connection.objects.get(pk=row.pk))
    html = response.content.decode()
    assert response.status_code == 200
    assert secrets["api_key"] == API_KEY
    assert secrets["webhook_secret"] != SECRET
    assert f"clientId={workspace.pk}&amp;secret={secrets['webhook_secret']}" in html
    assert SECRET not in html


def test_optional_secret_is_removed_and_a_required_one_is_not(owner: ZrgClient, workspace: Workspace) -> None:
    row = ConnectionFactory(workspace=workspace, secrets={"api_key": API_KEY, "webhook_secret": SECRET})

    removed = owner.post(url(workspace, "emailbison", "secret-removal"), {"name": "webhook_secret"})
    refused = owner.post(url(workspace, "emailbison", "secret-removal"), {"name": "api_key"})
    unknown = owner.post(url(workspace, "emailbison", "secret-removal"), {"name": "password"})

    row.refresh_from_db()
    assert [one.status_code for one in (removed, refused, unknown)] == [302, 400, 400]
    assert read_secrets(row) == {"api_key": API_KEY}


def test_hard_01_secret_never_revealed_by_the_settings(
    owner: ZrgClient, workspace: Workspace, simulator: RunningSimulator
) -> None:
    """Neither pages nor answers nor audit hold a stored or typed secret; the page shows a mask."""
    save(owner, workspace, api_key=API_KEY, webhook_secret=SECRET)
    row = Connection.objects.get()

    answers = [
        owner.get(url(workspace)),
        owner.get(url(workspace, "emailbison")),
        save(owner, workspace, api_key="prov-9d8c7b6a5f4e", external_account_id="abc"),
        owner.post(url(workspace, "emailbison", "test")),
        owner.post(url(workspace, "emailbison", "secret-removal"), {"name": "api_key"}),
    ]
    audit = str(list(AdminAuditEvent.objects.values("action", "before", "after", "reason")))

    pages = "".join(answer.content.decode() for answer in answers)
    for secret in (API_KEY, SECRET, "prov-9d8c7b6a5f4e", row.secrets):
        assert secret not in pages
        assert secret not in audit
    assert f"{'•' * 12}{API_KEY[-4:]}" in pages
    assert "'fields': ['api_key', 'is_active', 'webhook_secret']" in audit
