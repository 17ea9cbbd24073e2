"""Whether `migrate` may take routing back: asked of every plan that does, before its first step."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.core.management.base import CommandError
from django.db.migrations import Migration
from django.db.models.signals import pre_migrate
from django.utils import timezone

from assignment.going_back import EXPORTED, FIRST, report_left_behind
from zrg.workspaces.models import AdminAuditEvent, OperatorSwitch

SWITCHED_ON = "ROUTING_DISABLED is not on"
NO_EXPORT = "there is no routing_export of the last 24 hours"
BACK = [(Migration("0029_collisions_by_id", "assignment"), True)]
ALL_BACK = [(Migration("0002_routing_guards", "assignment"), True), (Migration(FIRST, "assignment"), True)]


@pytest.fixture(autouse=True)
def _no_word_of_the_environment(monkeypatch):
    for name in ("ROUTING_DISABLED", "ROUTING_REVERSE_FORCE"):
        monkeypatch.delenv(name, raising=False)


def announce(plan, app="assignment"):
    pre_migrate.send(apps.get_app_config(app), using="default", apps=apps, plan=plan)


def export(hours_ago=0):
    AdminAuditEvent.objects.create(action=EXPORTED, created_at=timezone.now() - timedelta(hours=hours_ago))


def forced():
    return list(AdminAuditEvent.objects.filter(action="routing.reverse_forced").values_list("actor_label", "reason"))


@pytest.mark.django_db
def test_going_back_is_refused_with_every_reason():
    with pytest.raises(CommandError) as refusal:
        announce(BACK)

    assert str(refusal.value) == (
        f"Nothing was changed: {SWITCHED_ON}, {NO_EXPORT}; ROUTING_REVERSE_FORCE=1 goes back all the same."
    )
    assert forced() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("environment", "row", "exported", "fault"),
    [
        ("", None, 1, SWITCHED_ON),
        ("off", None, 1, SWITCHED_ON),
        ("", {"value": False}, 1, SWITCHED_ON),
        ("", {"value": True, "expires_at": timezone.now() - timedelta(minutes=1)}, 1, SWITCHED_ON),
        ("1", None, None, NO_EXPORT),
        ("1", None, 25, NO_EXPORT),
    ],
)
def test_one_fault_is_enough(monkeypatch, environment, row, exported, fault):
    monkeypatch.setenv("ROUTING_DISABLED", environment)
    if row:
        OperatorSwitch.objects.create(key="ROUTING_DISABLED", **row)
    if exported:
        export(exported)

    with pytest.raises(CommandError, match=f"^Nothing was changed: {fault};"):
        announce(BACK)

    assert forced() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("environment", "row"),
    [
        ("1", None),
        ("", {"value": True}),
        ("off", {"value": True, "expires_at": timezone.now() + timedelta(days=1)}),
    ],
)
def test_routing_that_stands_still_and_was_exported_goes_back(monkeypatch, environment, row):
    monkeypatch.setenv("ROUTING_DISABLED", environment)
    if row:
        OperatorSwitch.objects.create(key="ROUTING_DISABLED", **row)
    export(23)

    announce(BACK)

    assert forced() == []


@pytest.mark.django_db
def test_force_is_written_down_once(monkeypatch):
    monkeypatch.setenv("ROUTING_REVERSE_FORCE", "1")

    announce(ALL_BACK)

    assert forced() == [("migrate", f"{SWITCHED_ON}, {NO_EXPORT}")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("app", "plan"),
    [
        ("assignment", []),
        ("assignment", [(migration, False) for migration, _ in ALL_BACK]),
        ("assignment", [(Migration("0009_anything", "leads"), True)]),
        # One receiver answers, not one for every app the signal is sent to.
        ("leads", ALL_BACK),
    ],
)
def test_other_plans_are_not_asked(django_assert_num_queries, app, plan):
    with django_assert_num_queries(0):
        announce(plan, app)


@pytest.mark.django_db
def test_what_is_left_of_routing_is_named_when_all_was_taken_out(django_assert_num_queries):
    with django_assert_num_queries(1), pytest.raises(CommandError) as left:
        report_left_behind(using="default", plan=ALL_BACK)

    text, _, names = str(left.value).partition(": ")
    assert text == "Routing was taken out, but this is left"
    assert {
        "relation assignment_routinglog", "relation assignment_leadattribution", "function claim_routing_batch",
        "trigger lead_routing_guard",
    } <= set(names.split(", "))  # fmt: skip


@pytest.mark.django_db
def test_nothing_is_looked_for_when_a_part_was_taken_back(django_assert_num_queries):
    with django_assert_num_queries(0):
        report_left_behind(using="default", plan=BACK)
