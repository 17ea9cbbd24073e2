"""Running the pipeline of a message again, because a person asked."""

from uuid import UUID

from django.utils.translation import gettext

from inbox.enums import Channel
from inbox.models import InboundStageRun, MeetingOverseerDecision, Message
from inbox.pipeline import ANSWERING, READING
from inbox.services.receiving import POST_PROCESS_JOBS
from inbox.services.stages.apply_state import INBOUND_RESPOND
from zrg.jobs.rules.keys import build_job_dedupe_key
from zrg.jobs.services.enqueue import enqueue_job, requeue_job
from zrg.lib.errors import BadInput, NotVisible

OVERSEER = "overseer"
READING_JOB_OF_CHANNEL = {
    "email": "EMAIL_INBOUND_POST_PROCESS",
    "sms": "SMS_INBOUND_POST_PROCESS",
    "linkedin": "LINKEDIN_INBOUND_POST_PROCESS",
}


def reprocess_message(message_id: UUID, *, from_stage: str) -> str:
    """Forget the stages from `from_stage` on, with what the overseer understood, and queue their half again;
    returns the job's type.

    Unique keys keep drafts and messages single, so nothing is written or sent twice.
    """
    message = Message.objects.inbound().filter(pk=message_id).first()
    if message is None:
        raise NotVisible(gettext("No inbound message with this id."))
    stages = {stage.name: stage.number for stage in (*READING, *ANSWERING)}
    if from_stage not in stages:
        raise BadInput(
            gettext("Unknown stage. Choose one of: {names}").format(names=", ".join(stages)), field="from_stage"
        )
    again = [name for name, number in stages.items() if number >= stages[from_stage]]
    InboundStageRun.objects.filter(message=message, stage__in=again).delete()
    if OVERSEER in again:
        MeetingOverseerDecision.objects.filter(message=message).delete()
    reading = any(stage.name == from_stage for stage in READING)
    jobs = reading_jobs(message) if reading else [INBOUND_RESPOND]
    for job in jobs:
        if requeue_job(build_job_dedupe_key(message.workspace_id, message.pk, job)):
            return job
    enqueue_job(jobs[0], message.workspace_id, lead_id=message.lead_id, message_id=message.pk)
    return jobs[0]


def reading_jobs(message: Message) -> list[str]:
    """The job types that may have read this message; the usual one of its channel first."""
    usual = READING_JOB_OF_CHANNEL[message.channel]
    others = sorted({*POST_PROCESS_JOBS.values()} - {*READING_JOB_OF_CHANNEL.values()})
    return [usual, *others] if message.channel == Channel.EMAIL else [usual]
