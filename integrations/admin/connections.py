"""Connections in the admin: state, age and last error; credentials go in and never come out."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from integrations.calendly.connecting import request_disconnect
from integrations.calendly.subscription import request_subscription
from integrations.enums import Provider
from integrations.forms.admin import REMOVE_PREFIX, SECRET_PREFIX, ConnectionForm
from integrations.models import Connection
from integrations.services.checking import request_check
from integrations.services.connections import disable_connection, save_connection
from integrations.services.inspection import CHECKS
from integrations.services.webhook_urls import webhook_url
from zrg.jobs.admin.support import age_text
from zrg.lib.errors import ZrgError
from zrg.workspaces.admin.base import TenantModelAdmin
from zrg.workspaces.enums import Permission
from zrg.workspaces.errors import StepUpRequired

STATE_FIELDS = (
    "status",
    "is_active",
    "webhook_address",
    "last_webhook_at",
    "last_ok_at",
    "last_error_at",
    "last_error_code",
    "last_error_message",
    "disconnected_at",
    "created_at",
    "updated_at",
)


@admin.register(Connection)
class ConnectionAdmin(TenantModelAdmin):
    """Who is connected to what, and whether it works."""

    form = ConnectionForm
    view_permission = Permission.MANAGE_INTEGRATIONS.value
    manage_permission = Permission.MANAGE_INTEGRATIONS.value
    allow_add = True
    step_up = True
    list_display = (
        *("workspace", "provider", "is_active", "status", "webhook_age", "ok_age", "error", "owner"),
        "external_account_id",
    )
    list_filter = ("provider", "status", "is_active")
    search_fields = ("=external_account_id",)
    list_select_related = ("workspace__owner", "base_host")
    ordering = ("workspace__name", "provider")
    actions = ("test_connections", "repair_subscriptions", "disable_connections")

    def get_readonly_fields(self, request: HttpRequest, obj: Connection | None = None) -> tuple[str, ...]:
        """A row keeps its workspace and provider."""
        return (*(("workspace", "provider") if obj is not None else ()), *STATE_FIELDS)

    def get_fieldsets(self, request: HttpRequest, obj: Connection | None = None) -> Any:
        """Account, credentials, state."""
        form = ConnectionForm(instance=obj)
        secrets = [name for name in form.fields if name.startswith((SECRET_PREFIX, REMOVE_PREFIX))]
        account = ["workspace", "provider", "external_account_id", "base_host"]
        account += ["switch"] if "switch" in form.fields else []
        parts = [("Account", {"fields": account}), ("Credentials", {"fields": secrets})]
        return [*parts, *([("State", {"fields": STATE_FIELDS})] if obj is not None else [])]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The credential fields belong to the form, not to the model."""
        kwargs["fields"] = [
            name for name in ConnectionForm.Meta.fields if name not in self.get_readonly_fields(request, obj)
        ]
        return super().get_form(request, obj, change, **kwargs)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """What the service refuses is shown as a message; nothing was saved."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except StepUpRequired:
            raise
        except ZrgError as refused:
            messages.error(request, str(refused))
            return HttpResponseRedirect(request.get_full_path())

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        """The service saves, audits and announces."""
        saved = save_connection(obj.workspace, form.provider, form.to_input(), by=request.user)  # type: ignore[arg-type]
        obj.pk = saved.pk
        obj._state.adding = False

    @admin.display(description="Webhook address to paste")
    def webhook_address(self, row: Connection) -> str:
        """What the provider's form wants."""
        return webhook_url(row.provider, row.workspace_id) or "—"

    @admin.display(description="Last webhook", ordering="last_webhook_at")
    def webhook_age(self, row: Connection) -> str:
        """How long ago the provider called."""
        return age_text(row.last_webhook_at)

    @admin.display(description="Last good answer", ordering="last_ok_at")
    def ok_age(self, row: Connection) -> str:
        """How long ago a call of ours worked."""
        return age_text(row.last_ok_at)

    @admin.display(description="Last error", ordering="last_error_at")
    def error(self, row: Connection) -> str:
        """What went wrong last and how long ago."""
        if row.last_error_at is None:
            return "–"
        return f"{row.last_error_message or row.last_error_code or ''} · {age_text(row.last_error_at)}"[:160]

    @admin.display(description="Owner", ordering="workspace__owner__email")
    def owner(self, row: Connection) -> str:
        """Whom to ask."""
        return row.workspace.owner.email

    @admin.action(description="Test the connection")
    def test_connections(self, request: HttpRequest, rows: QuerySet[Connection]) -> HttpResponse | None:
        """Ask the provider, in a job: no call is made while this page waits."""
        asked = sum(request_check(row) for row in rows if row.provider in CHECKS and row.is_active)
        skipped = rows.count() - asked
        messages.info(
            request, f"Checking {asked} connections; the status shows the result. {skipped} cannot be checked."
        )
        return None

    @admin.action(description="Repair the Calendly subscription")
    def repair_subscriptions(self, request: HttpRequest, rows: QuerySet[Connection]) -> HttpResponse | None:
        """Make Calendly call the workspace, in a job; the warnings of `integration-health` show the result."""
        asked = sum(request_subscription(row) for row in rows if row.provider == Provider.CALENDLY and row.is_active)
        messages.info(request, f"Repairing {asked} subscriptions; {rows.count() - asked} connections have none.")
        return None

    @admin.action(description="Disable (erases the credentials)")
    def disable_connections(self, request: HttpRequest, rows: QuerySet[Connection]) -> HttpResponse | None:
        """Stop using these connections. Calendly's subscription is ended first, which takes a call: a job."""
        ids: list[UUID] = [row.pk for row in rows if self.has_change_permission(request, row) and row.is_active]
        for row in Connection.objects.select_for_update().filter(pk__in=ids):
            if row.provider == Provider.CALENDLY:
                request_disconnect(row)
            else:
                disable_connection(row, by=request.user)  # type: ignore[arg-type]
        messages.success(request, f"{len(ids)} connections disabled")
        return None
