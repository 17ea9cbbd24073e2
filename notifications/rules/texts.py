"""How messages are written: what comes from outside can neither ping a channel nor break a header."""

import re

from notifications.contracts import Content

MAX_SUBJECT = 200
MAX_SNIPPET = 240

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\x85]+")


def slack_escape(text: str) -> str:
    """Text in which Slack sees no link, mention or command. `@channel` in plain words pings nobody: messages are
    posted without `link_names`.
    """
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def one_line(text: str, limit: int = MAX_SNIPPET) -> str:
    """White space and control characters collapsed, cut at `limit` characters with an ellipsis."""
    flat = " ".join(_CONTROL.sub(" ", text).split())
    return flat if len(flat) <= limit else flat[:limit].rstrip() + "…"


def mail_subject(text: str) -> str:
    """A subject no header can be injected by."""
    return one_line(text, MAX_SUBJECT)


def compose(subject: str, lines: list[str]) -> Content:
    """The same message for Slack and for mail; empty lines are left out."""
    text = "\n".join(line for line in lines if line)
    return Content(text=text, slack=slack_escape(text), subject=mail_subject(subject))
