"""Messages, and the desk for those nobody knows whether they left."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from unfold.forms import ActionForm
from unfold.widgets import UnfoldAdminTextInputWidget

from inbox.enums import ClassificationState, DeliveryStatus, Direction
from inbox.models import InboundStageRun, Message
from inbox.rules.sentences import delivery_sentence, skip_sentence
from inbox.services.settling import resolve_unknown
from leads.models import Lead
from zrg.lib.addresses import normalize_email
from zrg.lib.errors import ZrgError
from zrg.workspaces.access import can
from zrg.workspaces.admin.base import ReadOnlyInline, TenantModelAdmin
from zrg.workspaces.decorators import access_of
from zrg.workspaces.enums import Permission

MOST_FOUND = 1_000
"""Messages a search lists of each kind."""


class ReasonForm(ActionForm):
    """Stating what happened needs how one knows."""

    reason = forms.CharField(
        required=False, max_length=300, widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "How do you know?"})
    )


class UnconfirmedFilter(admin.SimpleListFilter):
    """Unconfirmed sends: the provider did not say whether they left."""

    title = "unconfirmed sends"
    parameter_name = "unconfirmed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        """One choice."""
        return [("yes", "Unconfirmed sends")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        """Oldest first: they wait the longest."""
        if self.value() != "yes":
            return queryset
        return queryset.filter(delivery_status=DeliveryStatus.UNKNOWN).order_by("sent_at")


class ClassificationFilter(admin.SimpleListFilter):
    """How far reading a reply is. What waits or failed came in: said here, because the index of those says it."""

    title = "classification state"
    parameter_name = "classification_state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        """The states of a reply."""
        return [(str(value), str(label)) for value, label in ClassificationState.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        """Replies in that state."""
        if not self.value():
            return queryset
        found = queryset.filter(classification_state=self.value())
        is_open = self.value() in (ClassificationState.PENDING, ClassificationState.FAILED)
        return found.filter(direction=Direction.INBOUND) if is_open else found


class StageInline(ReadOnlyInline):
    """What the pipeline did with the message."""

    model = InboundStageRun
    fields = ("stage", "state", "attempts", "started_at", "finished_at", "error_code", "result")
    readonly_fields = fields
    ordering = ("started_at",)
    show_change_link = False


@admin.register(Message)
class MessageAdmin(TenantModelAdmin):
    """Nothing is edited; unconfirmed sends are settled by a person who looked."""

    action_form = ReasonForm
    view_permission = Permission.MANAGE_SETTINGS.value
    list_display = (
        "lead",
        "workspace",
        "direction",
        "channel",
        "origin",
        "delivery_status",
        "explanation",
        "sentiment_tag",
        "classification_state",
        "sent_at",
    )
    list_filter = (
        UnconfirmedFilter,
        "delivery_status",
        "direction",
        "channel",
        ClassificationFilter,
        "safety_kind",
        "workspace",
    )
    search_fields = ("=id",)
    one_order = True
    search_help_text = "A message's id, an id of the provider, a send key, or the whole e-mail address of the lead."
    list_select_related = ("workspace", "lead")
    inlines = (StageInline,)
    actions = ("was_sent", "was_not_sent")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Newest first inside a workspace; over all of them only the primary key has an index."""
        return ("-sent_at",) if request.GET.get("workspace__id__exact") else ("-id",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        """Each way by its own index: all of them in one condition would read every message."""
        value, workspaces = search_term.strip(), sorted(access_of(request).workspace_ids)
        if not value:
            return queryset, False
        wishes = [Q(email_bison_reply_id=value), Q(send_key=value)]
        if (message_id := _uuid(value)) is not None:
            wishes = [Q(pk=message_id)]
        elif email := normalize_email(value):
            leads = Lead.objects.filter(workspace_id__in=workspaces, email=email)
            wishes.append(Q(lead_id__in=list(leads.values_list("pk", flat=True))))
        rows = Message.objects.filter(workspace_id__in=workspaces)
        found = {pk for wish in wishes for pk in rows.filter(wish).values_list("pk", flat=True)[:MOST_FOUND]}
        return queryset.filter(pk__in=found), False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the column only the search reads."""
        return super().get_queryset(request).defer("search_vector")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Every column but that one."""
        return [field.name for field in Message._meta.fields if field.name != "search_vector"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return self.get_fields(request, obj)

    @admin.display(description="Why")
    def explanation(self, message: Message) -> str:
        """Why it did not leave, or why there is no draft for it."""
        if message.delivery_status in (DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN):
            return delivery_sentence(message.delivery_error_code, message.delivery_error)
        return skip_sentence(message.draft_skip_reason)

    @admin.action(description="Unconfirmed: was sent (needs how you know)")
    def was_sent(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        """The messages left: they count as sent."""
        self._settle(request, chosen, was_sent=True)

    @admin.action(description="Unconfirmed: was not sent (needs how you know)")
    def was_not_sent(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        """The messages did not leave: their drafts are open again."""
        self._settle(request, chosen, was_sent=False)

    def _settle(self, request: HttpRequest, chosen: QuerySet[Message], *, was_sent: bool) -> None:
        reason = request.POST.get("reason", "").strip()
        if not reason:
            messages.error(request, "Write how you know, for example: looked into the mailbox.")
            return
        settled, refused = 0, []
        for message in chosen.select_related("lead"):
            if not can(access_of(request), "message.send", message.workspace_id, message.lead):
                refused.append(f"{message}: not allowed")
                continue
            try:
                with transaction.atomic():
                    resolve_unknown(message.pk, was_sent=was_sent, by=request.user, reason=reason)  # type: ignore[arg-type]
            except ZrgError as error:
                refused.append(f"{message}: {error}")
            else:
                settled += 1
        messages.info(request, f"{settled} settled.")
        for line in refused[:20]:
            messages.warning(request, line)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
