"""The signature under a reply, read by a model and checked against the text it stands in."""

import time
from typing import Any

from leads.models import Lead
from leads.prompts.signature import EXTRACT_SIGNATURE
from leads.rules.contact_text import digits_of, is_ours, stands_in
from leads.rules.facts import Facts
from zrg.ai.contracts import CallScope
from zrg.ai.prompts import as_data
from zrg.ai.runner import run_json_prompt
from zrg.lib.linkedin import classify_linkedin_url, extract_linkedin_urls

MODEL_SECONDS = 12.0
MAX_TEXT = 6_000
"""Characters; a signature stands at the end, so the end is kept."""


def read_signature(lead: Lead, text: str, *, own_text: str, scope: CallScope, deadline: float) -> Facts | None:
    """What the signature says about the lead; None when it is somebody else's, doubtful or unreadable.

    A value that does not stand in the text was invented and is dropped: a model never supplies digits.
    Call outside of any transaction.
    """
    shown = text[-MAX_TEXT:]
    answer = run_json_prompt(
        EXTRACT_SIGNATURE,
        {"lead": as_data(_described(lead)), "text": as_data(shown)},
        scope=scope,
        deadline=min(deadline, time.monotonic() + MODEL_SECONDS),
    )
    if not answer.ok or not answer.value["isFromLead"] or answer.value["confidence"] == "low":
        return None
    return _written(answer.value, shown, own_text)


def _described(lead: Lead) -> str:
    parts = (("Name", lead.full_name), ("E-mail", lead.email), ("Company", lead.company_name))
    return "\n".join(f"{name}: {value}" for name, value in parts if value)


def _written(found: dict[str, Any], text: str, own_text: str) -> Facts:
    phone = found["phone"]
    if phone and (not stands_in(phone, text) or is_ours(phone, digits_of(own_text))):
        phone = None
    return Facts(phone=phone, linkedin_urls=_written_links(found["linkedinUrl"], text, own_text))


def _written_links(url: str | None, text: str, own_text: str) -> tuple[str, ...]:
    wanted = classify_linkedin_url(url)
    for line in text.splitlines():
        here = extract_linkedin_urls(line)
        if any(wanted) and here == wanted and here not in map(extract_linkedin_urls, own_text.splitlines()):
            return (url,) if url else ()
    return ()
