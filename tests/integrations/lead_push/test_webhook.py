"""POST /api/webhooks/lead-push/<source>: who may push, what is kept, what is refused."""

from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from drf_spectacular.generators import SchemaGenerator

from integrations.lead_push.payload import read_push
from integrations.models import Connection
from tests.factories.integrations import ConnectionFactory
from tests.factories.workspaces import WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.jobs.models import WebhookEvent

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

SECRET = "push-secret-of-the-workspace"
DANA = {"id": "a-17", "email": "dana@northfork.example", "firstName": "Dana", "industry": "Dental"}


@pytest.fixture
def hub() -> Connection:
    return ConnectionFactory(workspace=WorkspaceFactory(), provider="LEAD_PUSH", secrets={"webhook_secret": SECRET})


def post(client: ZrgClient, body: Any, named: object, *, source: str = "api", secret: str = SECRET) -> HttpResponse:
    path = f"/api/webhooks/lead-push/{source}" + (f"?clientId={named}" if named is not None else "")
    return client.post(path, body, content_type="application/json", headers={"authorization": f"Bearer {secret}"})


def test_a_push_is_kept_once(hub: Connection, client: ZrgClient) -> None:
    first, again = post(client, DANA, hub.workspace_id), post(client, {**DANA, "city": "Austin"}, hub.workspace_id)

    event = WebhookEvent.objects.get()
    assert (first.status_code, first.json()["queued"], again.json()["deduped"]) == (200, True, True)
    assert (event.provider, event.event_type, event.workspace_id) == ("LEAD_PUSH", "lead_api", hub.workspace_id)
    assert event.dedupe_key == f"lead_push:{hub.workspace_id}:lead:api:a-17"


def test_without_an_id_the_words_tell_pushes_apart(hub: Connection, client: ZrgClient) -> None:
    plain = {name: value for name, value in DANA.items() if name != "id"}
    turned = dict(reversed(plain.items()))

    answers = [post(client, body, hub.workspace_id).json() for body in (plain, turned, {**plain, "city": "Austin"})]

    assert [one.get("deduped", False) for one in answers] == [False, True, False]


def test_each_source_has_ids_of_its_own(hub: Connection, client: ZrgClient) -> None:
    for source in ("api", "datashopper", "audience_labs", "clay"):
        assert post(client, DANA, hub.workspace_id, source=source).json()["queued"] is True

    assert WebhookEvent.objects.count() == 4


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"source": "stranger"}, 404, "Unknown source"),
        ({"named": None}, 400, "Missing clientId"),
        ({"named": uuid4()}, 404, "Client not found"),
        ({"secret": "wrong"}, 401, "Unauthorized"),
        ({"secret": ""}, 401, "Unauthorized"),
        ({"body": "["}, 400, "Invalid JSON payload"),
        ({"body": [DANA]}, 400, "Invalid JSON payload"),
        ({"body": {"id": "a-17"}}, 400, "Missing lead fields"),
        ({"body": {"email": None, "tags": [{}]}}, 400, "Missing lead fields"),
    ],
)
def test_what_is_refused_leaves_nothing(
    hub: Connection, client: ZrgClient, changes: dict[str, Any], status: int, error: str
) -> None:
    given = {"body": DANA, "named": hub.workspace_id, **changes}

    response = post(client, given.pop("body"), given.pop("named"), **given)

    assert (response.status_code, response.json()) == (status, {"error": error})
    assert not WebhookEvent.objects.exists()


def test_a_workspace_without_the_connection_takes_nothing(hub: Connection, client: ZrgClient) -> None:
    assert post(client, DANA, WorkspaceFactory().pk).status_code == 401
    Connection.objects.filter(pk=hub.pk).update(is_active=False)
    assert post(client, DANA, hub.workspace_id).status_code == 401
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize(
    ("payload", "columns"),
    [
        ({"lead": {"email": "a@b.example"}, "listName": "May"}, {"listName": "May", "email": "a@b.example"}),
        ({"company": {"name": "Northfork", "size": 12}}, {"company name": "Northfork", "company size": "12"}),
        ({"tags": ["hot", "dental"], "optIn": True, "empty": " "}, {"tags": "hot, dental", "optIn": "yes"}),
        ({"deep": {"er": {"est": 1}}, "score": 4.5}, {"score": "4.5"}),
    ],
)
def test_usual_shapes_are_read(payload: dict[str, Any], columns: dict[str, str]) -> None:
    assert dict(read_push(payload).columns) == columns


def test_the_door_is_described_as_it_answers(hub: Connection, client: ZrgClient) -> None:
    described = SchemaGenerator().get_schema(request=None, public=True)
    door = described["paths"]["/api/webhooks/lead-push/{source}"]["post"]
    kept = door["responses"]["200"]["content"]["application/json"]["schema"]["properties"]

    first, again = post(client, DANA, hub.workspace_id), post(client, DANA, hub.workspace_id)

    assert set(first.json()) | set(again.json()) == set(kept)
    assert door["parameters"][0]["schema"]["enum"] == ["datashopper", "audience_labs", "clay", "api"]
    assert {name for scheme in door["security"] for name in scheme} <= set(described["components"]["securitySchemes"])
    for status, answer in {
        "400": post(client, DANA, None),
        "401": post(client, DANA, hub.workspace_id, secret="wrong"),
        "404": post(client, DANA, hub.workspace_id, source="nobody"),
    }.items():
        assert answer.status_code == int(status)
        assert answer.json()["error"] in door["responses"][status]["description"]
