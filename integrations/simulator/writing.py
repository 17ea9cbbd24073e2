"""How the simulated model writes: plans, letters and short messages out of the prompt's own facts."""

import re
from typing import Any

from integrations.simulator.reading import classify, newest_inbound

DEFAULT_MIN_CHARS = 220
# Between the messages of a prompt; nothing people write contains it.
MESSAGE_BREAK = "\n\x1e\n"

_GREETING = re.compile(r"^Greeting to use: *(?P<text>[^\n]*)$", re.MULTILINE)
_SERVICE = re.compile(r"^Service description: *(?P<text>[^\n]*)$", re.MULTILINE)
_SIGNATURE = re.compile(
    rf"signature exactly once \(nothing if empty\):\n(?P<text>.*?)(?:{MESSAGE_BREAK}|\Z)", re.DOTALL
)
_LENGTH = re.compile(r"\b(?P<min>\d{2,4}) to (?P<max>\d{2,5}) characters")
_FIRST_NAME = re.compile(r"(?:first name|First name|name): *(?P<text>[A-Z][\w'’-]+)")
_UNSAFE = re.compile(r"https?://|[$€£{}\[\]]|\d{3,}")

_OFFERED = re.compile(r"^Times you may offer: *(?P<text>[^\s(][^\n]*)$", re.MULTILINE)
_LINK = re.compile(r"^Booking link: *(?P<text>https?://\S+)$", re.MULTILINE)
_SHAPE = re.compile(r"^Shape: *(?P<text>[^\n]*)$", re.MULTILINE)
_DRAFT = re.compile(r"<<<DRAFT TEXT[^\n]*>>>\n(?P<text>.*?)\n<<<END DRAFT TEXT>>>", re.DOTALL)
_MEETING = ("Meeting Requested", "Call Requested")

_ANSWERS = {
    "Meeting Requested": "Happy to find a time with you. Which day and part of the day suit you best?",
    "Call Requested": "I am glad to call you on the number we have on file. When is a good moment?",
    "Information Requested": "Here is the short version of what you asked for.",
    "Interested": "Good to hear that this fits what you are working on.",
    "Follow Up": "That works for me, I will come back to you at the time you named.",
    "Meeting Booked": "Looking forward to it. Is there anything you would like me to prepare?",
}
_FILLER = (
    "We start small, keep the effort on your side low and agree on what success looks like before anything begins.",
    "You see how it works on one example of your own, so you can judge it by what it does for you.",
    "If something you need to know is missing here, tell me and I will find it out for you.",
)
_QUESTION = "Would it help if I walked you through one example that is close to your own situation?"


def plan(prompt: str) -> dict[str, Any]:
    """The plan of a letter, within the limits the product sets."""
    asked = newest_inbound(prompt)
    tag = classify(asked)
    times = _labels(prompt)[:2] if tag in _MEETING else []
    return {
        "personalization_points": [f"They wrote: {_plain(asked)[:100]}"] if _plain(asked) else [],
        "intent_summary": f"{tag}: answer what was asked and agree on one next step."[:400],
        "should_offer_times": bool(times),
        "times_to_offer": times or None,
        "outline": ["Answer the question first", "Two concrete points", "One question at the end"],
        "must_avoid": ["promising a discount", "inventing times, links or prices"],
        "recommended_archetype_id": None,
    }


def write_letter(prompt: str) -> str:
    """A letter that greets, answers by intent and ends with the signature, long enough for the prompt."""
    tag = classify(newest_inbound(prompt))
    paragraphs = [_greeting(prompt), _ANSWERS.get(tag, "Happy to help with what you wrote.")]
    service = _sentence(_found(_SERVICE, prompt))
    if service:
        paragraphs.append(f"In one line, this is what we do: {service}")
    length = _LENGTH.search(prompt)
    wanted = int(length.group("min")) if length else DEFAULT_MIN_CHARS
    for sentence in _FILLER:
        if sum(map(len, paragraphs)) + len(_QUESTION) > wanted:
            break
        paragraphs.append(sentence)
    signature = _found(_SIGNATURE, prompt)
    closing = _offer(prompt) if tag in _MEETING else _QUESTION
    return "\n\n".join([*paragraphs, closing or _QUESTION, *([signature] if signature else [])])


def write_short(prompt: str) -> str:
    """A message of one or two sentences."""
    tag = classify(newest_inbound(prompt))
    answer = (_offer(prompt) if tag in _MEETING else "") or _ANSWERS.get(tag, "Happy to help with what you wrote.")
    return f"{_greeting(prompt)} {answer}"[:300]


def rewrite(prompt: str) -> str:
    """The waiting draft in the shape the prompt names, with the same sentences."""
    draft, shape = _found(_DRAFT, prompt), _found(_SHAPE, prompt).lower()
    first, *middle = [paragraph for paragraph in draft.split("\n\n") if paragraph.strip()]
    if not middle:
        return draft
    body, last = middle[:-1], middle[-1]
    if "bullet" in shape or "list" in shape:
        mark = "1. " if "number" in shape else "- "
        body = [f"{mark}{paragraph}" for paragraph in body]
    elif "dense" in shape:
        body = [" ".join(body)]
    elif "question" in shape:
        body = sorted(body, key=lambda paragraph: not paragraph.rstrip().endswith("?"))
    return "\n\n".join([first, *body, last])


def verified(prompt: str) -> dict[str, Any]:
    """The draft as it is: the simulated writer states nothing that would need correcting."""
    return {"finalDraft": _found(_DRAFT, prompt), "changed": False, "violationsDetected": [], "changes": []}


def smallest_value(schema: dict[str, Any]) -> Any:
    """The smallest value that fits a strict JSON schema."""
    if schema.get("enum"):
        return schema["enum"][0]
    kind = schema.get("type")
    kinds = kind if isinstance(kind, list) else [kind]
    if "null" in kinds:
        return None
    if "object" in kinds:
        return {name: smallest_value(part) for name, part in schema.get("properties", {}).items()}
    return {"array": [], "string": "", "boolean": False, "number": 0, "integer": 0}.get(str(kinds[0]))


def _labels(prompt: str) -> list[str]:
    return [label.strip() for label in _found(_OFFERED, prompt).split(";") if label.strip()]


def _offer(prompt: str) -> str:
    """The offered times word for word, else the booking link."""
    if labels := _labels(prompt)[:2]:
        return f"Would {' or '.join(labels)} suit you?"
    link = _found(_LINK, prompt)
    return f"You can pick a time that suits you: {link}" if link else ""


def _greeting(prompt: str) -> str:
    given = _found(_GREETING, prompt)
    if given:
        return given
    name = _found(_FIRST_NAME, prompt)
    return f"Hi {name}," if name else "Hi there,"


def _sentence(text: str) -> str:
    first = re.split(r"(?<=[.!?])\s", text.strip(), maxsplit=1)[0]
    return "" if _UNSAFE.search(first) else first[:200]


def _found(pattern: re.Pattern[str], prompt: str) -> str:
    match = pattern.search(prompt)
    return match.group("text").strip() if match else ""


def _plain(text: str) -> str:
    return " ".join(text.split())
