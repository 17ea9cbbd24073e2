"""The daily digest of a workspace: prepared once for a local day, its texts frozen, sent by the outbox."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from leads.models import Lead
from notifications.contracts import Content
from notifications.enums import Destination, DigestStatus, SendKind
from notifications.models import DigestRun, NotificationEvent
from notifications.rules.digest import (
    DigestLead,
    daily_tags,
    decide_digest,
    digest_content,
    digest_header,
    digest_lines,
    digest_parts,
    digest_period,
)
from notifications.rules.sentiment import TagRule, lead_name, normalize_rules
from notifications.rules.sms import counts_sms, quiet_until
from notifications.rules.texts import slack_escape
from notifications.services.destinations import Reach, reach_of
from notifications.services.links import inbox_link, lead_link
from notifications.services.outbox import NewRow, enqueue
from notifications.services.phones import phones_of_leads
from zrg.jobs.contracts import RunContext
from zrg.jobs.enums import RunStatus
from zrg.jobs.models import TaskRun
from zrg.jobs.services.routines import walk_workspaces
from zrg.lib import log_events
from zrg.workspaces.context import tenant
from zrg.workspaces.hours import resolve_zone, valid_zone
from zrg.workspaces.models import Workspace

KIND = SendKind.DAILY_DIGEST.value
EVENT_KIND = "sentiment"
LOOKED_BACK = timedelta(days=2)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What one destination is sent: its parts, and how many leads they name."""

    destination: Destination
    status: str
    parts: tuple[str, ...] = ()
    leads: int = 0


def prepare_due_digests(context: RunContext, *, job: str, now: datetime | None = None) -> int:
    """Prepare the digests that are due in all active workspaces; returns how many were prepared."""
    moment = now or timezone.now()
    finished = finished_runs(job, moment)
    return sum(_prepare_one(context, one, moment, finished) for one in walk_workspaces(context))


def _prepare_one(context: RunContext, workspace_id: UUID, now: datetime, finished: Sequence[datetime]) -> bool:
    try:
        return prepare_digest(workspace_id, now=now, finished=finished)
    except Exception as error:
        # What one workspace has does not keep the others waiting; the next run tries it again.
        logger.exception(log_events.DIGEST_FAILED, workspace=str(workspace_id))
        context.report_problem(f"digest of {workspace_id}: {type(error).__name__}")
        return False


def finished_runs(job: str, now: datetime) -> list[datetime]:
    """When runs of the schedule ended lately, having looked at every workspace."""
    rows = TaskRun.objects.filter(job=job, status=RunStatus.SUCCEEDED, finished_at__gt=now - LOOKED_BACK)
    return [ended for ended in rows.values_list("finished_at", flat=True) if ended is not None]


def prepare_digest(workspace_id: UUID, *, now: datetime, finished: Sequence[datetime] | None) -> bool:
    """Prepare the digest of a workspace if one is due: the run of that day and the rows of the outbox, together or not
    at all. A day that has its run gets no second one, whatever the settings or the clock did.
    """
    with tenant(workspace_id):
        workspace = Workspace.objects.select_related("settings").filter(pk=workspace_id).first()
        if workspace is None or not _has_daily_rule(workspace):
            return False
        row = workspace.settings
        if valid_zone(row.timezone) is None:
            logger.warning(log_events.DIGEST_BAD_TIMEZONE, workspace=str(workspace_id))
        runs = DigestRun.objects.in_workspace(workspace_id)
        due = decide_digest(
            now,
            zone=row.timezone,
            digest_time=row.notification_daily_digest_time,
            enabled=row.email_digest,
            done=runs.filter(period_to__gt=now - LOOKED_BACK).values_list("local_day", flat=True),
            finished=finished,
        )
        if due.day is None:
            return False
        if due.reason == "catch_up":
            logger.info(log_events.DIGEST_CATCH_UP, workspace=str(workspace_id), day=due.day.isoformat())
        return _prepare(workspace, due.day, now)


def _prepare(workspace: Workspace, day: date, now: datetime) -> bool:
    since, until = period_of(workspace.pk, now)
    with transaction.atomic():
        run, is_new = DigestRun.objects.get_or_create(
            workspace=workspace,
            local_day=day,
            defaults={"period_from": since, "period_to": until, "status": DigestStatus.SKIPPED_EMPTY},
        )
        if not is_new:
            return False
        digests = [one for one in build_digests(workspace, day, since, until) if one.status == "prepared"]
        rows = [row for digest in digests for row in _rows(workspace, day, digest, now)]
        enqueue(rows, event=None, workspace_id=workspace.pk)
        if digests:
            run.status, run.parts = DigestStatus.PREPARED, len(rows)
            run.save(update_fields=["status", "parts"])
    if not digests:
        logger.info(log_events.DIGEST_SKIPPED, workspace=str(workspace.pk), reason=DigestStatus.SKIPPED_EMPTY)
        return False
    leads = max(digest.leads for digest in digests)
    logger.info(log_events.DIGEST_PREPARED, workspace=str(workspace.pk), parts=len(rows), leads=leads)
    return True


def period_of(workspace_id: UUID, now: datetime) -> tuple[datetime, datetime]:
    """What the next digest of a workspace covers."""
    runs = DigestRun.objects.in_workspace(workspace_id).order_by("-period_to")
    return digest_period(runs.values_list("period_to", flat=True).first(), now)


def build_digests(workspace: Workspace, day: date, since: datetime, until: datetime) -> list[Digest]:
    """What each destination would be sent for this period; two queries."""
    rules = normalize_rules(workspace.settings.notification_sentiment_rules)
    events = _events(workspace.pk, rules, since, until)
    leads = _leads(workspace.pk, {lead for _tag, lead in events})
    known = [(tag, lead) for tag, lead in events if lead in leads]
    places = (Destination.SLACK, Destination.EMAIL, Destination.SMS)
    return [_digest(workspace, day, place, known, leads, rules) for place in places]


def _digest(
    workspace: Workspace,
    day: date,
    destination: Destination,
    events: Sequence[tuple[str, UUID]],
    leads: dict[UUID, DigestLead],
    rules: dict[str, TagRule],
) -> Digest:
    status, found = digest_content(events, rules, destination.value)
    if status != "prepared":
        return Digest(destination=destination, status=status)
    count = len({lead for tagged in found.values() for lead in tagged})
    if destination == Destination.SMS:
        counts = [(tag, len(tagged)) for tag, tagged in found.items()]
        text = counts_sms(workspace=workspace.name, counts=counts, link=inbox_link(workspace.pk))
        return Digest(destination=destination, status=status, parts=(text,), leads=count)
    header = digest_header(day=day, workspace=workspace.name, zone=resolve_zone(workspace.settings.timezone))
    lines = digest_lines({tag: [leads[lead] for lead in tagged] for tag, tagged in found.items()})
    if destination == Destination.EMAIL:
        return Digest(destination=destination, status=status, parts=("\n".join([*header, "", *lines]),), leads=count)
    parts = digest_parts([*map(slack_escape, header)], [*map(slack_escape, lines)])
    return Digest(destination=destination, status=status, parts=tuple(parts), leads=count)


def _rows(workspace: Workspace, day: date, digest: Digest, now: datetime) -> list[NewRow]:
    reach = reach_of(digest.destination, workspace.settings)
    subject = f"[{workspace.name}] Daily Digest ({day.isoformat()})"
    made: list[NewRow] = []
    last: dict[str, str] = {}
    for place, text in enumerate(digest.parts, start=1):
        content = Content(text=text, slack=text, subject=subject)
        rows = reach.rows(KIND, f"{KIND}:{workspace.pk}", content, suffix=f":{day.isoformat()}:{place}")
        for row in rows:
            made.append(replace(row, after=last.get(row.target, "")))
            last[row.target] = row.key
        if reach.reason:
            break
    return _by_phone(workspace, reach, made, now)


def _by_phone(workspace: Workspace, reach: Reach, rows: list[NewRow], now: datetime) -> list[NewRow]:
    if reach.destination != Destination.SMS or reach.reason:
        return rows
    leads = phones_of_leads(workspace.pk, reach.targets)
    quiet = quiet_until(now, resolve_zone(workspace.settings.timezone))
    return [replace(row, suppressed="lead_phone" if row.target in leads else "", not_before=quiet) for row in rows]


def _events(workspace_id: UUID, rules: dict[str, TagRule], since: datetime, until: datetime) -> list[tuple[str, UUID]]:
    tags = {
        tag for place in (Destination.SLACK, Destination.EMAIL, Destination.SMS) for tag in daily_tags(rules, place)
    }
    rows = NotificationEvent.objects.in_workspace(workspace_id).of_kind(EVENT_KIND)
    found = rows.filter(sentiment_tag__in=tags, created_at__gt=since, created_at__lte=until, lead__isnull=False)
    pairs = found.order_by().values_list("sentiment_tag", "lead_id").distinct()
    return [(tag, lead) for tag, lead in pairs if tag is not None]


def _leads(workspace_id: UUID, ids: Iterable[UUID]) -> dict[UUID, DigestLead]:
    rows = Lead.objects.in_workspace(workspace_id).filter(pk__in=list(ids))
    return {
        pk: DigestLead(name=lead_name(first, last, email), link=lead_link(workspace_id, pk))
        for pk, first, last, email in rows.values_list("pk", "first_name", "last_name", "email")
    }


def _has_daily_rule(workspace: Workspace) -> bool:
    rules = normalize_rules(workspace.settings.notification_sentiment_rules)
    return any(daily_tags(rules, place) for place in (Destination.SLACK, Destination.EMAIL, Destination.SMS))
