"""The deterministic safety reading in force: what it finds and what follows, in the storing transaction."""

import json
from dataclasses import dataclass
from uuid import uuid4

import structlog
from django.db import connection

from inbox.enums import Channel, Direction, SafetyKind, StageState
from inbox.metrics import count_safety
from inbox.models import Message
from inbox.rules import safety
from inbox.services.stopping import stop_lead
from leads.models import Lead
from leads.rules.participants import is_cc_replier
from leads.rules.statuses import blocks_every_channel
from leads.services.optouts import remember_opt_out
from leads.services.status import lift_email_block
from zrg.jobs.contracts import TaskNeeded
from zrg.jobs.services.announce import announce
from zrg.lib import log_events
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)

STAGE_SAFETY = "safety"
HUMAN_KINDS = (SafetyKind.NONE, SafetyKind.ACK_ONLY)

# On the path of every reply, so it is not put together anew for each.
_NOTE_DONE = """
INSERT INTO inbox_inboundstagerun
    (id, workspace_id, message_id, stage, state, attempts, started_at, finished_at, result, error_code)
VALUES (%(id)s, %(workspace)s, %(message)s, %(stage)s, %(state)s, 1, %(at)s, %(at)s, %(result)s, '')
ON CONFLICT (message_id, stage) DO UPDATE SET
    state = excluded.state, finished_at = excluded.finished_at, result = excluded.result
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyReading:
    """Kind of an inbound text; `family` names the opt-out pattern, `hard` qualifies a bounce."""

    kind: str
    family: str = ""
    language: str = ""
    hard: bool = False

    @property
    def stop_reason(self) -> str:
        return "complaint" if self.family == "complaint" else "opt_out"


def read_safety(
    *,
    body: str,
    subject: str | None,
    channel: str,
    from_email: str | None,
    provider_automated: bool,
    lead: Lead,
    is_new: bool = False,
    report: str = "",
) -> SafetyReading:
    """Read one inbound text; pure but for the lead's last outbound subject (a new lead has none).

    `report` is the text as received: the status codes of a delivery report may stand below what
    cleaning keeps.
    """

    def read(our_subject: str | None) -> safety.SafetyReading:
        return safety.read_safety(
            body,
            subject=subject or "",
            channel=channel,
            from_email=from_email,
            provider_automated=provider_automated,
            lead_name=f"{lead.first_name or ''} {lead.last_name or ''}".strip(),
            our_subject=our_subject,
        )

    found = read(None)
    # A subject of our own only takes findings away, so it is looked up where there are any.
    if found.kind not in HUMAN_KINDS and channel == Channel.EMAIL and subject and not is_new:
        found = read(_our_subject(lead))
    return SafetyReading(
        kind=str(found.kind),
        family=found.opt_out.family or "",
        language=found.opt_out.language or "",
        hard=found.kind == SafetyKind.BOUNCE and safety.classify_bounce(report or body) == "hard",
    )


def apply_safety(lead: Lead, message: Message, reading: SafetyReading, *, may_lift: bool = True) -> None:
    """Put the reading in force. Runs once per message; the stage row tells the pipeline it was done.

    `may_lift=False`: newer messages of the lead are known, so this one lifts no block they may have made.
    """
    count_safety(reading.kind, message.channel)
    if reading.kind != SafetyKind.NONE:
        logger.info(
            log_events.SAFETY_HIT,
            message=str(message.pk),
            kind=reading.kind,
            family=reading.family,
            lang=reading.language,
        )
    if reading.kind == SafetyKind.OPT_OUT:
        _apply_opt_out(lead, message, reading)
    elif reading.kind in (SafetyKind.BOUNCE, SafetyKind.DEAD_INBOX):
        if lead.status != "blacklisted" and (reading.hard or reading.kind == SafetyKind.DEAD_INBOX):
            stop_lead(lead, "bounce" if reading.kind == SafetyKind.BOUNCE else "dead_inbox", message=message)
    elif may_lift and reading.kind in HUMAN_KINDS and lead.status == "blacklisted":
        _apply_human_reply(lead, message)
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE_DONE,
            {
                "id": uuid4(),
                "workspace": message.workspace_id,
                "message": message.pk,
                "stage": STAGE_SAFETY,
                "state": str(StageState.DONE),
                "at": message.created_at,
                "result": json.dumps({"kind": str(reading.kind), "family": reading.family}),
            },
        )


def _apply_opt_out(lead: Lead, message: Message, reading: SafetyReading) -> None:
    """The lead's own withdrawal stops everybody; a colleague's stops writing to that colleague."""
    if is_colleagues(lead, message):
        silence_colleague(lead, message, reading.stop_reason)
        return
    stop_lead(lead, reading.stop_reason, message=message)


def is_colleagues(lead: Lead, message: Message) -> bool:
    """Whether somebody else than the lead wrote this mail of the thread."""
    return message.channel == Channel.EMAIL and is_cc_replier(lead.email, message.from_email)


def silence_colleague(lead: Lead, message: Message, reason: str) -> None:
    """Never write to this address again; a person decides what that means for the lead."""
    remember_opt_out(lead.workspace_id, emails=[message.from_email], reason=reason, lead_id=lead.pk)
    record_audit("lead.colleague_opted_out", actor=None, workspace=lead.workspace_id, obj=lead)
    _ask_for_person(lead, message, "colleague_opted_out", "A colleague of this lead asked not to be written to.")


def _apply_human_reply(lead: Lead, message: Message) -> None:
    if not blocks_every_channel(lead.blacklist_reason):
        if message.channel == Channel.EMAIL:
            lift_email_block(lead, reason="human_reply")
            logger.info(log_events.SAFETY_CLEARED, lead=str(lead.pk))
        return
    record_audit("lead.opted_out_wrote_again", actor=None, workspace=lead.workspace_id, obj=lead)
    _ask_for_person(lead, message, "opted_out_wrote_again", "This lead opted out earlier and has written again.")


def _ask_for_person(lead: Lead, message: Message, kind: str, text: str) -> None:
    announce(TaskNeeded(workspace_id=lead.workspace_id, lead_id=lead.pk, kind=kind, message_id=message.pk, text=text))


def _our_subject(lead: Lead) -> str | None:
    return (
        Message.objects.of_lead(lead.pk)
        .filter(direction=Direction.OUTBOUND, channel=Channel.EMAIL, subject__isnull=False)
        .newest_first()
        .values_list("subject", flat=True)
        .first()
    )
