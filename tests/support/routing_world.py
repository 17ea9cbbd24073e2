"""Leads between four workspaces, driven through the functions of the database."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db import connection
from django.utils import timezone

from assignment.models import LeadAttribution, RoutingLog, RoutingQueueEntry
from leads.models import Lead
from tests.factories import LeadFactory, RoutingPartnerFactory, WorkspaceFactory
from tests.factories.inbox import MessageFactory

NAMES = {"hub": "standard", "plain": "standard", "south": "partner", "north": "partner"}
OWNERS = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
DEFAULT_TTL = 7_776_000


class RoutingWorld:
    """Plays events; `t` is seconds since the start."""

    def __init__(self) -> None:
        self.workspaces = {
            name: WorkspaceFactory(name=name, workspace_type=kind, settings__lead_routing_enabled=True)
            for name, kind in NAMES.items()
        }
        for source in self.workspaces.values():
            for destination in self.workspaces.values():
                if source != destination:
                    RoutingPartnerFactory(workspace=source, destination_workspace=destination)
        self.leads: dict[str, UUID] = {}
        self.clock = 0.0

    def play(self, events: list[dict[str, Any]]) -> list[Any]:
        """Values the events returned; creating returns none."""
        returned = []
        for event in events:
            self.wait_until(event["t"])
            action = getattr(self, f"do_{event['do']}")
            arguments = {key: value for key, value in event.items() if key not in ("t", "do")}
            value = action(**arguments)
            if event["do"] not in ("create", "message"):
                returned.append(value)
        return returned

    def wait_until(self, at: float) -> None:
        """Let time pass by moving what is stored back."""
        if at > self.clock:
            call("zrg_test_shift_routing", float(at - self.clock))
            self.clock = at

    def do_create(self, lead: str = "L1", workspace: str = "hub", status: str = "pending", **given: Any) -> None:
        ttl = given.pop("ttl", DEFAULT_TTL)
        now = timezone.now() if not connection.in_atomic_block else transaction_time()
        columns = {"email": "kim@acme.io", "first_name": "Kim", "last_name": "Lee", "company_name": "Acme"} | {
            key: value for key, value in given.items() if key in {field.name for field in Lead._meta.fields}
        }
        row = LeadFactory(
            workspace=self.workspaces[workspace],
            routing_status=status,
            created_at=now,
            lead_expires_at=now + timedelta(seconds=ttl) if ttl is not None else None,
            **columns,
        )
        self.leads[lead] = row.pk
        if ttl is None:
            # An insert without an end gets one; that a lead never expires is said afterwards.
            Lead.objects.filter(pk=row.pk).update(lead_expires_at=None)
        if given.get("activity") or given.get("has_activity"):
            self.do_message(lead)

    def do_message(self, lead: str = "L1", **_: Any) -> None:
        row = Lead.objects.get(pk=self.leads[lead])
        MessageFactory(lead=row, workspace=row.workspace)

    def do_acquire(self, owner: str, lead: str = "L1") -> bool:
        return bool(call("acquire_routing_lock", self.leads[lead], owner_id(owner)))

    def do_complete(
        self,
        owner: str,
        lead: str = "L1",
        destination: str = "hub",
        result: str | None = None,
        duplicate_of: str | None = None,
        rule: str | None = None,
    ) -> bool:
        other = self.leads.get(duplicate_of or "")
        workspace = self.workspaces[destination].pk
        return bool(call("complete_routing", self.leads[lead], workspace, None, owner_id(owner), result, other))

    def do_fail(
        self,
        owner: str,
        lead: str = "L1",
        max_attempts: int = 3,
        code: str = "error",
        retryable: bool = True,
        defer_for: float | None = None,
        message: str = "it failed",
    ) -> bool:
        until = transaction_time() + timedelta(seconds=defer_for) if defer_for is not None else None
        return bool(
            call(
                "fail_routing",
                self.leads[lead],
                message,
                owner_id(owner),
                max_attempts,
                code,
                retryable,
                until,
                types=("uuid", "text", "uuid", "integer", "text", "boolean", "timestamptz"),
            )
        )

    def do_due(self, lead: str = "L1") -> int:
        return RoutingQueueEntry.objects.filter(
            lead_id=self.leads[lead],
            processed_at__isnull=True,
            next_retry_at__lte=transaction_time(),
            lead__routing_status="pending",
        ).count()

    def do_first_pass(self, lead: str = "L1") -> int:
        source = Lead.objects.get(pk=self.leads[lead]).workspace_id
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM claim_routing_batch(%s)", [source])
            return sum(row[0] == self.leads[lead] for row in cursor.fetchall())

    def do_release_stale(self, max_attempts: int = 3) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT release_stale_routing_locks(p_max_attempts => %s)", [max_attempts])
            return int(cursor.fetchone()[0])

    def do_mark_expired(self) -> int:
        return int(call("mark_expired_leads"))

    def do_requeue(self, lead: str = "L1") -> int:
        return int(call("requeue_routing", [self.leads[lead]]))

    def do_revive(self, lead: str = "L1") -> int:
        return int(call("revive_leads", [self.leads[lead]]))

    def do_return(self, lead: str = "L1", reason: str = "bad_contact") -> bool:
        found = LeadAttribution.objects.filter(lead_id=self.leads[lead]).order_by("-created_at").first()
        return bool(found and call("return_routed_lead", found.pk, reason, None, types=("uuid", "text", "uuid")))

    do_return_lead = do_return

    def do_check_duplicate(self, lead: str = "L1") -> str | None:
        row = Lead.objects.get(pk=self.leads[lead])
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT duplicate_lead_id FROM check_cross_partner_duplicate(%s, %s)",
                [row.dedupe_hash, row.workspace_id],
            )
            found = cursor.fetchone()
        return self.name_of(found[0]) if found else None

    def name_of(self, lead_id: UUID | None) -> str | None:
        return next((name for name, pk in self.leads.items() if pk == lead_id), None)

    def state_of(self, name: str) -> dict[str, Any]:
        """The lead, its rows of the queue and its log."""
        lead = Lead.objects.select_related("workspace").get(pk=self.leads[name])
        now = transaction_time()
        rows = RoutingQueueEntry.objects.filter(lead=lead)
        return {
            "status": lead.routing_status,
            "attempts": lead.routing_attempts,
            "locked": lead.routing_locked_by is not None,
            "workspace": lead.workspace.name,
            "error_code": lead.routing_error_code,
            "queue_open": [
                {
                    "attempt_number": row.attempt_number,
                    "max_attempts": row.max_attempts,
                    "next_retry_in": (row.next_retry_at - now).total_seconds(),
                    "error_count": row.error_count,
                }
                for row in rows.open()
            ],
            "queue_closed": rows.filter(processed_at__isnull=False).count(),
            "log": list(
                RoutingLog.objects.filter(lead_id=lead.pk)
                .order_by("created_at")
                .values_list("routing_result", flat=True)
            ),
            "attributions": LeadAttribution.objects.filter(lead_id=lead.pk).active().count(),
            "duplicate_of": self.name_of(lead.duplicate_of_lead_id),
        }


def owner_id(name: str | None) -> UUID | None:
    return uuid5(OWNERS, name) if name else None


def call(function: str, *values: Any, types: tuple[str, ...] = ()) -> Any:
    """The single value of a function of the database."""
    kinds = types or ("",) * len(values)
    marks = ", ".join(f"%s::{kind}" if kind else "%s" for kind in kinds)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}({marks})", list(values))
        return cursor.fetchone()[0]


def transaction_time() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]


def new_owner() -> UUID:
    return uuid4()
