"""The way to a member: message, InMail or invitation, whatever the connection allows.

02.waterfall-stops-on-unknown [HARD]: after a call that may have been delivered no other way is tried.
"""

from collections.abc import Callable
from dataclasses import replace

from integrations.enums import Code
from integrations.results import ProviderResult
from integrations.transport import failure
from integrations.unipile.client import UnipileClient
from integrations.unipile.types import ChatStarted, Delivery, Profile

DEFAULT_SUBJECT = "Quick question"
MAX_NOTE = 300
PENDING = "Connection request is pending"
NOTE_TOO_LONG = "note too long"


def send_linkedin(
    client: UnipileClient,
    *,
    person: str,
    text: str,
    subject: str | None = None,
    allow_inmail: bool = False,
    may_go_on: Callable[[], bool] = lambda: True,
) -> ProviderResult:
    """Write to `person` (member id or public id). Data of every result: Delivery.

    Connected: a message. Invitation pending: `failed`. Otherwise an InMail to an open profile where it is
    allowed and paid for, else an invitation with the text as its note; a note over 300 characters is
    never cut. `may_go_on` is asked before a second way is tried.
    """
    found = client.get_profile(person)
    if not found.ok:
        return replace(found, data=Delivery())
    profile: Profile = found.data
    told = Delivery(state=profile.state, member_id=profile.member_id)
    if profile.state == "connected":
        return _message(client, text, replace(told, kind="dm"))
    if profile.state == "pending":
        return replace(failure(Code.CONFLICT, PENDING), data=told)
    if profile.is_open and allow_inmail:
        tried = _message(client, text, replace(told, kind="inmail", subject=subject or DEFAULT_SUBJECT))
        if not _is_unpaid(tried) or not may_go_on():
            return tried
    return _invitation(client, text, told)


def _message(client: UnipileClient, text: str, told: Delivery) -> ProviderResult:
    assert told.member_id is not None
    result = client.start_chat(told.member_id, text, inmail_subject=told.subject)
    if not result.ok:
        return replace(result, data=told)
    started: ChatStarted = result.data
    return replace(result, data=replace(told, id=started.message_id, chat_id=started.chat_id))


def _invitation(client: UnipileClient, text: str, told: Delivery) -> ProviderResult:
    told = replace(told, kind="connection_request")
    if len(text) > MAX_NOTE:
        return replace(failure(Code.BAD_REQUEST, NOTE_TOO_LONG), data=told)
    assert told.member_id is not None
    result = client.invite(told.member_id, text)
    waits = result.ok or result.code == Code.CONFLICT
    return replace(result, data=replace(told, state="pending") if waits else told)


def _is_unpaid(result: ProviderResult) -> bool:
    """Whether the InMail was certainly not sent, for lack of credit alone."""
    return result.outcome == "failed" and result.code == Code.PAYMENT_REQUIRED
