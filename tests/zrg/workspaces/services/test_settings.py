"""Saving settings: checked, permitted column by column, locked, audited."""

import pytest

from tests.factories import MembershipFactory, WorkspaceFactory
from zrg.lib.errors import BadInput, Conflict, Forbidden
from zrg.workspaces.access import resolve_access
from zrg.workspaces.models import AdminAuditEvent, WorkspaceSettings
from zrg.workspaces.models.settings import SYSTEM_FIELDS
from zrg.workspaces.rules.settings_fields import PROVISIONED, SYSTEM, WRITERS, unsupported_efforts, wire_name
from zrg.workspaces.services.settings import change_settings

pytestmark = pytest.mark.django_db


def save(row: WorkspaceSettings, **changes: object) -> WorkspaceSettings:
    return change_settings(row, changes, by="test", version=None, access=None)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("timezone", "Mars/Olympus"),
        ("work_start_time", "9:00"),
        ("work_end_time", "24:00"),
        ("notification_daily_digest_time", "25:00"),
        ("brand_logo_url", "http://insecure.example/logo.png"),
        ("brand_name", "x" * 81),
        ("notification_emails", ["UPPER@x.example"]),
        ("notification_emails", ["a@x.example", "a@x.example"]),
        ("notification_phones", ["030 123"]),
        ("notification_slack_channel_ids", ["D123"]),
        ("own_sender_addresses", ["@not a domain"]),
        ("routing_max_attempts", 11),
        ("lead_ttl_days", 0),
        ("meeting_duration_minutes", 10),
        ("calendar_slots_to_show", 11),
        ("email_bison_availability_slot_count", 3),
        ("draft_generation_model", "gpt-5-mini"),
        ("email_draft_verification_model", "gpt-4"),
        ("qualification_questions", [{"id": "1", "question": ""}]),
        ("slack_auto_send_approval_recipients", [{"id": "U1"}]),
        ("memory_min_confidence", 1.5),
        ("ai_daily_cost_cap_usd", -1),
        ("lead_context_bundle_budgets", {"draft": 16_001}),
        ("follow_up_blackout_dates", "soon"),
    ],
)
def test_bad_value_saves_nothing(column, value):
    row = WorkspaceFactory().settings

    with pytest.raises(BadInput) as caught:
        save(row, **{column: value, "company_name": "Changed"})

    row.refresh_from_db()
    assert (row.company_name, row.version) == ("", 1)
    assert caught.value.http_status == 422
    assert column in caught.value.data["fields"]


def test_extra_high_needs_the_one_model():
    row = WorkspaceFactory().settings

    with pytest.raises(BadInput) as caught:
        save(row, draft_generation_reasoning_effort="extra_high")
    saved = save(row, draft_generation_model="gpt-5.2", draft_generation_reasoning_effort="extra_high")

    assert caught.value.data["fields"] == ["draft_generation_reasoning_effort"]
    assert saved.draft_generation_reasoning_effort == "extra_high"
    with pytest.raises(BadInput):
        save(row, draft_generation_model="gpt-5.1")


def test_stale_form_is_refused():
    row = WorkspaceFactory().settings
    change_settings(row, {"company_name": "One"}, by="test", version=1, access=None)

    with pytest.raises(Conflict) as caught:
        change_settings(row, {"company_name": "Two"}, by="test", version=1, access=None)

    assert caught.value.data == {"version": 2}


@pytest.mark.parametrize(
    ("role", "column", "allowed"),
    [
        ("ADMIN", "company_name", True),
        ("ADMIN", "ai_tone", True),
        ("ADMIN", "auto_send_revision_enabled", False),
        ("ADMIN", "round_robin_config_version", False),
        ("INBOX_MANAGER", "follow_ups_paused_until", True),
        ("INBOX_MANAGER", "company_name", False),
        ("SETTER", "follow_ups_paused_until", False),
        ("CLIENT_PORTAL", "company_name", False),
    ],
)
def test_columns_are_for_whom_they_are_meant(role, column, allowed):
    membership = MembershipFactory(role=role)
    values = {"follow_ups_paused_until": None, "auto_send_revision_enabled": True, "round_robin_config_version": 5}
    changes = {column: values.get(column, "text")}
    access = resolve_access(membership.user)

    if allowed:
        change_settings(membership.workspace.settings, changes, by=membership.user, version=None, access=access)
    else:
        with pytest.raises(Forbidden):
            change_settings(membership.workspace.settings, changes, by=membership.user, version=None, access=access)


def test_unknown_column_is_refused():
    with pytest.raises(BadInput):
        save(WorkspaceFactory().settings, nonsense=1)


def test_round_robin_off_forces_email_only_off():
    row = save(WorkspaceFactory().settings, round_robin_enabled=True, round_robin_email_only=True)

    row = save(row, round_robin_enabled=False)

    assert row.round_robin_email_only is False


def test_change_is_audited_with_what_differs_and_kept_as_history():
    row = WorkspaceFactory().settings

    save(row, company_name="Northwind", ai_tone="friendly-professional")

    event = AdminAuditEvent.objects.get(action="settings.changed")
    assert (event.before, event.after) == ({"company_name": ""}, {"company_name": "Northwind"})
    assert row.events.filter(company_name="Northwind").count() == 1


def test_every_column_says_who_saves_it():
    own = {"id", "workspace", "version", "created_at", "updated_at"}
    columns = {field.name for field in WorkspaceSettings._meta.concrete_fields} - own

    assert columns == set(WRITERS)
    assert {column for column, who in WRITERS.items() if who == SYSTEM} == set(SYSTEM_FIELDS)


def test_provisioned_names_hold_nothing_of_super_admins_or_the_product():
    assert "autoSendRevisionEnabled" not in PROVISIONED
    assert "roundRobinConfigVersion" not in PROVISIONED
    assert PROVISIONED["workStartTime"] == "work_start_time"


@pytest.mark.unit
def test_wire_name():
    assert wire_name("notification_slack_channel_ids") == "notificationSlackChannelIds"


@pytest.mark.unit
def test_unsupported_efforts_names_the_column():
    values = {"insights_chat_model": "gpt-5-mini", "insights_chat_reasoning_effort": "extra_high"}

    assert unsupported_efforts(values) == ["insights_chat_reasoning_effort"]
