"""round_robin: the rotation's functions, assignments step by step, saving, alert keys, backfill."""

import threading
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connections
from django.utils import timezone

from assignment.contracts import RotationEmpty
from assignment.errors import UnknownSetters
from assignment.models import LeadAssignmentEvent
from assignment.rules import rotation as rules
from assignment.services.assigning import assign_manually
from assignment.services.backfilling import backfill_assignments
from assignment.services.rotation import assign_lead, maybe_assign_lead
from assignment.services.rotation_config import RotationForm, save_rotation
from leads.models import Lead
from notifications.models import NotificationSendLog
from notifications.services.rotation_alert import tell_rotation_empty
from tests.factories.inbox import MessageFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import MembershipFactory, UserFactory, WorkspaceFactory
from tests.notifications.support import connect_slack
from tests.notifications.support import workspace as workspace_with_channels
from zrg.lib.errors import ZrgError
from zrg.workspaces.context import platform
from zrg.workspaces.models import Membership, User, Workspace, WorkspaceSettings
from zrg.workspaces.services.memberships import add_member, deactivate_member, set_rotation

COMMITS = True


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    scene = next(play for keys, play in SCENES if keys <= set(case_input))
    return scene(case_input)


def _index(given: dict[str, Any]) -> dict[str, Any]:
    return {"index": rules.get_next_round_robin_index(given["last_index"], given["length"])}


def _effective(given: dict[str, Any]) -> dict[str, Any]:
    return {"sequence": rules.compute_effective_setter_sequence(given["active"], given["configured"])}


def _channel(given: dict[str, Any]) -> dict[str, Any]:
    return {"eligible": rules.is_channel_eligible(given["email_only"], given["channel"])}


def _positive(given: dict[str, Any]) -> dict[str, Any]:
    return {"assign": rules.should_assign(given["sentiment"])}


def _eligible(given: dict[str, Any]) -> dict[str, Any]:
    values = dict(given["membership"])
    until = values.pop("rotation_paused_until")
    member = rules.Member(**values, rotation_paused_until=date.fromisoformat(until) if until else None)
    return {"eligible": rules.is_eligible(member, date.fromisoformat(given["today"]))}


class World:
    """A workspace whose people are called by the names of the case."""

    def __init__(self, given: dict[str, Any]):
        self.workspace = WorkspaceFactory(settings__round_robin_enabled=given.get("enabled", True))
        self.people: dict[str, User] = {}
        self.leads: dict[str, UUID] = {}
        members = given.get("members") or [{"id": one, "active": True} for one in given["active"]]
        for number, one in enumerate(members):
            created = timezone.now() - timedelta(days=30) + timedelta(minutes=number)
            MembershipFactory(
                workspace=self.workspace,
                user=self.person(one["id"]),
                is_active=one.get("active", True),
                created_at=created,
            )
        WorkspaceSettings.objects.filter(workspace=self.workspace).update(
            round_robin_email_only=given.get("email_only", False),
            round_robin_setter_sequence=[self.person(one).pk for one in given.get("configured") or []],
            round_robin_last_setter_index=given.get("last_index"),
        )

    def person(self, name: str) -> User:
        if name not in self.people:
            self.people[name] = UserFactory(email=f"{name}@x.example")
        return self.people[name]

    def name_of(self, user_id: UUID | None) -> str | None:
        return next((name for name, user in self.people.items() if user.pk == user_id), None)

    def lead(self, name: str, step: dict[str, Any]) -> UUID:
        if name not in self.leads:
            values: dict[str, Any] = {"sentiment_tag": step.get("sentiment", "Interested")}
            if step.get("assigned_to"):
                values["assigned_to"] = self.person(step["assigned_to"])
            if step.get("blacklisted"):
                values |= {"status": "blacklisted", "blacklist_reason": "manual"}
            self.leads[name] = LeadFactory(workspace=self.workspace, **values).pk
        return self.leads[name]

    @property
    def pointer(self) -> int | None:
        with platform():
            return WorkspaceSettings.objects.get(workspace=self.workspace).round_robin_last_setter_index


def _sequence(given: dict[str, Any]) -> dict[str, Any]:
    with platform():
        world = World(given)
    results = []
    for step in given["steps"]:
        with platform():
            answer = STEPS[step["op"]](world, step)
        if answer is not None:
            results.append({"lead": step["lead"], **answer, "pointer": world.pointer})
    return {"results": results, "pointer": world.pointer}


def _step_lead(world: World, step: dict[str, Any]) -> dict[str, Any]:
    lead = world.lead(step["lead"], step)
    tag = step.get("sentiment", "Interested")
    result = maybe_assign_lead(
        lead, world.workspace.pk, sentiment=tag, channel=step.get("channel", "email"), now=_now(step)
    )
    answer: dict[str, Any] = {"outcome": result.outcome}
    if result.user_id:
        answer["user"] = world.name_of(result.user_id)
    return answer | ({"reason": result.reason} if result.reason else {})


def _now(step: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(step["now"]) if "now" in step else timezone.now()


def _step_manual(world: World, step: dict[str, Any]) -> None:
    lead = world.lead(step["lead"], step)
    current = Lead.objects.values_list("assigned_to_id", flat=True).get(pk=lead)
    user = world.person(step["user"]).pk if step.get("user") else None
    assign_manually(lead, world.workspace.pk, user, expected=current, by=world.workspace.owner)


def _step_deactivate(world: World, step: dict[str, Any]) -> None:
    deactivate_member(_membership(world, step), by=world.workspace.owner)


def _step_activate(world: World, step: dict[str, Any]) -> None:
    add_member(world.workspace, world.person(step["user"]), "SETTER", by=world.workspace.owner)


def _step_rotation(*, in_rotation: bool) -> Any:
    def play(world: World, step: dict[str, Any]) -> None:
        member = _membership(world, step)
        set_rotation(member, in_rotation=in_rotation, paused_until=None, by=world.workspace.owner)

    return play


def _step_save(world: World, step: dict[str, Any]) -> None:
    row = WorkspaceSettings.objects.get(workspace=world.workspace)
    form = RotationForm(
        is_enabled=step.get("enabled", row.round_robin_enabled),
        is_email_only=step.get("email_only", row.round_robin_email_only),
        sequence=[world.person(one).email for one in step["sequence"]],
    )
    save_rotation(world.workspace, form, by=world.workspace.owner, access=None)


def _step_toggle(world: World, step: dict[str, Any]) -> None:
    row = WorkspaceSettings.objects.get(workspace=world.workspace)
    emails = dict(User.objects.values_list("pk", "email"))
    form = RotationForm(
        is_enabled=step.get("enabled", row.round_robin_enabled),
        is_email_only=step.get("email_only", row.round_robin_email_only),
        sequence=[emails[one] for one in row.round_robin_setter_sequence],
    )
    save_rotation(world.workspace, form, by=world.workspace.owner, access=None)


def _step_add(world: World, step: dict[str, Any]) -> None:
    add_member(world.workspace, world.person(step["user"]), "SETTER", by=world.workspace.owner)


def _membership(world: World, step: dict[str, Any]) -> Membership:
    return Membership.objects.get(workspace=world.workspace, user=world.person(step["user"]), role="SETTER")


def _step_holiday(world: World, step: dict[str, Any]) -> None:
    until = step.get("until") or step.get("rotation_paused_until") or step.get("paused_until")
    paused_until = date.fromisoformat(until) if until else None
    set_rotation(_membership(world, step), in_rotation=True, paused_until=paused_until, by=world.workspace.owner)


STEPS = {
    "holiday": _step_holiday,
    "pause": _step_holiday,
    "remove": _step_deactivate,
    "reactivate": _step_activate,
    "lead": _step_lead,
    "manual": _step_manual,
    "deactivate": _step_deactivate,
    "activate": _step_activate,
    "add": _step_add,
    "add_setter": _step_add,
    "out_of_rotation": _step_rotation(in_rotation=False),
    "into_rotation": _step_rotation(in_rotation=True),
    "save_sequence": _step_save,
    "toggle": _step_toggle,
    "set_enabled": _step_toggle,
    "set_email_only": _step_toggle,
}


def _save(given: dict[str, Any]) -> dict[str, Any]:
    with platform():
        workspace: Workspace = WorkspaceFactory()
        for email in given["users"]:
            UserFactory(email=email)
        form = RotationForm(
            is_enabled=given.get("enabled", True),
            is_email_only=given.get("email_only", False),
            sequence=given["sequence"],
            setters=given.get("setters"),
        )
        try:
            row = save_rotation(workspace, form, by=workspace.owner, access=None)
        except ZrgError as error:
            refused = list(error.data.get("emails", [])) if isinstance(error, UnknownSetters) else []  # type: ignore[call-overload]
            return {"ok": False, "error": error.code, "status": error.http_status, "unknown": refused}
        emails = dict(User.objects.values_list("pk", "email"))
        setters = Membership.objects.filter(workspace=workspace, role="SETTER", is_active=True)
        return {
            "ok": True,
            "setters": [emails[one] for one in setters.order_by("created_at", "id").values_list("user_id", flat=True)],
            "sequence": [emails[one] for one in row.round_robin_setter_sequence],
            "email_only": row.round_robin_email_only,
            "enabled": row.round_robin_enabled,
        }


def _backfill(given: dict[str, Any]) -> dict[str, Any]:
    with platform():
        world = World(given)
        for row in given["leads"]:
            pk = world.lead(row["id"], row)
            if row["latest_inbound_channel"]:
                MessageFactory(
                    lead=Lead.objects.get(pk=pk),
                    channel=row["latest_inbound_channel"],
                    sent_at=datetime.fromisoformat(row["last_inbound_at"] or "2026-01-01T00:00:00Z"),
                )
    done = backfill_assignments(world.workspace.pk)
    names = {pk: name for name, pk in world.leads.items()}
    return {
        "candidates": done.candidates,
        "assigned": [[names[lead], world.name_of(user)] for lead, user in done.assigned_to],
        "skipped": dict(done.skipped),
        "pointer": world.pointer,
    }


def _alert(given: dict[str, Any]) -> dict[str, Any]:
    moment = datetime.fromisoformat(given["now"])
    with platform():
        owner = workspace_with_channels(channels=given["channels"], timezone=given["timezone"])
        connect_slack(owner)
        lead = LeadFactory(workspace=owner)
        keys = [key.replace(given["workspace"], str(owner.pk)) for key in given["sent_keys"]]
        NotificationSendLog.objects.bulk_create(
            NotificationSendLog(workspace=owner, kind="round_robin_sequence_empty", destination="slack", dedupe_key=key)
            for key in keys
        )
    event = RotationEmpty(
        workspace_id=owner.pk, lead_id=lead.pk, channel="email", sequence_length=2, active_setters=0,
        day=moment.date(),
    )  # fmt: skip
    tell_rotation_empty(event, now=moment)
    with platform():
        made = NotificationSendLog.objects.exclude(dedupe_key__in=keys).values_list("dedupe_key", flat=True)
        return {"new_keys": sorted(key.replace(str(owner.pk), given["workspace"]) for key in made)}


def _concurrent(given: dict[str, Any]) -> dict[str, Any]:
    """Workers with connections of their own; every lead is offered by `attempts_each` of them."""
    with platform(timeout_ms=60_000):
        world = World({**given, "active": given.get("active") or sorted(set(given["configured"]))})
        leads = [world.lead(f"lead_{number}", {}) for number in range(given["leads"])]
    workers, repeats = given.get("workers", 8), given.get("attempts_each", 1)
    offers = [lead for lead in leads for _ in range(repeats)]

    def work(start: int) -> None:
        try:
            for lead in offers[start::workers]:
                assign_lead(lead, world.workspace.pk, "email", "round_robin")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with platform():
        rows = Lead.objects.filter(pk__in=leads).values_list("assigned_to_id", flat=True)
        per_setter = Counter(world.name_of(one) for one in rows)
        events = LeadAssignmentEvent.objects.count()
    return {"per_setter": dict(per_setter), "events": events, "pointer": world.pointer}


def _pick(given: dict[str, Any]) -> dict[str, Any]:
    picked = rules.pick_next(given["base"], given["active"], given["last_index"])
    return {"index": picked[0], "user": picked[1]} if picked else {"index": None, "user": None}


SCENES = (
    ({"base", "active", "last_index"}, _pick),
    ({"last_index", "length"}, _index),
    ({"membership"}, _eligible),
    ({"steps"}, _sequence),
    ({"users"}, _save),
    ({"workers"}, _concurrent),
    ({"sent_keys"}, _alert),
    ({"leads"}, _backfill),
    ({"active", "configured"}, _effective),
    ({"email_only", "channel"}, _channel),
    ({"sentiment"}, _positive),
)
