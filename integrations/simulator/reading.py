"""How the simulated model reads: the newest message of a prompt, and its intent by keyword."""

import re
from typing import Any

_NEWEST = re.compile(r"newest (?:inbound )?message:?\s*\n(?P<text>.*)\Z", re.IGNORECASE | re.DOTALL)
_EXCLUDED = re.compile(r"Never answer with: *(?P<tags>[^\n.]*)")
_LEAD_NAME = re.compile(r"^Name: *([^\n]+?) *$", re.MULTILINE)
_PHONE = re.compile(r"\+?\(?\d[\d ().-]{7,}\d")
_LINKEDIN = re.compile(r"\S*linkedin\.com/in/\S+")
_FENCE = re.compile(r"<<<[^<>\n]*>>>\n?(?P<text>.*?)\n?<<<END[^<>\n]*>>>", re.DOTALL)

_EMPTY: dict[str, Any] = {"boolean": False, "number": 0.0, "string": "", "array": [], "null": None}
# First hit wins; the order is the order of precedence of the tags.
_TAGS: tuple[tuple[str, str], ...] = (
    ("Blacklist", r"unsubscribe|remove me|stop (?:emailing|writing|contacting)|take me off|do not contact|spam"),
    ("Automated Reply", r"automated (?:reply|response|message)|this mailbox is not monitored|ticket (?:number|#)"),
    ("Out of Office", r"out of (?:the )?office|on (?:annual )?leave|on vacation|parental leave"),
    ("Meeting Booked", r"(?:just|have) booked|booked a (?:slot|time)|calendar invite (?:sent|accepted)"),
    (
        "Meeting Requested",
        r"\b(?:mon|tues|wednes|thurs|fri)day (?:works|at|is|would)|"
        r"(?:let'?s|(?:could|can|shall) we) (?:meet|talk|chat)|book a|schedule a|"
        r"set up a (?:call|meeting|time)|your calendar|available (?:on|at|next)|hop on a call|happy to (?:meet|chat)",
    ),
    ("Call Requested", r"call me|give me a (?:call|ring)|reach me at|ring me"),
    (
        "Information Requested",
        r"more (?:details|info|information)|pricing|price|how much|cost|how does|what (?:is|are|does|do you)|"
        r"send (?:me|over|us)|case stud|tell me more|could you (?:send|share)",
    ),
    ("Follow Up", r"next (?:month|quarter|year)|circle back|later this|not now|in a few (?:weeks|months)|check back"),
    ("Not Interested", r"not interested|no thanks|no thank you|not a fit|we'?re all set|pass on this|not for us"),
    ("Objection", r"too expensive|already (?:use|have|work)|no budget|not convinced|concern"),
    ("Interested", r"interested|sounds (?:good|great|interesting)|love to|yes please|\byes\b|sure|keen|curious"),
)
_ROUTES = tuple(
    (number, re.compile(pattern, re.IGNORECASE))
    for number, pattern in (
        (5, r"(?:use|here is|here's|book (?:via|through|on)) my (?:calendly|calendar|link|booking|scheduling)"),
        (4, r"(?:call|ring) me\b.*\d{3}"),
        (2, r"(?:that|those|either|first|second) (?:time |one |slot )?works|works for me"),
        (3, r"\b(?:mon|tues|wednes|thurs|fri)day\b|\b\d{1,2}(?::\d\d)? ?[ap]m\b|\btomorrow\b"),
    )
)
_COMPILED = tuple((tag, re.compile(pattern, re.IGNORECASE)) for tag, pattern in _TAGS)


def newest_inbound(prompt: str) -> str:
    """The message a prompt asks about: the text behind "Newest … message", else the last fenced one."""
    named = _NEWEST.search(prompt)
    tail = named.group("text") if named else prompt
    fenced = _FENCE.findall(tail)
    if fenced:
        return str(fenced[0] if named else fenced[-1]).strip()
    return tail.strip()


def classify(text: str, excluded: frozenset[str] = frozenset()) -> str:
    """The tag of the first keyword found that is not excluded."""
    for tag, pattern in _COMPILED:
        if tag not in excluded and pattern.search(text):
            return tag
    return "Neutral"


def route(text: str) -> int:
    """Which of the five ways to a meeting a reply takes, by keyword."""
    for number, pattern in _ROUTES:
        if pattern.search(text):
            return number
    return 1


def read_meeting(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    """What a reply means for a meeting: the smallest answer, filled by the way it takes."""
    way = route(text)
    speaks = way in (2, 3) or classify(text) == "Meeting Requested"
    intent = {2: "accept_offer", 3: "propose_time"}.get(way, "request_times") if speaks else "other"
    return {
        **{name: _EMPTY[kind_of(part)] for name, part in schema["properties"].items()},
        "is_scheduling_related": speaks,
        "intent": intent,
        "intent_to_book": speaks,
        "intent_confidence": 0.9 if speaks else 0.6,
        "acceptance_specificity": "specific" if way == 3 else "generic" if way == 2 else "none",
        "qualification_status": "unknown",
        "time_from_body_only": speaks,
        "needs_pricing_answer": "pric" in text.lower() or "cost" in text.lower(),
        "confidence": 0.85,
    }


def kind_of(schema: dict[str, Any]) -> str:
    """The type of a value; "null" where it may be absent."""
    kind = schema.get("type", "")
    return "null" if isinstance(kind, list) else str(kind)


def excluded_tags(prompt: str) -> frozenset[str]:
    """Tags the prompt asks never to answer with."""
    found = _EXCLUDED.search(prompt)
    return frozenset(tag.strip() for tag in found.group("tags").split(",")) if found else frozenset()


def own_words(text: str) -> str:
    """The lines above a quote or a signature."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith(">") or line.strip() == "--" or re.match(r"On .* wrote:$", line.strip()):
            break
        lines.append(line)
    return "\n".join(lines).strip()


def read_signature(prompt: str) -> dict[str, Any]:
    """What the last lines of a mail say about the lead the prompt names; only what stands there."""
    name = _LEAD_NAME.search(prompt)
    text = newest_inbound(prompt.partition("The e-mail without quotes:")[2])
    lines = [line.strip() for line in text.splitlines()]
    start = next((n for n, line in enumerate(lines) if name and line == name.group(1)), None)
    block = lines[start:] if start is not None else []
    phone = next((found.group() for line in block if (found := _PHONE.search(line))), None)
    link = next((found.group() for line in block if (found := _LINKEDIN.search(line))), None)
    return {
        "isFromLead": start is not None,
        "phone": phone,
        "linkedinUrl": link,
        "confidence": "high" if start is not None else "low",
        "reasoning": "",
    }


def read_signature_context(prompt: str) -> dict[str, Any]:
    """What a signature shows, from its text and the list of links given with it."""
    links = newest_inbound(prompt.partition("Links:")[2].partition("The signature:")[0]).split()
    text = newest_inbound(prompt.partition("The signature:")[2])
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    pages = [link for link in links if re.search(r"calend|meetings|booking|cal\.com", link)]
    found = _PHONE.search(text)
    return {
        "name": lines[0] if lines and re.fullmatch(r"[A-Z][\w'’-]+(?: [A-Z][\w'’.-]+){0,2}", lines[0]) else None,
        "title": None,
        "company": None,
        "email": None,
        "phone": found.group() if found else None,
        "linkedinUrl": next((link for link in links if "linkedin.com/in/" in link), None),
        "schedulingLinks": pages[:5],
        "otherLinks": [link for link in links if link not in pages and "linkedin.com" not in link][:10],
        "importantLines": [],
        "confidence": "high" if lines else "low",
    }
