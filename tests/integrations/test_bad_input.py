"""What no door may stumble over, at every door: the rows of "Failure and bad input" of 02."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.http import HttpResponse
from pytest_django.fixtures import Settings

from integrations.models import Connection
from tests.integrations.fuzz.doors import MAKERS, RecordedDoor, make_door, platform_secrets
from tests.support.client import ZrgClient
from tests.support.database import database_urls
from tests.support.drain import drain_events
from zrg.jobs.models import WebhookEvent

CALL = 7
# One secret for all workspaces: nothing of a connection is read.
SECRET_ELSEWHERE = {"webhook_clay", "webhook_linkedin"}


@pytest.fixture(params=MAKERS)
def door(request: pytest.FixtureRequest, db: None) -> Iterator[RecordedDoor]:
    with platform_secrets():
        yield make_door(request.param)


def post(door: RecordedDoor, body: bytes, path: str = "", content_type: str = "") -> HttpResponse:
    """A call of somebody who knows the secret."""
    answer: HttpResponse = ZrgClient().generic(
        "POST", path or door.path, body, content_type=content_type or door.content_type, headers=door.proof(body)
    )
    return answer


def genuine(door: RecordedDoor, **more: Any) -> bytes:
    return door.encode({**door.calls[0](CALL), **more})


def test_body_over_the_limit(door: RecordedDoor, settings: Settings) -> None:
    limits = {"webhook_calendly": 256 * 1024, "webhook_slack": 262_144}
    limit = limits.get(door.name, settings.WEBHOOK_MAX_BODY_BYTES)

    answer = post(door, b" " * (limit + 1))

    assert (answer.status_code, answer.json()) == (413, {"error": "Payload too large"})
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1]", b'"text"', b"null", b"NaN", b"\xff\xfe", b'{"a":' * 65 + b"1" + b"}" * 65]
)
def test_body_that_is_no_object_or_too_deep(door: RecordedDoor, body: bytes) -> None:
    answer = post(door, body)

    assert (answer.status_code, set(answer.json())) == (400, {"error"})
    assert not WebhookEvent.objects.exists()


def test_unknown_fields_nul_surrogates_and_huge_values(door: RecordedDoor) -> None:
    answer = post(door, genuine(door, **{"new\x00field": ["a\x00b", "\ud800", "x" * 20_000, 10**30, {"": None}]}))

    drain_events()

    event = WebhookEvent.objects.get()
    assert (answer.status_code in (200, 202), event.status) == (True, "SUCCEEDED")
    # Slack's calls hold credentials: of them only what is read is kept.
    kept = (event.payload or {}).get("newfield")
    assert kept == (None if door.name == "webhook_slack" else ["ab", "", "x" * 20_000, 10**30, {"": None}])


def test_content_type_is_ignored(door: RecordedDoor) -> None:
    answer = post(door, genuine(door), content_type="text/plain")

    assert (answer.status_code in (200, 202), WebhookEvent.objects.count()) == (True, 1)


def test_other_methods(door: RecordedDoor) -> None:
    asked = ZrgClient().get(door.path)

    assert (asked.status_code, asked.json()["status"]) == (200, "ok")
    assert [getattr(ZrgClient(), method)(door.path).status_code for method in ("put", "patch", "delete")] == [405] * 3


@pytest.mark.parametrize("named", ["", "x", "%00", "%ff%fe", "-1", "00000000-0000-0000-0000-000000000000"])
def test_workspace_that_does_not_exist_is_never_an_error_of_ours(door: RecordedDoor, named: str) -> None:
    path, mark, _ = door.path.partition("?")
    elsewhere = f"{path}?clientId={named}" if mark else f"{door.path}?clientId={named}&locationId={named}"
    if door.name == "webhook_calendly":
        elsewhere = f"/api/webhooks/calendly/{named or 'x'}"

    answer = post(door, genuine(door), elsewhere)

    assert answer.status_code in (200, 202, 400, 401, 404)


@pytest.mark.parametrize(
    ("door", "reason"),
    [
        ("webhook_email", "provider_mismatch"),
        ("webhook_smartlead", "provider_mismatch"),
        ("webhook_instantly", "provider_mismatch"),
        ("webhook_ghl_sms", "connection_inactive"),
        ("webhook_linkedin", "connection_inactive"),
        ("webhook_calendly", "connection_inactive"),
    ],
    indirect=["door"],
)
def test_inactive_connection(door: RecordedDoor, reason: str) -> None:
    Connection.objects.update(is_active=False)

    answer = post(door, genuine(door))

    assert (answer.status_code, answer.json()["ignored"], answer.json()["reason"]) == (200, True, reason)
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize("door", [name for name in MAKERS if name not in SECRET_ELSEWHERE], indirect=True)
def test_unreadable_credential(door: RecordedDoor) -> None:
    Connection.objects.update(secrets="gAAAA-lost")

    answer = post(door, genuine(door))

    connection = Connection.objects.get()
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert (connection.status, connection.last_error_code) == ("DISCONNECTED", "auth_failed")
    assert connection.last_error_message == "stored credential cannot be decrypted"
    assert not WebhookEvent.objects.exists()


@pytest.mark.integration
def test_database_that_does_not_answer_in_a_second(committed_db: None) -> None:
    with platform_secrets():
        made = [make_door(name) for name in MAKERS]
        with psycopg.connect(database_urls()[0]) as other:
            other.execute("LOCK TABLE jobs_webhookevent IN ACCESS EXCLUSIVE MODE")
            answers = [post(door, genuine(door)) for door in made]
        later = [post(door, genuine(door)).status_code for door in made]

    assert [(one.status_code, one["Retry-After"], one.json()) for one in answers] == [
        (503, "60", {"error": "DB unavailable"})
    ] * len(MAKERS)
    assert set(later) == {200, 202}
