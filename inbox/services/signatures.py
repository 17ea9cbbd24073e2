"""What stands in the signature of a reply, for the writer of the answer (05 R15)."""

from uuid import UUID

from inbox.enums import Channel
from inbox.models import Message, MessageRaw
from inbox.prompts.signatures import SIGNATURE_CONTEXT
from inbox.rules.signature_text import SignatureSummary, find_candidate, read_summary
from zrg.ai.contracts import CallScope
from zrg.ai.prompts import as_data
from zrg.ai.runner import run_json_prompt
from zrg.workspaces.context import tenant

MAX_INPUT_CHARS = 5_000


def signature_summary(
    workspace_id: UUID, message_id: UUID, *, scope: CallScope, deadline: float
) -> SignatureSummary | None:
    """The signature under an e-mail; outside of transactions, `deadline` is a `time.monotonic()` instant.

    None for other channels, without anything that looks like a signature, and when no usable answer came.
    `as_text()` is what a prompt is told.
    """
    with tenant(workspace_id):
        rows = MessageRaw.objects.filter(message__workspace_id=workspace_id, message__channel=Channel.EMAIL)
        raw = rows.filter(message_id=message_id).values_list("raw_text", "raw_html").first()
        body = Message.objects.in_workspace(workspace_id).filter(pk=message_id, channel=Channel.EMAIL)
        raw = raw or ((text, "") if (text := body.values_list("body", flat=True).first()) else None)
    candidate = find_candidate(*raw) if raw else None
    if candidate is None:
        return None
    answer = run_json_prompt(
        SIGNATURE_CONTEXT,
        {
            "urls": as_data("\n".join(candidate.urls) or "(none)", "LINKS"),
            "text": as_data(candidate.text[-MAX_INPUT_CHARS:], "SIGNATURE"),
        },
        scope=scope,
        deadline=deadline,
    )
    return read_summary(answer.value, candidate) if answer.ok else None
