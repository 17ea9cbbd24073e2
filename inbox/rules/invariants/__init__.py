"""Deterministic checks that every draft text passes before it may leave by itself (05 R19).

[HARD] `05.facts-only`: a draft states no time, link, price or booking the system does not have.
"""

from collections.abc import Sequence

from inbox.rules.invariants.bookings import implies_booking
from inbox.rules.invariants.links import link_codes
from inbox.rules.invariants.phones import has_phone_number
from inbox.rules.invariants.prices import price_codes
from inbox.rules.invariants.texts import body_of, without_urls
from inbox.rules.invariants.times import unknown_dates, unknown_times
from inbox.rules.outbound_text import find_placeholders, has_truncated_url
from inbox.rules.safety.text import normalize

BROKEN = frozenset({"empty_draft", "placeholder", "truncated_url"})
"""Approving a text with one of these is refused for everybody; the others warn a person and block the machine."""
CODES = (
    "date_mismatch",
    "empty_draft",
    "fabricated_link",
    "implied_booking",
    "phone_number",
    "placeholder",
    "price_cadence_mismatch",
    "price_unsupported",
    "slot_mismatch",
    "truncated_url",
    "unknown_url",
)


def draft_invariants(
    draft: str,
    inbound: str = "",
    offered: Sequence[str] = (),
    booking_link: str | None = None,
    lead_scheduler_link: str | None = None,
    service_description: str = "",
    knowledge: str = "",
    allowed_urls: Sequence[str] = (),
    signature: str = "",
    has_active_appointment: bool = False,
) -> list[str]:
    """Sorted codes of what the text states without a source, or of what is broken in it; empty when it may leave.

    `offered` are the labels the text may name, `inbound` what the lead wrote, `allowed_urls` the workspace's
    website. The signature at the end is ours and is not read.
    """
    body = body_of(draft, signature)
    if not body.strip():
        return ["empty_draft"]
    plain = without_urls(normalize(body))
    times = [without_urls(normalize(text)) for text in (*offered, inbound, service_description, knowledge) if text]
    codes = {
        "placeholder": bool(find_placeholders(body)),
        "truncated_url": has_truncated_url(body),
        "phone_number": has_phone_number(plain),
        "slot_mismatch": bool(unknown_times(plain, times)),
        "date_mismatch": bool(unknown_dates(plain, times)),
        "implied_booking": not has_active_appointment and implies_booking(plain),
    }
    found = {code for code, fires in codes.items() if fires}
    found |= link_codes(
        body,
        inbound=inbound,
        booking_link=booking_link,
        lead_scheduler_link=lead_scheduler_link,
        sources=[service_description, knowledge, *allowed_urls],
    )
    found |= price_codes(plain, service=normalize(service_description), knowledge=normalize(knowledge))
    return sorted(found)
