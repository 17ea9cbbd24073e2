"""Variables of saved replies: the words people know from follow-ups, filled with what is proven of a lead.

Recognised as 08 R15 has it: spelling, case and inner spaces are exact. What has no value stays in the text as
it is; the send guard refuses it there like any placeholder (07.placeholder-refused). Values are inserted
trimmed and in one pass, never read again: a company called "{link}" stays a name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_noop as _

VARIABLES: dict[str, str] = {
    "firstName": _("First name of the lead"),
    "lastName": _("Last name of the lead"),
    "email": _("E-mail address of the lead"),
    "phone": _("Phone number of the lead"),
    "leadCompanyName": _("Company of the lead"),
    "senderName": _("Name drafts are written in"),
    "signature": _("Signature"),
    "companyName": _("Your company"),
    "result": _("The result you help to reach"),
    "calendarLink": _("Booking link"),
}
_ALIASES = {
    "{FIRST_NAME}": "firstName",
    "{FIRST\\_NAME}": "firstName",
    "{{contact.first_name}}": "firstName",
    "{{contact.first\\_name}}": "firstName",
    "{name}": "senderName",
    "{company}": "companyName",
    "{achieving result}": "result",
    "{link}": "calendarLink",
}
_NAMES = {f"{{{name}}}": name for name in VARIABLES} | _ALIASES
_TOKEN = re.compile(r"\{\{[^}]+\}\}|\{[^}]+\}")
# A lead's field is text of a stranger: markup, braces and line breaks are no name.
_PROVEN = re.compile(r"[^{}\[\]<>\n\r\x00]{1,200}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledReply:
    """The text with what could be filled in; `missing` are the tokens that stayed, each once, in order."""

    text: str
    missing: tuple[str, ...]


def fill_reply(body: str, values: Mapping[str, str]) -> FilledReply:
    """The body with every variable replaced that has a value by its canonical name."""
    missing: dict[str, Literal[True]] = {}

    def replaced(match: re.Match[str]) -> str:
        token = match.group()
        value = values.get(_NAMES.get(token, ""), "").strip()
        if not value:
            missing[token] = True
            return token
        return value

    return FilledReply(text=_TOKEN.sub(replaced, body), missing=tuple(missing))


def unknown_variables(body: str) -> list[str]:
    """Tokens that are no variable, each once: they stay in the text for the person to replace."""
    return list(dict.fromkeys(token for token in _TOKEN.findall(body) if token not in _NAMES))


def proven(value: str | None) -> str:
    """A lead's field as it may stand in a text: one line without braces, brackets and markup; "" otherwise."""
    text = (value or "").strip()
    return text if _PROVEN.fullmatch(text) else ""
