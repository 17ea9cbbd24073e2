"""What may be kept of a model's reading of an e-mail: it names things, it never rewrites what a person said."""

from collections.abc import Iterable

from leads.rules.contact_text import digits_of, is_ours, stands_in

MAX_CLEANED_CHARS = 8_000


def kept_lines(answer: str, received: str) -> str | None:
    """The received lines that the answer keeps, in their order; None when it is blank, too long, or has a line that
    was not received in that place (then our own cleaned body stays). White space within a line does not count.
    """
    if not answer.strip() or len(answer) > MAX_CLEANED_CHARS:
        return None
    rest = iter(received.splitlines())
    kept: list[str] = []
    for line in answer.splitlines():
        if not line.strip():
            kept.append("")
            continue
        found = next((original for original in rest if _words(original) == _words(line)), None)
        if found is None:
            return None
        kept.append(found.strip())
    return "\n".join(kept).strip()


def written_phone(numbers: Iterable[str | None], *, text: str, own_text: str) -> str | None:
    """The first number whose digits stand in the text and are not ours: a model never supplies digits."""
    own = digits_of(own_text)
    return next((one for one in numbers if one and stands_in(one, text) and not is_ours(one, own)), None)


def _words(line: str) -> str:
    return " ".join(line.split())
