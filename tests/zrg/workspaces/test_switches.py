"""Switches: the environment wins, unreadable stops sends."""

from datetime import timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone

from zrg.workspaces.enums import SwitchKey
from zrg.workspaces.errors import SwitchUnreadable
from zrg.workspaces.models import OperatorSwitch
from zrg.workspaces.switches import forget_switches, is_switch_on, outbound_disabled, switch_states


@pytest.fixture(autouse=True)
def _fresh(monkeypatch):
    for key in SwitchKey.values:
        monkeypatch.delenv(key, raising=False)
    forget_switches()
    yield
    forget_switches()


@pytest.mark.django_db
def test_switches_are_off_by_default():
    assert not any(is_switch_on(key) for key in SwitchKey.values)
    assert {state.source for state in switch_states()} == {"default"}


@pytest.mark.django_db
def test_row_switches_on_until_it_expires():
    OperatorSwitch.objects.create(key="OUTBOUND_DISABLED", value=True, reason="incident")
    OperatorSwitch.objects.create(key="AI_DISABLED", value=True, expires_at=timezone.now() - timedelta(minutes=1))

    assert outbound_disabled()
    assert not is_switch_on("AI_DISABLED")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("raw", "expected"),
    [("1", True), ("yes", True), ("anything", True), ("0", False), ("false", False), (" OFF ", False), ("no", False)],
)
def test_environment_stops(monkeypatch, raw, expected):
    monkeypatch.setenv("OUTBOUND_DISABLED", raw)

    assert outbound_disabled() is expected


@pytest.mark.django_db
def test_neither_source_undoes_a_stop_of_the_other(monkeypatch):
    OperatorSwitch.objects.create(key="OUTBOUND_DISABLED", value=True)
    OperatorSwitch.objects.create(key="AI_DISABLED", value=False)
    monkeypatch.setenv("OUTBOUND_DISABLED", "no")
    monkeypatch.setenv("AI_DISABLED", "yes")

    assert outbound_disabled()
    assert is_switch_on("AI_DISABLED")
    assert {state.key: state.source for state in switch_states() if state.value} == {
        "OUTBOUND_DISABLED": "row",
        "AI_DISABLED": "environment",
    }


@pytest.mark.django_db
def test_empty_environment_leaves_the_row(monkeypatch):
    OperatorSwitch.objects.create(key="OUTBOUND_DISABLED", value=True)
    monkeypatch.setenv("OUTBOUND_DISABLED", " ")

    assert outbound_disabled()


@pytest.mark.django_db
def test_hard_13_unreadable_switch_stops_sends(monkeypatch):
    def broken(*args, **kwargs):
        raise DatabaseError("down")

    monkeypatch.setattr(OperatorSwitch.objects.__class__, "all", broken)

    with pytest.raises(SwitchUnreadable):
        outbound_disabled()
