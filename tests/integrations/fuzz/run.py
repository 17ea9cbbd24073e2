"""Post damaged calls with genuine ones between them, and note every answer that should not be."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from django.http import HttpResponse

from tests.integrations.fuzz.doors import RecordedDoor, make_doors, platform_secrets
from tests.integrations.fuzz.mutations import damage_bytes, damage_headers, damage_path, damage_value
from tests.support.client import ZrgClient
from tests.support.drain import drain_events
from zrg.jobs.enums import EventStatus
from zrg.jobs.models import WebhookEvent
from zrg.workspaces.context import platform

ALLOWED = frozenset([200, 202, 400, 401, 404, 413])
ACCEPTED = (200, 202)
# Every n-th call is a genuine one.
GENUINE_EVERY = 20
SEED = "zrg"


@dataclass(slots=True)
class Report:
    """What happened: answers by door, genuine calls kept, and a line for each thing that was wrong."""

    statuses: dict[str, Counter[int]] = field(default_factory=dict)
    genuine: int = 0
    kept: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def damaged(self) -> int:
        return sum(counter.total() for counter in self.statuses.values())


def fuzz(count: int, *, seed: str = SEED) -> Report:
    """`count` damaged calls, dealt to the doors in turn. A call is made again by its seed and number alone."""
    report = Report()
    with platform_secrets():
        doors = make_doors()
        client = ZrgClient(raise_request_exception=False)
        for number in range(count):
            door = doors[number % len(doors)]
            _post_damaged(client, door, number, Random(f"{seed}:{number}"), report)
            if number % GENUINE_EVERY == 0:
                _post_genuine(client, doors[(number // GENUINE_EVERY) % len(doors)], number, report)
    return report


def _post_damaged(client: ZrgClient, door: RecordedDoor, number: int, random: Random, report: Report) -> None:
    path, body, headers = _damaged(door, number, random)
    status = _post(client, door, path, body, headers).status_code
    report.statuses.setdefault(door.name, Counter())[status] += 1
    if status not in ALLOWED:
        report.problems.append(f"{number} {door.name} answered {status} to {body[:300]!r}")


def _damaged(door: RecordedDoor, number: int, random: Random) -> tuple[str, bytes, dict[str, str]]:
    """What is damaged is mostly the payload, and its sender knows the secret: that gets furthest."""
    payload = random.choice(door.calls)(number)
    body = door.encode(damage_value(payload, random) if random.random() < 0.6 else payload)
    if random.random() < 0.4:
        body = damage_bytes(body, random)
    headers = door.proof(body)
    if random.random() < 0.1:
        headers = damage_headers(headers, random)
    return (damage_path(door.path, random) if random.random() < 0.1 else door.path), body, headers


def _post_genuine(client: ZrgClient, door: RecordedDoor, number: int, report: Report) -> None:
    """Answered as ever, and one event more."""
    payload = Random(f"genuine:{number}").choice(door.calls)(10_000_000 + number)
    body = door.encode(payload)
    before = _stored()
    response = _post(client, door, door.path, body, door.proof(body))
    added = _stored() - before
    report.genuine += 1
    report.kept += added
    if response.status_code not in ACCEPTED or added != 1:
        report.problems.append(f"{number} {door.name}: genuine call answered {response.status_code}, {added} kept")


def _post(client: ZrgClient, door: RecordedDoor, path: str, body: bytes, headers: dict[str, str]) -> HttpResponse:
    response: HttpResponse = client.generic("POST", path, body, content_type=door.content_type, headers=headers)
    return response


def _stored() -> int:
    with platform():
        return WebhookEvent.objects.count()


def process_kept() -> list[str]:
    """Run the event queue over what the doors let in; a line for each event that did not end well."""
    drain_events()
    with platform(timeout_ms=60_000):
        left = WebhookEvent.objects.exclude(status=EventStatus.SUCCEEDED).exclude(status=EventStatus.UNROUTED)
        return [
            f"{event.provider} {event.event_type} {event.status}: {(event.last_error or '')[-300:]}"
            for event in left.order_by("created_at")
        ]


def describe(report: Report) -> Sequence[str]:
    """The figures, a line per door."""
    lines = [f"{report.damaged} damaged calls, {report.kept} of {report.genuine} genuine ones kept"]
    for name, statuses in sorted(report.statuses.items()):
        lines.append(f"  {name}: " + ", ".join(f"{status} × {n}" for status, n in sorted(statuses.items())))
    return [*lines, *report.problems[:50], f"{len(report.problems)} problems"]
