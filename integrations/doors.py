"""What all webhook endpoints share: finding the workspace, keeping the event, answering, counting.

A provider's view parses and decides; a `Door` does the rest. Each statement is a transaction of its
own, inside which it enters the workspace, so that a call costs two statements (three when its
workspace must be looked up). Everything else happens in the worker.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db import DataError
from django.db import Error as DatabaseError
from django.db import connection as database
from django.http import HttpRequest, HttpResponse

from integrations import ingest
from integrations.errors import SecretUnreadable
from integrations.ingest import Rejected
from integrations.metrics import count_webhook
from integrations.rules.routes import route_hash
from integrations.services.secrets import unseal
from integrations.services.webhook_health import note_unreadable_secret, note_webhook
from zrg.jobs.contracts import NewEvent, StoredEvent
from zrg.jobs.services.intake import store_event
from zrg.lib import log_events
from zrg.lib.secrets_hygiene import matches_any

# Enters the workspace for the length of the statement (integrations/0003_webhook_target).
_TARGET = "SELECT workspace_name, connection_id, is_active, secrets, is_stale FROM zrg_webhook_target(%s, %s)"
_ROUTE = "SELECT workspace_id FROM integrations_webhookroute WHERE provider = %s AND key_hash = %s LIMIT %s"

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The workspace of a call and its connection, if it has one (`connection_id` None: it has not)."""

    workspace_id: UUID
    name: str
    connection_id: UUID | None
    is_active: bool
    secrets: str
    is_stale: bool

    @property
    def is_connected(self) -> bool:
        """Whether the workspace uses the provider now."""
        return self.connection_id is not None and self.is_active


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One inbound call and when it began (`time.monotonic`)."""

    request: HttpRequest
    started: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The endpoint of one provider. `is_known` tells the event types we process from all others."""

    provider: str
    endpoint: str
    is_known: Callable[[str], bool]

    def serve(self, request: HttpRequest, answer: Callable[[Visit], HttpResponse]) -> HttpResponse:
        """Answer a call. `answer` may raise `Rejected` (nothing kept), `SecretUnreadable` (come back
        later) and database errors (503: the provider delivers again). After a 2xx with an event id the
        event is a committed row.
        """
        if request.method != "POST":
            return ingest.describe_endpoint(request, self.endpoint)
        visit = Visit(request=request, started=time.monotonic())
        try:
            return answer(visit)
        except Rejected as problem:
            self.log(log_events.WEBHOOK_REJECTED, visit, status=problem.status, reason=problem.error)
            return ingest.rejected(problem)
        except SecretUnreadable as problem:
            self.log(log_events.WEBHOOK_REJECTED, visit, status=503, reason=problem.code)
            return ingest.unavailable("Credential unavailable")
        except DataError:
            # JSON that the database cannot hold (a number beyond all bounds) will not get better by repeating.
            self.log(log_events.WEBHOOK_REJECTED, visit, status=400, reason="not storable")
            return ingest.rejected(Rejected(400, "Invalid JSON payload"))
        except DatabaseError as error:
            count_webhook(self.provider, "other", "unavailable", time.monotonic() - visit.started)
            logger.error(log_events.WEBHOOK_UNAVAILABLE, provider=self.provider, error=type(error).__name__)
            return ingest.unavailable("DB unavailable")

    def find_workspace(self, key: str | None) -> UUID | None:
        """The workspace whose connection has this account; None when no or several have."""
        found = self.find_workspaces(key, limit=2)
        return found[0] if len(found) == 1 else None

    def find_workspaces(self, key: str | None, *, limit: int) -> list[UUID]:
        """The workspaces whose connection has this account, where several may."""
        if not key:
            return []
        with database.cursor() as cursor:
            cursor.execute(_ROUTE, [self.provider, route_hash(key), limit])
            return [workspace_id for (workspace_id,) in cursor.fetchall()]

    def read_target(self, workspace_id: UUID) -> Target | None:
        """The workspace with its connection to this provider; None when there is no such workspace."""
        with database.cursor() as cursor:
            cursor.execute(_TARGET, [self.provider, workspace_id])
            row = cursor.fetchone()
        if row is None:
            return None
        name, connection_id, is_active, secrets, is_stale = row
        return Target(
            workspace_id=workspace_id,
            name=name,
            connection_id=connection_id,
            is_active=bool(is_active),
            secrets=secrets or "",
            is_stale=bool(is_stale),
        )

    def secrets_of(self, target: Target) -> dict[str, str]:
        """The connection's secrets; raises `SecretUnreadable` after noting it on the connection."""
        if not target.secrets:
            return {}
        try:
            return unseal(target.secrets, target.workspace_id, self.provider)
        except SecretUnreadable:
            assert target.connection_id is not None
            note_unreadable_secret(target.workspace_id, target.connection_id)
            raise

    def read_named_target(self, request: HttpRequest) -> Target:
        """The workspace `clientId` names; `Rejected` 400 without one, 404 when it names none."""
        named = (request.GET.get("clientId") or "").strip()
        if not named:
            raise Rejected(400, "Missing clientId")
        workspace_id = ingest.parse_uuid(named)
        target = self.read_target(workspace_id) if workspace_id else None
        if target is None:
            raise Rejected(404, "Client not found")
        return target

    def demand_secret(self, target: Target, given: Iterable[str | None]) -> None:
        """`Rejected` 401 unless one of `given` is the connection's webhook secret; without a stored secret
        nobody gets in.
        """
        expected = self.secrets_of(target).get("webhook_secret")
        if not expected or not any(matches_any(value.strip(), [expected]) for value in given if value):
            raise Rejected(401, "Unauthorized")

    def keep(self, event: NewEvent, *, target: Target | None, visit: Visit, signed: bool) -> StoredEvent:
        """Store the event; `signed`: the call proved who it is from, so its connection works. A `target`
        of None is a call that belongs to no connection (Clay).
        """
        stored = store_event(event)
        if target is not None and target.is_stale and target.connection_id is not None:
            # Committed already: what follows cannot take the event away.
            note_webhook(target.workspace_id, target.connection_id, signed=signed)
        name = log_events.WEBHOOK_DEDUPED if stored.deduped else log_events.WEBHOOK_ACCEPTED
        self.log(
            name,
            visit,
            workspace=str(event.workspace_id),
            event_type=event.event_type,
            event_id=str(stored.event_id),
        )
        return stored

    def accept(self, event: NewEvent, *, target: Target | None, visit: Visit, signed: bool) -> HttpResponse:
        """`keep` with the standard answer."""
        stored = self.keep(event, target=target, visit=visit, signed=signed)
        return ingest.accepted(stored.event_id, event.event_type, deduped=stored.deduped)

    def ignore(
        self, reason: str, event_type: str | None = None, *, visit: Visit, target: Target | None = None
    ) -> HttpResponse:
        """Understood and deliberately not processed; nothing is kept."""
        workspace = str(target.workspace_id) if target else None
        self.log(log_events.WEBHOOK_IGNORED, visit, workspace=workspace, reason=reason)
        return ingest.ignored(reason, event_type)

    def log(self, event: str, visit: Visit, **values: object) -> None:
        """One line and one count per call."""
        seconds = time.monotonic() - visit.started
        kind = str(values.get("event_type") or "")
        # Callers choose the type; what nobody knows must not become a label.
        # A wrong secret rings another alarm than a body nobody can read.
        result = "unauthorized" if values.get("status") == 401 else event.partition(".")[2]
        count_webhook(self.provider, kind if self.is_known(kind) else "other", result, seconds)
        logger.info(event, provider=self.provider, ms=round(seconds * 1000, 1), **values)
