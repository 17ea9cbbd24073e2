"""How a connection stands, in plain words."""

from dataclasses import dataclass
from typing import Literal

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
        return Standing(label="Not connected", tone="quiet", sentence=f"{title} is not connected.")
    if not readable:
        return Standing(
            label="Disconnected",
            tone="bad",
            sentence="The stored credential cannot be read any more. Enter it again.",
        )
    if not complete:
        return Standing(label="Incomplete", tone="warn", sentence="Something required is missing below.")
    return _BY_STATUS[ConnectionStatus(status)](title)


def _connected(title: str) -> Standing:
    return Standing(label="Connected", tone="good", sentence=f"{title} answers.")


def _unknown(title: str) -> Standing:
    return Standing(label="Not tested yet", tone="quiet", sentence=f"Saved; {title} has not been asked since.")


def _degraded(title: str) -> Standing:
    return Standing(
        label="Unreliable",
        tone="warn",
        sentence=f"The last three calls to {title} did not come through. They are repeated; nothing is lost.",
    )


def _disconnected(title: str) -> Standing:
    return Standing(
        label="Disconnected",
        tone="bad",
        sentence=f"{title} refuses the stored credential. Enter a valid one and save.",
    )


_BY_STATUS = {
    ConnectionStatus.CONNECTED: _connected,
    ConnectionStatus.UNKNOWN: _unknown,
    ConnectionStatus.DEGRADED: _degraded,
    ConnectionStatus.DISCONNECTED: _disconnected,
}

_TROUBLE = {
    Code.NOT_CONFIGURED: "Something is missing: {message}.",
    Code.AUTH_FAILED: "{title} refused the credential: {message}.",
    Code.RATE_LIMITED: "{title} asks us to wait. Try again in a minute.",
    Code.PAYMENT_REQUIRED: "{title} says that the plan does not include this: {message}.",
    Code.NOT_FOUND: "{title} does not know this account. Check its id.",
    Code.TIMEOUT: "{title} did not answer in time. Try again; if it stays, look at their status page.",
    Code.NETWORK: "{title} could not be reached. Try again; if it stays, check the host.",
    Code.PROVIDER_5XX: "{title} has trouble of its own: {message}. Try again later.",
    Code.INVALID_RESPONSE: "What answers is not {title}. Check the host.",
    Code.HOST_REFUSED: "The host is not allowed: only https to a public host is.",
    Code.LINKEDIN_DISCONNECTED: "The LinkedIn account was signed out. Reconnect it in Unipile, then test again.",
}


def trouble(title: str, code: str, message: str) -> str:
    """What went wrong in a check, and what to do next."""
    shape = _TROUBLE.get(Code(code) if code in Code.values else Code.BAD_REQUEST, "{title} answered: {message}.")
    return shape.format(title=title, message=message.strip().rstrip(".") or "no reason given")
