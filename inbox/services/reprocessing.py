"""Running the pipeline of a message again, because a person asked."""

from uuid import UUID

from inbox.models import InboundStageRun, Message
from inbox.pipeline import ANSWERING, READING
from inbox.services.receiving import POST_PROCESS_JOBS
from zrg.jobs.services.enqueue import enqueue_job, requeue_job
from zrg.lib.errors import BadInput, NotVisible

READING_JOB_OF_CHANNEL = {
    "email": "EMAIL_INBOUND_POST_PROCESS",
    "sms": "SMS_INBOUND_POST_PROCESS",
    "linkedin": "LINKEDIN_INBOUND_POST_PROCESS",
}


def reprocess_message(message_id: UUID, *, from_stage: str) -> str:
    """Forget the stages from `from_stage` on and queue the reading again; returns the job's type.

    Unique keys keep drafts and messages single, so nothing is written or sent twice.
    """
    message = Message.objects.inbound().filter(pk=message_id).first()
    if message is None:
        raise NotVisible("No inbound message with this id.")
    stages = {stage.name: stage.number for stage in (*READING, *ANSWERING)}
    if from_stage not in stages:
        raise BadInput(f"Unknown stage. Choose one of: {', '.join(stages)}", field="from_stage")
    again = [name for name, number in stages.items() if number >= stages[from_stage]]
    InboundStageRun.objects.filter(message=message, stage__in=again).delete()
    known = [job for job in {*POST_PROCESS_JOBS.values()} if requeue_job(f"{message.workspace_id}:{message.pk}:{job}")]
    if known:
        return known[0]
    job = READING_JOB_OF_CHANNEL[message.channel]
    enqueue_job(job, message.workspace_id, lead_id=message.lead_id, message_id=message.pk)
    return job
