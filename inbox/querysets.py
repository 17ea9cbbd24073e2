"""The query language of the inbox."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Left

from inbox.enums import (
    AutoSendOutcome,
    DeliveryStatus,
    Direction,
    DraftOrigin,
    DraftRequestState,
    DraftStatus,
    MemoryStatus,
    MessageOrigin,
    OrderState,
)
from zrg.workspaces.querysets import LeadScopedQuerySet, TenantQuerySet

if TYPE_CHECKING:
    from zrg.workspaces.access import Access

UNDECIDED_AFTER = timedelta(minutes=10)
UNDECIDED_FOR = timedelta(hours=24)


class MessageQuerySet(LeadScopedQuerySet):
    """Messages; `counting` ones hold back automatic sends, delivered or possibly delivered."""

    def inbound(self) -> Self:
        return self.filter(direction=Direction.INBOUND)

    def outbound(self) -> Self:
        return self.filter(direction=Direction.OUTBOUND)

    def on_channel(self, channel: str) -> Self:
        return self.filter(channel=channel)

    def of_lead(self, lead_id: UUID | str) -> Self:
        return self.filter(lead_id=lead_id)

    def counting(self) -> Self:
        """Outbound rows count when delivered, sent by the provider itself, or possibly sent (03 R8)."""
        return self.filter(
            Q(delivery_status__isnull=True) | Q(delivery_status__in=[DeliveryStatus.SENT, DeliveryStatus.UNKNOWN])
        )

    def answers(self) -> Self:
        """Outbound that is no campaign step, from whichever tool it was written."""
        return self.outbound().counting().exclude(origin=MessageOrigin.CAMPAIGN)

    def in_thread_order(self) -> Self:
        """Oldest first, the display order."""
        return self.order_by("sent_at", "created_at", "id")

    def newest_first(self) -> Self:
        return self.order_by("-sent_at", "-created_at", "-id")


class DraftQuerySet(LeadScopedQuerySet):
    """Drafts and their events."""

    def pending(self) -> Self:
        return self.filter(status=DraftStatus.PENDING)

    def of_lead(self, lead_id: UUID | str) -> Self:
        return self.filter(lead_id=lead_id)

    def on_channel(self, channel: str) -> Self:
        return self.filter(channel=channel)

    def scheduled(self) -> Self:
        """Drafts whose unattended send is planned."""
        return self.filter(auto_send_outcome=AutoSendOutcome.SCHEDULED)

    def undecided(self, now: datetime) -> Self:
        """Drafts of replies about which nobody decided in time whether they may leave by themselves. Those of
        yesterday are left to people: an answer that comes a day late is not what was asked for.
        """
        return self.filter(
            status=DraftStatus.PENDING,
            origin=DraftOrigin.INBOUND,
            auto_send_mode=None,
            auto_send_action=None,
            edited_by_person=False,
            created_at__lt=now - UNDECIDED_AFTER,
            created_at__gt=now - UNDECIDED_FOR,
        )


class DraftEventQuerySet(LeadScopedQuerySet):
    """Events hang on a draft, that on a lead."""

    lead_path = "draft__lead"


class DraftRequestQuerySet(LeadScopedQuerySet):
    """Requests hang on a lead."""

    def of_lead(self, lead_id: UUID | str) -> Self:
        return self.filter(lead_id=lead_id)

    def open(self) -> Self:
        return self.filter(state__in=(DraftRequestState.QUEUED, DraftRequestState.RUNNING))


class MessageRawQuerySet(LeadScopedQuerySet):
    """Raw parts hang on a message, that on a lead."""

    lead_path = "message__lead"


class SendOrderQuerySet(LeadScopedQuerySet):
    """Orders to send."""

    def waiting(self) -> Self:
        return self.filter(state=OrderState.WAITING)

    def due(self, now: datetime) -> Self:
        return self.waiting().filter(due_at__lte=now)


class StageRunQuerySet(LeadScopedQuerySet):
    """Stage runs hang on a message, that on a lead."""

    lead_path = "message__lead"


class LeadViewQuerySet(LeadScopedQuerySet):
    """Who saw which lead."""


class ConversationSyncQuerySet(LeadScopedQuerySet):
    """Comparisons hang on a lead."""


class BulkRunQuerySet(TenantQuerySet):
    """Runs of acts for many leads."""


class BulkItemQuerySet(LeadScopedQuerySet):
    """Leads of a run."""


class SavedViewQuerySet(TenantQuerySet):
    """Saved filters belong to one person."""

    def of_person(self, user_id: UUID | str) -> Self:
        return self.filter(user_id=user_id)

    def by_name(self) -> Self:
        return self.order_by("name", "id")


class OverseerDecisionQuerySet(LeadScopedQuerySet):
    """What was understood of a lead's replies."""


class SavedReplyQuerySet(TenantQuerySet):
    """Texts people keep."""

    def visible_to(self, access: "Access") -> Self:
        """The shared ones of the workspaces a person may open, and their own."""
        return self.filter(workspace_id__in=access.workspace_ids).of_person(access.user_id)

    def of_person(self, user_id: UUID) -> Self:
        """What this person can insert: the shared ones and their own."""
        return self.filter(Q(owner=None) | Q(owner_id=user_id))

    def for_channel(self, channel: str) -> Self:
        return self.filter(channel__in=["", channel])

    def with_beginning(self) -> Self:
        """With the first characters of the text as `beginning`, and without the rest."""
        return self.annotate(beginning=Left("body", 160)).defer("body")

    def by_title(self) -> Self:
        return self.order_by("title", "id")


class LeadNoteQuerySet(LeadScopedQuerySet):
    """Internal notes."""

    def of_lead(self, lead_id: UUID | str) -> Self:
        return self.filter(lead_id=lead_id)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")


class LeadMemoryQuerySet(LeadScopedQuerySet):
    """Facts about leads."""

    def of_lead(self, lead_id: UUID | str) -> Self:
        return self.filter(lead_id=lead_id)

    def usable(self, now: datetime) -> Self:
        """Approved and not expired."""
        return self.filter(status=MemoryStatus.APPROVED, expires_at__gt=now)

    def pending(self) -> Self:
        return self.filter(status=MemoryStatus.PENDING)

    def expired(self, now: datetime) -> Self:
        return self.filter(expires_at__lte=now)
