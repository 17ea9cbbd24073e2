"""Wording that claims a booking."""

import re

_MEETING = r"(?:meeting|call|demo|appointment|slot|session|time|booking|chat)"
_DONE = r"(?:booked|confirmed|scheduled)"
_CLAIM = re.compile(
    rf"""
      \b(?:you|we)(?:'re|\ are|\ have\ been|'ve\ been)\ (?:now\ |all\ |already\ |officially\ |both\ )*{_DONE}\b
    | \b(?:you|we)(?:'re|\ are)\ (?:now\ )?all\ set\ (?:for|on)\b
    | \b(?:your|our|the|this)\ (?:[\w-]+\ ){{0,2}}{_MEETING}(?:\ (?:on|at|for)\ [^.!?\n]{{1,40}}?)?
      (?:'s|\ is|\ has\ been)\ (?:now\ |all\ |already\ )*(?:{_DONE}|all\ set)\b
    | \bI(?:'ve|\ have|\ just|\ went\ ahead\ and|'ve\ just|\ have\ just)?\ (?:booked|scheduled|confirmed)
      \ (?:you|us|your|our|the|a|this|that|it)\b
    | \b(?:calendar\ )?invit(?:e|ation)\ (?:is|should\ be)\ (?:already\ )?
      (?:on\ its\ way|on\ the\ way|in\ your\ inbox)\b
    | \b(?:calendar\ )?invit(?:e|ation)\ (?:has\ been|was|is)\ sent\b
    | \bI(?:'ve|\ have|\ just|'ve\ just|\ have\ just)?\ sent\ (?:you\ |over\ |across\ )*(?:a|an|the|your)\s
      (?:calendar\ )?invit(?:e|ation)\b
    | \bsending\ (?:you\ |over\ |across\ )*(?:a|an|the|your)\ (?:calendar\ )?invit(?:e|ation)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CONDITION = re.compile(
    r"\b(?:once|if|when|after|until|till|before|as soon as|whenever|unless|in case)\b[^.!?\n]*$", re.I
)
_CLAUSE_CHARS = 80


def implies_booking(text: str) -> bool:
    """Whether the text says that a meeting is booked, not merely under a condition."""
    return any(
        not _CONDITION.search(text[max(match.start() - _CLAUSE_CHARS, 0) : match.start()])
        for match in _CLAIM.finditer(text)
    )
