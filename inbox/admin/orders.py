"""Orders to send: what waits, what was held back and why."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from inbox.enums import OrderState
from inbox.models import SendOrder
from inbox.rules.sentences import delivery_sentence
from inbox.services.orders import cancel_order
from zrg.workspaces.access import can
from zrg.workspaces.admin.base import TenantModelAdmin
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import Permission


@admin.register(SendOrder)
class SendOrderAdmin(TenantModelAdmin):
    """The intent to send, before any message exists."""

    view_permission = Permission.MANAGE_SETTINGS.value
    list_display = ("lead", "workspace", "channel", "source", "ordered_by", "state", "age", "due_at", "why")
    list_filter = ("state", "source", "channel", "workspace")
    search_fields = ("=id", "=order_key", "=lead__email")
    one_order = True
    list_select_related = ("workspace", "lead", "ordered_by")
    ordering = ("-due_at",)
    actions = ("take_back",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return [field.name for field in SendOrder._meta.fields]

    @admin.display(description="Overdue by")
    def age(self, order: SendOrder) -> str:
        """How long a waiting or taken order is past its time."""
        if order.state not in (OrderState.WAITING, OrderState.TAKEN):
            return ""
        late = timezone.now() - order.due_at
        return "" if late < timedelta(0) else str(timedelta(seconds=int(late.total_seconds())))

    @admin.display(description="Why")
    def why(self, order: SendOrder) -> str:
        """Why it was held, failed or taken back."""
        return delivery_sentence(order.held_reason) if order.held_reason else ""

    @admin.action(description="Take back (drafts are open again)")
    def take_back(self, request: HttpRequest, orders: QuerySet[SendOrder]) -> None:
        """Only orders that wait or are held can be taken back."""
        cancelled = refused = late = 0
        for order in orders.select_related("lead"):
            if not can(access_of(request), "message.send", order.workspace_id, order.lead):
                refused += 1
            elif cancel_order(order.pk, by=request.user):  # type: ignore[arg-type]
                cancelled += 1
            else:
                late += 1
        self.message_user(request, f"{cancelled} taken back, {late} too late, {refused} not allowed.")
