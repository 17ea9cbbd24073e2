"""POST /api/webhooks/email: whose call it is, by host, account, `clientId` or name."""

import pytest

from integrations.models import Connection
from tests.factories import ConnectionFactory, WorkspaceFactory
from tests.integrations.conftest import GRANITE_SECRET
from tests.integrations.emailbison.payloads import GRANITE_HOST, HOST, REPLY, URL, call, post
from tests.support.client import ZrgClient
from zrg.jobs.enums import EventStatus
from zrg.jobs.models import WebhookEvent


def test_host_decides_between_equal_account_ids(northfork: Connection, granite: Connection, client: ZrgClient) -> None:
    response = post(client, call(event={"instance_url": GRANITE_HOST}), **{"x-emailbison-secret": GRANITE_SECRET})

    assert response.status_code == 200
    assert WebhookEvent.objects.get().workspace_id == granite.workspace_id


def test_hosts_are_compared_without_case_and_port_free(northfork: Connection, client: ZrgClient) -> None:
    response = post(client, call(event={"instance_url": f"HTTPS://{HOST.upper()}/api", "workspace_name": None}))

    assert response.json()["queued"] is True


@pytest.mark.parametrize("url", [None, "", "https://unheard-of.example"])
def test_account_alone_when_the_host_is_unknown(northfork: Connection, client: ZrgClient, url: str | None) -> None:
    response = post(client, call(event={"instance_url": url, "workspace_name": "nobody"}))

    assert response.json()["queued"] is True


def test_account_on_another_known_host_is_not_accepted(northfork: Connection, client: ZrgClient) -> None:
    ConnectionFactory(workspace=WorkspaceFactory(), external_account_id="91", host="mail.granite.example")

    response = post(client, call(event={"instance_url": GRANITE_HOST, "workspace_name": "nobody"}))

    assert response.status_code == 404


def test_ambiguous_account_without_host_is_kept_unrouted(
    northfork: Connection, granite: Connection, client: ZrgClient
) -> None:
    response = post(client, call(event={"instance_url": None, "workspace_name": "nobody"}))

    event = WebhookEvent.objects.get()
    assert (response.status_code, response.json()) == (404, {"error": "Client not found for webhook"})
    assert (event.status, event.workspace_id, event.provider_workspace_id) == (EventStatus.UNROUTED, None, "14")
    assert event.dedupe_key.startswith("emailbison:unrouted:")


def test_unrouted_call_is_kept_once(db: None, client: ZrgClient) -> None:
    for _ in range(2):
        assert post(client, call()).status_code == 404

    assert WebhookEvent.objects.get().redelivered_count == 1


def test_unrouted_calls_over_64_kib_are_not_kept(db: None, client: ZrgClient) -> None:
    response = post(client, call(reply={**REPLY, "text_body": "x" * 66_000}))

    assert response.status_code == 404
    assert not WebhookEvent.objects.exists()


def test_unrouted_calls_are_bounded(db: None, client: ZrgClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integrations.emailbison.webhook.UNROUTED_PER_DAY", 2)

    for number in range(4):
        post(client, call(reply={**REPLY, "id": number}))

    assert WebhookEvent.objects.count() == 2


def test_client_id_outranks_the_payload(northfork: Connection, client: ZrgClient) -> None:
    other = ConnectionFactory(workspace=WorkspaceFactory(name="Twin Rivers"), external_account_id="91", host=HOST)

    post(client, call(), f"{URL}?clientId={other.workspace_id}")

    assert WebhookEvent.objects.get().workspace_id == other.workspace_id


@pytest.mark.parametrize("client_id", ["not-a-uuid", "00000000-0000-4000-8000-000000000000", ""])
def test_client_id_that_names_nobody_falls_through(northfork: Connection, client: ZrgClient, client_id: str) -> None:
    response = post(client, call(), f"{URL}?clientId={client_id}")

    assert response.status_code == 200
    assert WebhookEvent.objects.get().workspace_id == northfork.workspace_id


@pytest.mark.parametrize(
    "name",
    [
        "Northfork Dental",
        "  northfork DENTAL ",
        "Northfork Dental - Inboxxia Client",
        "northfork dental - emailbison client",
        "Northfork Dental - Inboxxia",
        "Northfork Dental - EmailBison",
    ],
)
def test_workspace_by_name(northfork: Connection, client: ZrgClient, name: str) -> None:
    response = post(client, call(event={"workspace_id": None, "workspace_name": name}))

    assert response.status_code == 200


def test_event_name_stands_in_for_a_missing_workspace_name(northfork: Connection, client: ZrgClient) -> None:
    event = {"workspace_id": None, "workspace_name": None, "name": "Northfork Dental"}

    assert post(client, call(event=event)).status_code == 200


def test_two_workspaces_of_one_name_are_not_guessed(db: None, client: ZrgClient) -> None:
    for account, name in (("91", "Twin Rivers"), ("92", "twin rivers")):
        ConnectionFactory(workspace=WorkspaceFactory(name=name), external_account_id=account, host=HOST)

    response = post(client, call(event={"workspace_id": None, "workspace_name": "Twin Rivers"}))

    assert response.status_code == 404


def test_renamed_workspace_is_not_found_by_its_old_name(northfork: Connection, client: ZrgClient) -> None:
    workspace = northfork.workspace
    workspace.name = "Southfork Dental"
    workspace.save(update_fields=["name"])

    response = post(client, call(event={"workspace_id": None, "workspace_name": "Northfork Dental"}))

    assert response.status_code == 404
