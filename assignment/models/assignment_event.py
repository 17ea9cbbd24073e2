"""Who got a lead, when and why."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from assignment.enums import AssignmentSource
from assignment.querysets import AssignmentEventQuerySet
from leads.enums import Channel
from zrg.workspaces.models.base import UUIDModel


def _person() -> models.ForeignKey:  # type: ignore[type-arg]
    # The database itself clears it (see the migration): no row is changed by the runtime role.
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )


class LeadAssignmentEvent(UUIDModel):
    """One change of a lead's setter. Append-only; it goes with its lead.

    `assigned_by` None is the product itself. The pointers and the base are those of the rotation, None
    for assignments by a person.
    """

    workspace = models.ForeignKey(
        "workspaces.Workspace", on_delete=models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    lead = models.ForeignKey(
        "leads.Lead",
        on_delete=models.DO_NOTHING,
        related_name="assignment_events",
        db_constraint=False,
        db_index=False,
    )
    assigned_to = _person()
    previous_assigned_to = _person()
    assigned_by = _person()
    source = models.CharField(max_length=16, choices=AssignmentSource)
    channel = models.CharField(max_length=16, choices=Channel, null=True, blank=True)
    pointer_before = models.IntegerField(null=True, blank=True)
    pointer_after = models.IntegerField(null=True, blank=True)
    base_length = models.PositiveSmallIntegerField(null=True, blank=True)
    config_version = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = AssignmentEventQuerySet.as_manager()

    class Meta:
        indexes = [
            # the ledger of a workspace, the fairness page
            models.Index(fields=["workspace", "-created_at"], name="assignment_event_workspace"),
            # the history of a lead
            models.Index(fields=["lead", "-created_at"], name="assignment_event_lead"),
            # what a setter received
            models.Index(fields=["assigned_to"], name="assignment_event_setter"),
        ]
        triggers = [
            # The schema's owner alone: the cascade of a deleted lead, workspace or account runs as it.
            pgtrigger.Trigger(
                name="append_only",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=pgtrigger.Func(
                    """
                    IF current_user = (
                        SELECT tableowner FROM pg_catalog.pg_tables
                        WHERE schemaname = TG_TABLE_SCHEMA AND tablename = TG_TABLE_NAME
                    ) THEN
                        RETURN coalesce(NEW, OLD);
                    END IF;
                    RAISE EXCEPTION 'assignment events are append-only' USING ERRCODE = 'insufficient_privilege';
                    """
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_source_display()} {self.lead_id}"
