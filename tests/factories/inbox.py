"""Messages, drafts and orders of the tests; the workspace follows the lead."""

from datetime import datetime, timedelta
from typing import Any

import factory
from django.utils import timezone

from inbox.enums import (
    Channel,
    ClassificationState,
    DeliveryStatus,
    Direction,
    DraftOrigin,
    GenerationPath,
    MessageOrigin,
    OrderSource,
    SafetyKind,
    SentBy,
)
from inbox.models import Draft, Message, SendOrder
from inbox.services.flags import refresh_lead_flags
from leads.services.rollups import bump_rollups
from tests.factories.leads import LeadFactory


class MessageFactory(factory.django.DjangoModelFactory[Message]):
    """An inbound e-mail of the lead; the lead's rollups follow, as they do in the product."""

    class Meta:
        model = Message
        skip_postgeneration_save = True

    lead = factory.SubFactory(LeadFactory)
    workspace = factory.SelfAttribute("lead.workspace")
    channel = Channel.EMAIL
    direction = Direction.INBOUND
    body = "Could you send more details?"
    subject = "Re: quick idea"
    from_email = factory.SelfAttribute("lead.email")
    email_bison_reply_id = factory.Sequence(lambda n: str(700_000 + n))
    safety_kind = SafetyKind.NONE
    classification_state = ClassificationState.PENDING
    sent_at = factory.LazyFunction(lambda: timezone.now() - timedelta(minutes=30))

    class Params:
        outbound = factory.Trait(
            direction=Direction.OUTBOUND,
            origin=MessageOrigin.SETTER,
            sent_by=SentBy.SETTER,
            delivery_status=DeliveryStatus.SENT,
            email_bison_reply_id=None,
            safety_kind=None,
            classification_state=ClassificationState.NOT_NEEDED,
            from_email=None,
            is_read=True,
            to_email=factory.SelfAttribute("lead.email"),
        )

    @factory.post_generation
    def rollups(self: Message, create: bool, extracted: Any, **_: Any) -> None:
        bump_rollups(self.lead_id, self.channel, self.direction, self.sent_at, self.origin)
        if self.sent_by == SentBy.AI:  # no other message moves a flag
            refresh_lead_flags(self.lead_id)


class DraftFactory(factory.django.DjangoModelFactory[Draft]):
    """A pending e-mail draft for a reply of the lead."""

    class Meta:
        model = Draft
        skip_postgeneration_save = True

    lead = factory.SubFactory(LeadFactory)
    workspace = factory.SelfAttribute("lead.workspace")
    channel = Channel.EMAIL
    origin = DraftOrigin.INBOUND
    content = "Hi Dana,\n\nhappy to send the details."
    ai_content = factory.SelfAttribute("content")
    generation_path = GenerationPath.TWO_STEP

    @factory.post_generation
    def flags(self: Draft, create: bool, extracted: Any, **_: Any) -> None:
        refresh_lead_flags(self.lead_id)


class SendOrderFactory(factory.django.DjangoModelFactory[SendOrder]):
    """An order that waits."""

    class Meta:
        model = SendOrder

    lead = factory.SubFactory(LeadFactory)
    workspace = factory.SelfAttribute("lead.workspace")
    channel = Channel.EMAIL
    body = "Hi Dana,\n\nhappy to send the details."
    source = OrderSource.DASHBOARD
    order_key = factory.Sequence(lambda n: f"manual:00000000-0000-4000-8000-{n:012d}")
    due_at = factory.LazyFunction(timezone.now)


def minutes_ago(minutes: float) -> datetime:
    """A moment in the past."""
    return timezone.now() - timedelta(minutes=minutes)
