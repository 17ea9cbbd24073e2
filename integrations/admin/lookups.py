"""Hosts, routes, mailboxes and circuits in the admin."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from integrations.errors import HostInUse, HostRefused
from integrations.models import EmailBisonBaseHost, EmailSender, ProviderBudget, WebhookRoute
from integrations.rules.hosts import normalise_host
from integrations.services.hosts import add_base_host, delete_base_host
from zrg.workspaces.admin.base import TenantModelAdmin
from zrg.workspaces.enums import Permission


class BaseHostForm(forms.ModelForm):  # type: ignore[type-arg]
    """One more instance; what is pasted is reduced to its host name."""

    class Meta:
        model = EmailBisonBaseHost
        fields = ("host", "label")

    def clean_host(self) -> str:
        """The host name, or why it is none."""
        try:
            return normalise_host(self.cleaned_data["host"])
        except HostRefused as refused:
            raise forms.ValidationError(str(refused)) from refused


@admin.register(EmailBisonBaseHost)
class EmailBisonBaseHostAdmin(TenantModelAdmin):
    """Instances a credential may be sent to; global administrators only."""

    form = BaseHostForm
    platform_only = True
    platform_manages = True
    allow_add = True
    allow_delete = True
    step_up = True
    list_display = ("host", "label", "created_at")
    list_select_related = False
    ordering = ("host",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A host in use never becomes another one: credentials would follow."""
        return ("host",) if obj is not None else ()

    def save_model(self, request: HttpRequest, obj: EmailBisonBaseHost, form: Any, change: bool) -> None:
        """New hosts go through the service, which audits."""
        if change:
            super().save_model(request, obj, form, change)
            return
        saved = add_base_host(obj.host, label=obj.label, by=request.user)  # type: ignore[arg-type]
        obj.pk = saved.pk
        obj._state.adding = False

    def delete_model(self, request: HttpRequest, obj: EmailBisonBaseHost) -> None:
        """Only a host nobody uses."""
        delete_base_host(obj, by=request.user)  # type: ignore[arg-type]

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """A host in use is refused with a message."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except HostInUse as refused:
            messages.error(request, str(refused))
            return HttpResponseRedirect(request.get_full_path())

    def get_actions(self, request: HttpRequest) -> Any:
        """One by one: each needs its own check."""
        return {name: action for name, action in super().get_actions(request).items() if name != "delete_selected"}


@admin.register(WebhookRoute)
class WebhookRouteAdmin(TenantModelAdmin):
    """How inbound calls find their workspace; maintained by the product."""

    platform_only = True
    workspace_lookup = "target"
    list_display = ("provider", "key_hash", "target", "connection", "created_at")
    list_filter = ("provider",)
    search_fields = ("=key_hash",)
    list_select_related = ("target", "connection")


@admin.register(EmailSender)
class EmailSenderAdmin(TenantModelAdmin):
    """Mailboxes of the workspaces, as the provider lists them."""

    view_permission = Permission.MANAGE_INTEGRATIONS.value
    list_display = (
        "workspace",
        "email_address",
        "sender_email_id",
        "status",
        "is_sendable",
        "disabled_reason",
        "fetched_at",
    )
    list_filter = ("is_sendable", "provider")
    search_fields = ("=email_address", "=sender_email_id")
    list_select_related = ("workspace",)
    exclude = ("raw",)


@admin.register(ProviderBudget)
class ProviderBudgetAdmin(TenantModelAdmin):
    """Circuits: whether calls to a provider are made."""

    view_permission = Permission.MANAGE_INTEGRATIONS.value
    list_display = ("provider", "workspace", "state", "failures", "opened_at", "next_try_at")
    list_filter = ("provider", "state")
    list_select_related = ("workspace",)
