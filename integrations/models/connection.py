"""Credentials of one provider for one workspace, and how a call from outside finds them."""

from django.db import models
from django.db.models import Q

from integrations.enums import EMAIL_PROVIDERS, ConnectionStatus, Provider, RouteProvider
from integrations.querysets import ConnectionQuerySet
from zrg.workspaces.models.base import TimestampedModel, UUIDModel
from zrg.workspaces.rls import SETTER_READABLE

MAX_ERROR_MESSAGE = 2_000


class Connection(UUIDModel, TimestampedModel):
    """One row per workspace and provider.

    `secrets` is one Fernet token bound to workspace and provider (`integrations.services.secrets`),
    "" when there is none; `config` holds public settings only. `is_active=False` means that another
    e-mail provider was chosen and the secrets are erased.
    """

    # Setters read status and provider; the credential is encrypted and never leaves the services.
    row_security = SETTER_READABLE

    workspace = models.ForeignKey("workspaces.Workspace", on_delete=models.CASCADE, related_name="connections")
    provider = models.CharField(max_length=16, choices=Provider)
    is_active = models.BooleanField(default=True)
    external_account_id = models.CharField(max_length=191, null=True, blank=True)
    base_host = models.ForeignKey(
        "integrations.EmailBisonBaseHost", on_delete=models.SET_NULL, null=True, blank=True, related_name="connections"
    )
    secrets = models.TextField(blank=True, default="", editable=False)
    config = models.JSONField(default=dict, blank=True)
    status = models.CharField(max_length=16, choices=ConnectionStatus, default=ConnectionStatus.UNKNOWN)
    consecutive_failures = models.PositiveSmallIntegerField(default=0, editable=False)
    disconnected_at = models.DateTimeField(null=True, blank=True)
    last_ok_at = models.DateTimeField(null=True, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    last_error_code = models.CharField(max_length=64, null=True, blank=True)
    last_error_message = models.TextField(null=True, blank=True)
    last_notified_at = models.DateTimeField(null=True, blank=True)
    last_webhook_at = models.DateTimeField(null=True, blank=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "provider"], name="connection_workspace_provider"),
            # 02.single-email-provider
            models.UniqueConstraint(
                fields=["workspace"],
                name="connection_one_email_provider",
                condition=Q(provider__in=EMAIL_PROVIDERS, is_active=True),
            ),
            # EmailBison workspace ids are unique per instance only; no host means the default instance.
            models.UniqueConstraint(
                fields=["base_host", "external_account_id"],
                name="connection_emailbison_account",
                condition=Q(provider=Provider.EMAILBISON, external_account_id__isnull=False),
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["external_account_id"], name="connection_ghl_account", condition=Q(provider=Provider.GHL)
            ),
            models.UniqueConstraint(
                fields=["external_account_id"],
                name="connection_unipile_account",
                condition=Q(provider=Provider.UNIPILE),
            ),
            models.CheckConstraint(
                condition=Q(base_host__isnull=True) | Q(provider=Provider.EMAILBISON),
                name="connection_host_emailbison_only",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_provider_display()} ({self.status})"

    @property
    def is_email(self) -> bool:
        """Whether this is one of the e-mail providers."""
        return self.provider in EMAIL_PROVIDERS


class WebhookRoute(UUIDModel):
    """Where a call from outside belongs: hash of a key of its payload → workspace and connection.

    Global, because it is read before any workspace is known; holds neither secrets nor customer data.
    Several rows with one hash mean the key is ambiguous.
    """

    provider = models.CharField(max_length=16, choices=RouteProvider)
    key_hash = models.CharField(max_length=64)
    target = models.ForeignKey(
        "workspaces.Workspace",
        on_delete=models.CASCADE,
        related_name="webhook_routes",
        db_column="workspace_id",
    )
    connection = models.ForeignKey(
        "integrations.Connection", on_delete=models.CASCADE, null=True, blank=True, related_name="webhook_routes"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            # Serves the look-up of every inbound call by (provider, key_hash).
            models.UniqueConstraint(fields=["provider", "key_hash", "target"], name="webhookroute_key"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.key_hash[:12]}"
