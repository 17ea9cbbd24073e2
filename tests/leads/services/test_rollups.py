from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from leads import registry
from leads.models import Lead
from leads.services import rollups
from leads.services.rollups import bump_rollups, check_rollups, rebuild_workspace, recompute_rollups
from tests.factories import LeadFactory, WorkspaceFactory
from zrg.jobs.contracts import RunContext
from zrg.jobs.registry import routines_of

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
EARLIER, LATER = NOW - timedelta(hours=1), NOW + timedelta(minutes=1)


def bump(lead, direction, at, origin=None, channel="email"):
    bump_rollups(lead.pk, channel, direction, at, origin)
    lead.refresh_from_db()
    return lead


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def test_inbound_then_answer():
    lead = bump(LeadFactory(), "inbound", EARLIER)
    assert (lead.last_inbound_at, lead.last_message_at, lead.last_message_direction) == (EARLIER, EARLIER, "inbound")
    assert lead.is_open

    lead = bump(lead, "outbound", NOW, "setter", "sms")

    assert (lead.last_outbound_at, lead.last_answer_at, lead.last_message_direction) == (NOW, NOW, "outbound")
    assert (lead.is_open, lead.channels) == (False, ["email", "sms"])


def test_campaign_step_is_no_answer():
    lead = bump(bump(LeadFactory(), "inbound", EARLIER), "outbound", NOW, "campaign")

    assert (lead.last_outbound_at, lead.last_answer_at, lead.is_open) == (NOW, None, True)


@pytest.mark.parametrize("origin", ["setter", "ai", "engine", "external", None])
def test_every_other_origin_is_an_answer(origin):
    assert bump(LeadFactory(), "outbound", NOW, origin).last_answer_at == NOW


def test_late_arrival_moves_nothing_back():
    lead = bump(bump(LeadFactory(), "inbound", NOW), "outbound", EARLIER, "setter")

    assert (lead.last_message_at, lead.last_message_direction, lead.last_answer_at) == (NOW, "inbound", EARLIER)
    assert lead.is_open


def test_tie_goes_to_the_inbound_whatever_the_order():
    one = bump(bump(LeadFactory(), "inbound", NOW), "outbound", NOW, "setter")
    other = bump(bump(LeadFactory(), "outbound", NOW, "setter"), "inbound", NOW)

    assert one.last_message_direction == other.last_message_direction == "inbound"


def test_message_from_the_future_counts_as_now():
    assert bump(LeadFactory(), "inbound", NOW + timedelta(hours=3)).last_inbound_at == NOW
    assert bump(LeadFactory(), "inbound", NOW + timedelta(minutes=4)).last_inbound_at == NOW + timedelta(minutes=4)


def test_bump_is_one_statement(django_assert_num_queries):
    lead = LeadFactory()

    with django_assert_num_queries(1):
        bump_rollups(lead.pk, "email", "inbound", NOW, None)


MESSAGES = st.lists(
    st.tuples(
        st.sampled_from(["inbound", "outbound"]),
        st.sampled_from([EARLIER, NOW, LATER]),
        st.sampled_from(["setter", "campaign"]),
        st.sampled_from(["email", "sms"]),
    ),
    max_size=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=MESSAGES, data=st.data())
def test_order_and_repeats_do_not_matter(messages, data):
    one, other = LeadFactory(), LeadFactory()
    shuffled = data.draw(st.permutations([*messages, *messages[:2]]))

    for lead, batch in ((one, messages), (other, shuffled)):
        for direction, at, origin, channel in batch:
            bump_rollups(lead.pk, channel, direction, at, origin)

    columns = ("last_inbound_at", "last_outbound_at", "last_answer_at", "last_message_at", "last_message_direction")
    first, second = (Lead.objects.values(*columns, "channels").get(pk=lead.pk) for lead in (one, other))
    assert sorted(first.pop("channels")) == sorted(second.pop("channels"))
    assert first == second


@pytest.fixture
def sources(monkeypatch):
    """Rollups computed from a table of this test alone."""
    rows = {}
    monkeypatch.setattr(registry, "_rollups", [])
    registry.register_rollup_source(
        ("last_inbound_at", "channels", "has_ai_sent"), lambda ids: {pk: rows[pk] for pk in ids if pk in rows}
    )
    return rows


def test_recompute_writes_what_is_wrong_and_says_so(sources):
    lead = LeadFactory(last_inbound_at=NOW, channels=["sms", "email"])
    sources[lead.pk] = {"last_inbound_at": EARLIER, "channels": ["email", "sms"], "has_ai_sent": True}

    assert recompute_rollups(lead) == {"last_inbound_at": EARLIER, "has_ai_sent": True}
    assert recompute_rollups(lead) == {}

    lead.refresh_from_db()
    assert (lead.last_inbound_at, lead.has_ai_sent) == (EARLIER, True)


def test_lead_without_rows_falls_back_to_empty(sources):
    lead = LeadFactory(last_inbound_at=NOW, channels=["sms"], has_ai_sent=True)

    assert recompute_rollups(lead) == {"last_inbound_at": None, "channels": [], "has_ai_sent": False}


def test_column_has_one_source(sources):
    with pytest.raises(RuntimeError, match="channels"):
        registry.register_rollup_source(("channels",), lambda ids: {})


def test_rebuild_repairs_one_workspace(sources):
    workspace = WorkspaceFactory()
    wrong = LeadFactory(workspace=workspace, has_ai_sent=True)
    LeadFactory(workspace=workspace)
    outside = LeadFactory(has_ai_sent=True)

    assert rebuild_workspace(workspace.pk) == (2, 1)

    assert not Lead.objects.get(pk=wrong.pk).has_ai_sent
    assert Lead.objects.get(pk=outside.pk).has_ai_sent


def test_nightly_check_repairs_its_share_and_counts(sources, monkeypatch):
    monkeypatch.setattr(rollups, "CHECKED_SHARE", 1)
    wrong, right = LeadFactory(has_ai_sent=True), LeadFactory()
    ctx = RunContext(job="rollup-check", deadline=float("inf"), correlation_id="test")

    check_rollups(ctx)

    assert ctx.stats == {"checked": 2, "drifted": 1}
    assert not Lead.objects.get(pk=wrong.pk).has_ai_sent
    assert not Lead.objects.get(pk=right.pk).has_ai_sent


def test_nightly_check_stops_when_its_time_is_up(sources):
    LeadFactory(has_ai_sent=True)
    ctx = RunContext(job="rollup-check", deadline=float("-inf"), correlation_id="test")

    check_rollups(ctx)

    assert (ctx.stats, ctx.out_of_time) == ({}, True)


def test_check_is_part_of_the_nightly_schedule():
    assert "leads.rollups" in [name for name, _routine in routines_of("rollup-check")]
