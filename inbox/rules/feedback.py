"""What the writer is told about the faults the checks found in its text (05 R19)."""

from collections.abc import Sequence

SENTENCES = {
    "date_mismatch": "It names a day that is neither offered nor named by the lead.",
    "empty_draft": "It has no text.",
    "fabricated_link": "It gives or promises a booking link that was not given.",
    "implied_booking": "It says that a meeting is booked; nothing is booked.",
    "phone_number": "It holds a phone number.",
    "placeholder": "It holds a placeholder instead of a fact.",
    "price_cadence_mismatch": "It gives a price with another billing period than the source.",
    "price_unsupported": "It gives a price no source holds.",
    "slot_mismatch": "It names a time that is neither offered nor named by the lead.",
    "truncated_url": "A link is cut off.",
    "unknown_url": "It gives a web address nobody gave.",
}


def feedback(codes: Sequence[str]) -> str:
    """For the end of the prompt; "" without codes."""
    if not codes:
        return ""
    faults = "\n".join(f"- {SENTENCES[code]}" for code in codes)
    return f"\n\nYour last text had these faults. Write it again without them:\n{faults}"
