"""How a connection stands, in plain words."""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from integrations.enums import Code, ConnectionStatus

Tone = Literal["good", "warn", "bad", "quiet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """`label` for a badge, `sentence` for what it means and what to do."""

    label: str
    tone: Tone
    sentence: str


def standing(title: str, *, in_use: bool, complete: bool, readable: bool, status: str) -> Standing:
    """What people are told about a connection to `title`."""
    if not in_use:
        return Standing(
            label=gettext("Not connected"),
            tone="quiet",
            sentence=gettext("{title} is not connected.").format(title=title),
        )
    if not readable:
        return Standing(
            label=gettext("Disconnected"),
            tone="bad",
            sentence=gettext("The stored credential cannot be read any more. Enter it again."),
        )
    if not complete:
        return Standing(
            label=gettext("Incomplete"), tone="warn", sentence=gettext("Something required is missing below.")
        )
    return _BY_STATUS[ConnectionStatus(status)](title)


def _connected(title: str) -> Standing:
    return Standing(label=gettext("Connected"), tone="good", sentence=gettext("{title} answers.").format(title=title))


def _unknown(title: str) -> Standing:
    return Standing(
        label=gettext("Not tested yet"),
        tone="quiet",
        sentence=gettext("Saved; {title} has not been asked since.").format(title=title),
    )


def _degraded(title: str) -> Standing:
    return Standing(
        label=gettext("Unreliable"),
        tone="warn",
        sentence=gettext(
            "The last three calls to {title} did not come through. They are repeated; nothing is lost."
        ).format(title=title),
    )


def _disconnected(title: str) -> Standing:
    return Standing(
        label=gettext("Disconnected"),
        tone="bad",
        sentence=gettext("{title} refuses the stored credential. Enter a valid one and save.").format(title=title),
    )


_BY_STATUS = {
    ConnectionStatus.CONNECTED: _connected,
    ConnectionStatus.UNKNOWN: _unknown,
    ConnectionStatus.DEGRADED: _degraded,
    ConnectionStatus.DISCONNECTED: _disconnected,
}

_TROUBLE = {
    Code.NOT_CONFIGURED: _("Something is missing: {message}."),
    Code.AUTH_FAILED: _("{title} refused the credential: {message}."),
    Code.RATE_LIMITED: _("{title} asks us to wait. Try again in a minute."),
    Code.PAYMENT_REQUIRED: _("{title} says that the plan does not include this: {message}."),
    Code.NOT_FOUND: _("{title} does not know this account. Check its id."),
    Code.TIMEOUT: _("{title} did not answer in time. Try again; if it stays, look at their status page."),
    Code.NETWORK: _("{title} could not be reached. Try again; if it stays, check the host."),
    Code.PROVIDER_5XX: _("{title} has trouble of its own: {message}. Try again later."),
    Code.INVALID_RESPONSE: _("What answers is not {title}. Check the host."),
    Code.HOST_REFUSED: _("The host is not allowed: only https to a public host is."),
    Code.LINKEDIN_DISCONNECTED: _("The LinkedIn account was signed out. Reconnect it in Unipile, then test again."),
}


def trouble(title: str, code: str, message: str) -> str:
    """What went wrong in a check, and what to do next."""
    shape = gettext(
        _TROUBLE.get(Code(code) if code in Code.values else Code.BAD_REQUEST, _("{title} answered: {message}."))
    )
    return shape.format(title=title, message=message.strip().rstrip(".") or "no reason given")
