"""What operators set and what is remembered about acts: audit, switches, notices, replays."""

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone

from zrg.workspaces.enums import NoticeLevel, SwitchKey
from zrg.workspaces.models.base import UUIDModel
from zrg.workspaces.querysets import AdminAuditEventQuerySet, SystemNoticeQuerySet
from zrg.workspaces.rls import RowSecurity


class AdminAuditEvent(UUIDModel):
    """An act that is not the change of a tracked row. Append-only; the workspace may be gone later."""

    # Every context may add a row; a setter reads the acts on leads they see (thread labels).
    row_security = RowSecurity(
        insert_any=True,
        needs_table="leads_lead",
        setter_reads=(
            "object_type = 'lead' AND EXISTS (SELECT 1 FROM leads_lead l"
            " WHERE l.id = CASE WHEN object_type = 'lead' THEN object_id::uuid END)"
        ),
    )

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        db_index=False,
    )
    actor_label = models.CharField(max_length=254, blank=True, default="")
    workspace = models.ForeignKey(
        "workspaces.Workspace",
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
        db_index=False,
    )
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=80, blank=True, default="")
    object_id = models.CharField(max_length=80, blank=True, default="")
    before = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    reason = models.CharField(max_length=500, blank=True, default="")
    request_id = models.CharField(max_length=64, blank=True, default="")
    ip_hash = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AdminAuditEventQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["workspace", "-created_at"], name="audit_workspace"),  # audit of a workspace
            models.Index(fields=["actor", "-created_at"], name="audit_actor"),  # acts of a person
            models.Index(fields=["action", "-created_at"], name="audit_action"),  # acts of a kind
            models.Index(fields=["-created_at"], name="audit_newest"),  # the admin's list
            models.Index(fields=["object_id"], name="audit_object_id"),  # its search
            # system lines of a lead's thread
            models.Index(fields=["workspace", "object_type", "object_id", "-created_at"], name="audit_object"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(object_type="lead") | models.Q(object_id__regex=r"^[0-9a-f-]{36}$"),
                name="audit_lead_id_is_uuid",
            ),
        ]
        triggers = [
            # The owner of the schema alone removes rows, through `zrg_purge_audit`.
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=pgtrigger.Func(
                    """
                    IF TG_OP = 'DELETE' AND current_user = (
                        SELECT tableowner FROM pg_catalog.pg_tables
                        WHERE schemaname = TG_TABLE_SCHEMA AND tablename = TG_TABLE_NAME
                    ) THEN
                        RETURN OLD;
                    END IF;
                    RAISE EXCEPTION 'audit rows are append-only' USING ERRCODE = 'insufficient_privilege';
                    """
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} · {self.actor_label or 'system'}"


class OperatorSwitch(UUIDModel):
    """A platform switch. The environment variable of the same name can stop as well; neither undoes the other."""

    key = models.CharField(max_length=40, unique=True, choices=SwitchKey.choices)
    value = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True, default="")
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    set_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["key"]
        verbose_name_plural = "operator switches"

    def __str__(self) -> str:
        return self.get_key_display()


class SystemNotice(UUIDModel):
    """A banner in the product for everybody who is signed in."""

    text = models.CharField(max_length=500)
    level = models.CharField(max_length=16, choices=NoticeLevel.choices, default=NoticeLevel.INFO)
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True, blank=True)

    objects = SystemNoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=models.F("starts_at")),
                name="notice_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class IdempotencyKey(UUIDModel):
    """The answer given to one provisioning call, repeated for a day to the same call."""

    endpoint = models.CharField(max_length=120)
    key = models.CharField(max_length=128)
    body_hash = models.CharField(max_length=64)
    # Null while the first call is still at work.
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    response_body = models.JSONField(null=True, blank=True, encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["created_at"], name="idempotency_created")]  # removal after a day
        constraints = [models.UniqueConstraint(fields=["endpoint", "key"], name="idempotency_once")]

    def __str__(self) -> str:
        return f"{self.endpoint} {self.key[:12]}"
