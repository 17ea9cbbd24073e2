"""Changing rules: checked, versioned, kept as revisions, audited; leads they may place are tried again."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from assignment.enums import PartnershipStatus
from assignment.errors import DestinationNotPartner, StaleVersion
from assignment.models import RoutingPartner, RoutingRule, RoutingRuleRevision
from assignment.rules.routing.input import (
    CAP_FIELDS,
    check_moment,
    clean_actions,
    clean_cap,
    clean_conditions,
    clean_flag,
    clean_name,
    clean_schedule,
    clean_whole,
)
from assignment.services.routing.acting import requeue_after_change
from zrg.lib import log_events
from zrg.lib.errors import BadInput, Conflict
from zrg.workspaces.models import User
from zrg.workspaces.services.audit import record_audit
from zrg.workspaces.services.settings import snapshot

logger = structlog.get_logger(__name__)

MAX_ACTIVE_RULES = 500
FIELDS = (
    "name", "priority", "weight", "is_active", "conditions", "destination_workspace_id", "actions", *CAP_FIELDS,
    "schedule", "starts_at", "ends_at",
)  # fmt: skip


# What `clean_values` looks into.
NUMBERS = ("priority", "weight")
CHECKED = ("conditions", "actions", "schedule", *CAP_FIELDS)


def create_rule(workspace_id: UUID, values: Mapping[str, Any], *, by: User) -> RoutingRule:
    """A new rule, version 1."""
    rule = RoutingRule(workspace_id=workspace_id, created_by=by)
    return _save(rule, values, by=by, is_new=True)


def change_rule(rule: RoutingRule, values: Mapping[str, Any], *, by: User, version: int | None) -> RoutingRule:
    """Save these fields or nothing. Raises `StaleVersion` when another save came first."""
    with transaction.atomic():
        locked = RoutingRule.objects.select_for_update().get(pk=rule.pk)
        if version is not None and version != locked.version:
            raise StaleVersion(gettext("The rule changed meanwhile."), version=locked.version)
        if locked.archived_at is not None:
            raise Conflict(gettext("The rule is archived."))
        return _save(locked, values, by=by, is_new=False)


def archive_rule(rule: RoutingRule, *, by: User) -> RoutingRule:
    """Take a rule out for good; logs go on naming it."""
    with transaction.atomic():
        locked = RoutingRule.objects.select_for_update().get(pk=rule.pk)
        if locked.archived_at is None:
            locked.archived_at = timezone.now()
            _save(locked, {"is_active": False}, by=by, is_new=False)
        return locked


def reorder_rules(workspace_id: UUID, rule_ids: Sequence[UUID], *, by: User) -> list[RoutingRule]:
    """Give these rules priorities in this order, the first the highest."""
    with transaction.atomic():
        rules = RoutingRule.objects.in_workspace(workspace_id).not_archived().select_for_update().in_bulk(rule_ids)
        if len(rules) != len(set(rule_ids)):
            raise BadInput(gettext("Unknown rule."), field="ruleIds")
        return [
            _save(rules[rule_id], {"priority": len(rule_ids) - place}, by=by, is_new=False)
            for place, rule_id in enumerate(rule_ids)
        ]


def _save(rule: RoutingRule, values: Mapping[str, Any], *, by: User, is_new: bool) -> RoutingRule:
    before, destination = ({}, None) if is_new else (_snapshot(rule), rule.destination_workspace_id)
    for name, value in clean_values(values).items():
        setattr(rule, name, value)
    is_switched_on = rule.is_active and bool({"is_active", "destination_workspace_id"} & set(values))
    _check(rule, asks_for_agreement=is_switched_on or rule.destination_workspace_id != destination)
    rule.version = 1 if is_new else rule.version + 1
    try:
        with transaction.atomic():
            rule.save(force_insert=is_new)
            _check_number(rule)
    except IntegrityError as error:
        raise BadInput(
            gettext("A rule of this name exists, or the values contradict each other."), field="name"
        ) from error
    after = _snapshot(rule)
    RoutingRuleRevision.objects.create(
        workspace_id=rule.workspace_id, rule=rule, version=rule.version, snapshot=after, changed_by=by
    )
    record_audit(
        "routing.rule_saved", actor=by, workspace=rule.workspace_id, obj=rule, before=before or None, after=after
    )
    requeue_after_change(rule.workspace_id, by=by)
    logger.info(
        log_events.ROUTING_RULES_CHANGED, source=str(rule.workspace_id), rule=str(rule.pk), version=rule.version
    )
    return rule


def clean_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values in stored form; raises `BadInput` (with the pointer of a condition at fault)."""
    unknown = sorted(set(values) - set(FIELDS))
    if unknown:
        raise BadInput(gettext("Unknown fields."), http_status=400, fields=unknown)
    cleaned = dict(values)
    if "name" in cleaned:
        cleaned["name"] = clean_name(cleaned["name"])
    if "is_active" in cleaned:
        cleaned["is_active"] = clean_flag(cleaned["is_active"], "is_active")
    for number in NUMBERS:
        if number in cleaned:
            cleaned[number] = clean_whole(cleaned[number], number)
    if "conditions" in cleaned:
        cleaned["conditions"] = clean_conditions(cleaned["conditions"])
    if "actions" in cleaned:
        cleaned["actions"] = clean_actions(cleaned["actions"])
    if "schedule" in cleaned:
        cleaned["schedule"] = clean_schedule(cleaned["schedule"])
    for cap in CAP_FIELDS:
        if cap in cleaned:
            cleaned[cap] = clean_cap(cleaned[cap], cap)
    return cleaned


def _check(rule: RoutingRule, *, asks_for_agreement: bool) -> None:
    """A rule whose agreement ended can still be switched off, archived and put in order."""
    try:
        rule.full_clean(
            exclude=["conditions", "actions", "schedule", "workspace", "destination_workspace", "created_by"],
            validate_unique=False,
            validate_constraints=False,
        )
    except ValidationError as error:
        raise BadInput(gettext("Some values were refused."), http_status=400, fields=error.message_dict) from error
    check_moment(rule.starts_at, "starts_at")
    check_moment(rule.ends_at, "ends_at")
    if rule.starts_at and rule.ends_at and rule.ends_at <= rule.starts_at:
        raise BadInput(gettext("The end lies after the start."), http_status=400, field="ends_at")
    is_elsewhere = rule.destination_workspace_id not in (None, rule.workspace_id)
    if asks_for_agreement and is_elsewhere and not _has_agreement(rule):
        raise DestinationNotPartner(gettext("There is no agreement with this workspace."))


def _check_number(rule: RoutingRule) -> None:
    """Asked when the save holds the lock of the workspace's rules: whoever saves beside it is counted too."""
    active = RoutingRule.objects.in_workspace(rule.workspace_id).not_archived().filter(is_active=True)
    if rule.is_active and active.count() > MAX_ACTIVE_RULES:
        raise BadInput(
            gettext("At most {max_active_rules} active rules.").format(max_active_rules=MAX_ACTIVE_RULES),
            field="is_active",
        )


def _has_agreement(rule: RoutingRule) -> bool:
    agreements = RoutingPartner.objects.from_source(rule.workspace_id).exclude(status=PartnershipStatus.ENDED)
    return agreements.filter(destination_workspace_id=rule.destination_workspace_id).exists()


def _snapshot(rule: RoutingRule) -> dict[str, Any]:
    values = snapshot(rule, FIELDS)
    for name in ("starts_at", "ends_at", "destination_workspace_id"):
        values[name] = str(values[name]) if values[name] else None
    return values | {"archived_at": rule.archived_at.isoformat() if rule.archived_at else None}
