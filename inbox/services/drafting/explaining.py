"""Why a draft reads as it does: its context rebuilt from stored rows, shown and not kept (05 R24, "Explain")."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from booking.registry import calendar
from inbox.enums import Channel, SentimentTag
from inbox.models import Draft
from inbox.prompts.drafts import GENERATION, SINGLE_EMAIL, SINGLE_LINKEDIN, SINGLE_SMS
from inbox.rules.feedback import SENTENCES
from inbox.services.drafting.knowing import DraftContext, rebuild
from inbox.services.drafting.writing import invariants_of
from zrg.ai.prompts import fill, get_prompt
from zrg.ai.services.prompt_texts import effective

_PROMPTS = {Channel.EMAIL: SINGLE_EMAIL, Channel.SMS: SINGLE_SMS, Channel.LINKEDIN: SINGLE_LINKEDIN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What the writer was told as far as the rows still say, what the checks say of the text now, and how it came
    about. `parts` are (name, text) pairs of the prompt's variables; `faults` sentences about the text of now.
    """

    prompt_key: str
    prompt_version: str
    messages: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, str], ...]
    faults: tuple[str, ...]
    meta: dict[str, Any]


def explain_draft(draft: Draft) -> Explanation | None:
    """Rebuild the context of a draft in the caller's transaction; None when the message it answers is gone.

    No provider and no model is asked: times are those of the stored offer, the lead's signature is left out.
    """
    message = draft.context_message
    if message is None:
        return None
    labels = calendar().offered_labels(draft.workspace_id, draft.offer_set) if draft.offer_set else ()
    context = rebuild(message, channel=draft.channel, tag=message.sentiment_tag or SentimentTag.NEW, labels=labels)
    planned = draft.generation_path in ("three_step", "two_step")
    key = GENERATION if planned else _PROMPTS[Channel(draft.channel)]
    text = effective(key, draft.workspace_id)
    variables = {
        **context.variables,
        "archetype": context.shapes.get(draft.archetype_id or "", "As it fits."),
        "strategy": "(the plan is not kept)",
    }
    filled = fill(get_prompt(key), variables, text.messages)
    return Explanation(
        prompt_key=key,
        prompt_version=text.version,
        messages=tuple((message["role"], message["content"]) for message in filled),
        parts=tuple(sorted(variables.items())),
        faults=tuple(SENTENCES[code] for code in _faults(context, draft)),
        meta=dict(draft.generation_meta),
    )


def _faults(context: DraftContext, draft: Draft) -> Sequence[str]:
    return invariants_of(context, draft.content)
