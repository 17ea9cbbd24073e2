"""Synthetic workspaces with leads for one measurement, in a database that allows it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from assignment.enums import PartnershipStatus
from assignment.models import RoutingPartner, RoutingQueueEntry, RoutingRule
from leads.enums import RoutingStatus
from leads.models import Lead
from leads.services.importing.inserting import insert_leads
from zrg.workspaces.context import platform
from zrg.workspaces.models import User, Workspace, WorkspaceSettings

OWNER_EMAIL = "bench@zrg.invalid"
EXISTING = "routing bench existing"
INSERTED_AT_ONCE = 1_000
TIMEOUT_MS = 600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A source, its destinations, and leads that wait."""

    source: UUID
    destinations: tuple[UUID, ...]
    leads: tuple[UUID, ...]


def refuse_other_databases() -> None:
    """Only databases named by BENCHMARK_DATABASES (comma separated), or made for measuring and testing."""
    name = str(connection.settings_dict["NAME"])
    allowed = {one.strip() for one in os.environ.get("BENCHMARK_DATABASES", "").split(",")}
    if name not in allowed and not name.startswith(("bench", "zrg_bench", "zrg_test")):
        raise CommandError(f"BENCHMARK_DATABASES does not name the database {name}.")


def make_scene(leads: int, *, rules: int = 20, prefix: str = "routing bench", emails: Sequence[str] = ()) -> Scene:
    """A source with `rules` rules that match everything, one destination each, equal weights."""
    with platform(timeout_ms=TIMEOUT_MS):
        source = _workspace(f"{prefix} source", "standard")
        destinations = [_workspace(f"{prefix} partner {number}", "partner").pk for number in range(rules)]
        connect(source.pk, destinations)
        RoutingRule.objects.bulk_create(
            RoutingRule(workspace=source, name=f"rule {number}", destination_workspace_id=destination)
            for number, destination in enumerate(destinations)
        )
    ids = add_leads(source.pk, leads, emails=emails)
    with platform(timeout_ms=TIMEOUT_MS), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM leads_lead WHERE workspace_id = %s", [source.pk])
    return Scene(source=source.pk, destinations=tuple(destinations), leads=tuple(ids))


def another_source(scene: Scene, leads: int, *, name: str, emails: Sequence[str] = ()) -> Scene:
    """A second source with the same destinations, by one rule per destination."""
    with platform(timeout_ms=TIMEOUT_MS):
        source = _workspace(name, "standard")
        connect(source.pk, scene.destinations)
        RoutingRule.objects.bulk_create(
            RoutingRule(workspace=source, name=f"rule {number}", destination_workspace_id=destination)
            for number, destination in enumerate(scene.destinations)
        )
    ids = add_leads(source.pk, leads, emails=emails)
    return Scene(source=source.pk, destinations=scene.destinations, leads=tuple(ids))


def connect(source: UUID, destinations: Sequence[UUID]) -> None:
    """Agreements in force."""
    RoutingPartner.objects.bulk_create(
        RoutingPartner(workspace_id=source, destination_workspace_id=one, status=PartnershipStatus.ACTIVE)
        for one in destinations
    )


def add_leads(source: UUID, count: int, *, emails: Sequence[str] = (), at: datetime | None = None) -> list[UUID]:
    """Waiting leads, inserted as an import inserts them."""
    rows = lead_rows(source, count, emails=emails, at=at)
    insert_rows(source, rows)
    return [row["id"] for row in rows]


def insert_rows(source: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert leads as an import does."""
    for first in range(0, len(rows), INSERTED_AT_ONCE):
        with platform(timeout_ms=TIMEOUT_MS):
            insert_leads(source, rows[first : first + INSERTED_AT_ONCE])


def lead_rows(
    source: UUID, count: int, *, emails: Sequence[str] = (), at: datetime | None = None
) -> list[dict[str, Any]]:
    """Columns of new leads, each another person."""
    now, run = at or timezone.now(), uuid4().hex[:8]
    return [
        {
            "id": uuid4(),
            "workspace_id": source,
            "source": "import",
            "created_at": now,
            "updated_at": now,
            "email": emails[number] if emails else f"p{number}@{run}.bench.invalid",
            "linkedin_url": None,
            "first_name": "Dana",
            "last_name": "Reyes",
            "company_name": "Northfork Dental",
            "industry": "Dental",
            "lead_expires_at": now + timedelta(days=90),
        }
        for number in range(count)
    ]


def fill_existing(count: int) -> None:
    """See to it that so many routed leads of a partner are in the table."""
    with platform(timeout_ms=TIMEOUT_MS):
        found = Workspace.objects.filter(name__startswith=EXISTING, is_synthetic=True).first()
        workspace = found or _workspace(EXISTING, "partner", takes_part=False)
        missing = count - Lead.objects.filter(workspace_id=workspace.pk).count()
    for first in range(0, missing, INSERTED_AT_ONCE):
        rows = lead_rows(workspace.pk, min(INSERTED_AT_ONCE, missing - first))
        insert_rows(workspace.pk, [row | {"routing_status": RoutingStatus.ROUTED} for row in rows])
    if missing > 0:
        # A table of that size was not filled a minute ago.
        with owner_connection() as owner:
            owner.execute("VACUUM (ANALYZE) leads_lead")


def owner_connection() -> psycopg.Connection[tuple[Any, ...]]:
    """As who owns the tables; to be closed by the caller."""
    url = os.environ.get("DATABASE_MIGRATION_URL", "")
    if not url:
        raise CommandError("DATABASE_MIGRATION_URL is not set: this is measured by who owns the tables.")
    return psycopg.connect(url, autocommit=True)


def leads_in_table() -> int:
    """All of them."""
    with platform(timeout_ms=TIMEOUT_MS):
        return int(Lead.objects.count())


def remove_waiting(source: UUID) -> None:
    """Take leads away that were only there to wait."""
    with platform(timeout_ms=TIMEOUT_MS):
        waiting = Lead.objects.filter(workspace_id=source, routing_status=RoutingStatus.PENDING)
        waiting._raw_delete("default")  # type: ignore[attr-defined]


def remove_scenes() -> None:
    """Take the leads and workspaces of measurements away; logs stay their 90 days, by rule."""
    with platform(timeout_ms=TIMEOUT_MS):
        made = Workspace.objects.filter(is_synthetic=True, owner__email=OWNER_EMAIL)
        ids = list(made.values_list("pk", flat=True))
        RoutingQueueEntry.objects.filter(workspace_id__in=ids)._raw_delete("default")  # type: ignore[attr-defined]
        Lead.objects.filter(workspace_id__in=ids)._raw_delete("default")  # type: ignore[attr-defined]
        RoutingRule.objects.filter(workspace_id__in=ids).delete()
        RoutingPartner.objects.filter(workspace_id__in=ids).delete()


def _workspace(name: str, kind: str, *, takes_part: bool = True) -> Workspace:
    owner, _ = User.objects.get_or_create(email=OWNER_EMAIL, defaults={"display_name": "bench"})
    workspace = Workspace.objects.create(
        name=f"{name} {uuid4().hex[:6]}", owner=owner, workspace_type=kind, is_synthetic=True
    )
    WorkspaceSettings.objects.create(workspace=workspace, lead_routing_enabled=takes_part, timezone="UTC")
    return workspace
