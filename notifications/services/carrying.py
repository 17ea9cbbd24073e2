"""Who takes a parcel out of the house, and handing it over."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from integrations.pager import client as pager
from integrations.resend import client as resend
from integrations.results import ProviderResult
from integrations.services.clients import get_client
from integrations.services.resend import can_mail
from integrations.services.slack import post_to_channel, post_to_member, post_to_staff, post_to_staff_channel
from integrations.services.slack_reviews import post_review
from integrations.slack.client import WEBHOOK_SPEC
from notifications.constants import GLOBAL_WEBHOOK
from notifications.contracts import Delivery, Parcel
from notifications.enums import Carrier, Destination, SendKind
from notifications.rules.delivery import read_result
from notifications.services.texting import send_text
from notifications.services.transport import send_mail
from zrg.workspaces.context import platform, tenant

# Leave from the platform's address, whatever workspace they are about.
PLATFORM_KINDS = frozenset({SendKind.INVITATION.value, SendKind.ACCOUNT.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a parcel leaves. `is_repeatable`: an attempt that may have arrived can be made once more."""

    carrier: Carrier
    hand_over: Callable[[Parcel], Delivery]

    @property
    def is_repeatable(self) -> bool:
        """Only Resend recognises a mail it already has."""
        return self.carrier == Carrier.RESEND


def find_way(parcel: Parcel) -> Way:
    """The way of a parcel as things are configured now. Reads in a short transaction of its own."""
    if parcel.destination == Destination.SMS:
        return Way(carrier=Carrier.GHL, hand_over=send_text)
    if parcel.destination == Destination.WEBHOOK:
        return Way(carrier=Carrier.PAGER, hand_over=_page)
    if parcel.destination != Destination.EMAIL:
        return Way(carrier=Carrier.SLACK, hand_over=_post)
    owner = _sender_of(parcel)
    with tenant(owner) if owner else platform():
        has_resend = can_mail(owner)
    return (
        Way(carrier=Carrier.RESEND, hand_over=_mail) if has_resend else Way(carrier=Carrier.SMTP, hand_over=_mail_smtp)
    )


def _sender_of(parcel: Parcel) -> UUID | None:
    return None if parcel.kind in PLATFORM_KINDS else parcel.workspace_id


def _mail(parcel: Parcel) -> Delivery:
    result = get_client(_sender_of(parcel), resend.SPEC).send_email(
        to=parcel.recipients, subject=parcel.subject, text=parcel.text, idempotency_key=parcel.key
    )
    return read_result(Destination.EMAIL, result)


def _mail_smtp(parcel: Parcel) -> Delivery:
    return send_mail(parcel.recipients, parcel.subject, parcel.text)


def _page(parcel: Parcel) -> Delivery:
    return read_result(parcel.destination, get_client(None, pager.SPEC).page(parcel.text, parcel.key))


def _post(parcel: Parcel) -> Delivery:
    return read_result(parcel.destination, _post_to_slack(parcel))


def _post_to_slack(parcel: Parcel) -> ProviderResult:
    if parcel.target == GLOBAL_WEBHOOK:
        return get_client(None, WEBHOOK_SPEC).post(parcel.text)
    if parcel.workspace_id is None and parcel.destination == Destination.SLACK:
        return post_to_staff_channel(parcel.target, parcel.text)
    if parcel.kind == SendKind.DRAFT_APPROVAL:
        assert parcel.workspace_id is not None
        return post_review(parcel.workspace_id, parcel.target, parcel.text, parcel.blocks or ())
    if "@" in parcel.target:
        return post_to_staff(parcel.target, parcel.text)
    assert parcel.workspace_id is not None
    post = post_to_channel if parcel.destination == Destination.SLACK else post_to_member
    return post(parcel.workspace_id, parcel.target, parcel.text, parcel.blocks)
