"""AI operations: what was done with each reply, and whom a model stopped."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from inbox.models import InboundStageRun
from inbox.services.pipeline_feed import PAGE, FeedFilters, pipeline_feed
from leads.models import Lead
from tests.factories.inbox import MessageFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import MembershipFactory
from tests.inbox.desk import make_desk
from zrg.ai.models import AIInteraction

pytestmark = pytest.mark.django_db

CLASSIFY = "sentiment.classify.v1"


def ran(message, stage="classify", state="done", **values):
    now = timezone.now()
    return InboundStageRun.objects.create(
        workspace_id=message.workspace_id,
        message=message,
        stage=stage,
        state=state,
        attempts=1,
        started_at=now - timedelta(seconds=2),
        finished_at=now,
        **values,
    )


def called(message, prompt=CLASSIFY, source="inbox.pipeline.classify", **values):
    return AIInteraction.objects.create(
        workspace_id=message.workspace_id,
        lead_id=message.lead_id,
        message_id=message.pk,
        source=source,
        feature_id="x",
        prompt_key=prompt,
        prompt_version="code:1",
        model="gpt-5-mini",
        status="success",
        latency_ms=700,
        cost_usd=Decimal("0.000123"),
        **values,
    )


def feed(desk, **filters):
    return pipeline_feed(desk.workspace.pk, FeedFilters(**filters), now=timezone.now(), with_cost=True)


def api(client, desk, **query):
    return client.get("/api/ai-ops/feed", {"clientId": str(desk.workspace.pk), **query})


def page(client, desk, **query):
    return client.get(f"/w/{desk.workspace.pk}/ai-ops", query)


def test_a_reply_shows_its_stages_with_their_calls(desk):
    ran(desk.reply, result={"tag": "Interested"})
    ran(desk.reply, "signals", "skipped", error_code="no_text")
    called(desk.reply)
    called(desk.reply, "draft.generate.sms.v1", "inbox.pipeline.draft")

    (item,) = feed(desk).items

    assert [(one.stage, one.state, one.code, one.ms) for one in item.stages] == [
        ("classify", "done", "", 2000),
        ("signals", "skipped", "no_text", 2000),
    ]
    assert [(call.prompt, call.model, call.ms) for call in item.stages[0].calls] == [(CLASSIFY, "gpt-5-mini", 700)]
    assert [call.prompt for call in item.other_calls] == ["draft.generate.sms.v1"]
    assert item.cost_usd == Decimal("0.000246")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"stage": "classify"}, 1),
        ({"state": "failed"}, 0),
        ({"stage": "classify", "state": "done"}, 1),
        ({"stage": "signals", "state": "done"}, 0),
        ({"prompt": CLASSIFY}, 1),
        ({"prompt": "ai.replay.judge.v1"}, 0),
    ],
)
def test_filters(desk, filters, found):
    ran(desk.reply)
    ran(desk.reply, "signals", "skipped")
    called(desk.reply)

    assert len(feed(desk, **filters).items) == found


def test_other_leads_workspaces_and_days_are_left_out(desk):
    other = MessageFactory(lead=LeadFactory(workspace=desk.workspace))
    MessageFactory(lead=desk.lead, sent_at=timezone.now() - timedelta(hours=73))
    MessageFactory(lead=desk.lead, outbound=True)
    make_desk()

    assert {item.message_id for item in feed(desk).items} == {desk.reply.pk, other.pk}
    assert [item.message_id for item in feed(desk, lead_id=other.lead_id).items] == [other.pk]


def test_pages_follow_each_other_without_a_gap(desk):
    sent_at = timezone.now() - timedelta(hours=1)
    for _ in range(PAGE + 4):
        MessageFactory(lead=desk.lead, sent_at=sent_at)

    first = feed(desk)
    second = pipeline_feed(desk.workspace.pk, FeedFilters(), now=timezone.now(), cursor=first.next_cursor)

    ids = [item.message_id for item in (*first.items, *second.items)]
    assert (len(first.items), len(second.items), second.next_cursor) == (PAGE, 5, "")
    assert len(set(ids)) == PAGE + 5


@pytest.mark.parametrize("count", [1, 3])
def test_reads_do_not_grow_with_the_page(desk, count):
    for _ in range(count):
        message = MessageFactory(lead=LeadFactory(workspace=desk.workspace))
        ran(message)
        called(message)

    with CaptureQueriesContext(connection) as queries:
        feed(desk)

    assert len(queries) == 4


def test_api_tells_the_same_and_cost_to_administrators_only(client, desk):
    ran(desk.reply)
    called(desk.reply)
    helper = MembershipFactory(workspace=desk.workspace, role="INBOX_MANAGER", extra_permissions=["view_ai_ops"]).user

    owner = api(client.login_as(desk.owner), desk).json()
    granted = api(client.login_as(helper), desk)

    (item,) = owner["items"]
    assert (item["messageId"], item["costUsd"], owner["nextCursor"]) == (str(desk.reply.pk), "0.000123", None)
    assert item["stages"][0]["calls"][0]["costUsd"] == "0.000123"
    assert granted.status_code == 200
    assert granted.json()["items"][0]["costUsd"] is None
    assert "body" not in str(owner)
    assert desk.reply.body not in str(owner)


@pytest.mark.parametrize("query", [{"stage": "nonsense"}, {"state": "nonsense"}, {"lead": "x"}, {"cursor": "x"}])
def test_bad_parameters_are_refused(client, desk, query):
    assert api(client.login_as(desk.owner), desk, **query).status_code == 400


@pytest.mark.parametrize("who", ["setter", "manager", "portal"])
def test_only_who_may_see_ai_operations_sees_them(client, desk, who):
    client.login_as(getattr(desk, who))

    assert api(client, desk).status_code == 403
    assert page(client, desk).status_code == 403
    assert "AI operations" not in client.get("/").content.decode()


def test_another_workspace_is_missing(client, desk):
    stranger = make_desk()

    assert api(client.login_as(stranger.owner), desk).status_code == 404


def test_page_shows_stages_filters_and_the_way_on(client, desk):
    ran(desk.reply, state="failed", error_code="timeout")
    called(desk.reply)
    client.login_as(desk.owner)

    html = page(client, desk).content.decode()
    empty = page(client, desk, state="running").content.decode()

    assert "timeout" in html
    assert CLASSIFY in html
    assert desk.reply.body not in html
    assert "Nothing fits" in empty
    assert "AI operations" in client.get("/").content.decode()


def test_next_page_is_a_fragment(client, desk):
    for _ in range(PAGE + 1):
        MessageFactory(lead=desk.lead)
    first = feed(desk).next_cursor

    html = page(client.login_as(desk.owner), desk, cursor=first).content.decode()

    assert html.lstrip().startswith("<li")
    assert html.count("ops__item") == 2


@pytest.fixture
def stopped(desk):
    ran(desk.reply, result={"by_model": True, "tag": "Blacklist"})
    Lead.objects.filter(pk=desk.lead.pk).update(
        sentiment_tag="Blacklist",
        sentiment_message_id=desk.reply.pk,
        status="blacklisted",
        blacklist_reason="complaint",
        blacklisted_at=timezone.now() - timedelta(days=6),
        opted_out_at=timezone.now(),
    )
    return desk


def test_whom_a_model_stopped_is_listed_for_a_week_and_can_be_undone(client, stopped):
    desk = stopped
    client.login_as(desk.owner)
    listed = page(client, desk).content.decode()

    without = client.post(f"/w/{desk.workspace.pk}/ai-ops/blacklisted/{desk.lead.pk}", {"note": " "}, follow=True)
    desk.lead.refresh_from_db()
    still = desk.lead.status
    client.post(f"/w/{desk.workspace.pk}/ai-ops/blacklisted/{desk.lead.pk}", {"note": "was a joke"}, follow=True)

    desk.lead.refresh_from_db()
    assert "Blacklisted by model" in listed
    assert (without.status_code, still) == (200, "blacklisted")
    assert (desk.lead.status, desk.lead.blacklist_reason, desk.lead.opted_out_at) == ("new", None, None)
    assert "Blacklisted by model" not in page(client, desk).content.decode()


@pytest.mark.parametrize("changes", [{"blacklisted_at": "2020-01-01T00:00:00Z"}, {"blacklist_reason": "opt_out"}])
def test_old_and_deterministic_stops_are_not_listed(client, stopped, changes):
    Lead.objects.filter(pk=stopped.lead.pk).update(**changes)

    assert "Blacklisted by model" not in page(client.login_as(stopped.owner), stopped).content.decode()


def test_undoing_is_for_those_who_may(client, stopped):
    response = client.login_as(stopped.manager).post(
        f"/w/{stopped.workspace.pk}/ai-ops/blacklisted/{stopped.lead.pk}", {"note": "x"}
    )

    stopped.lead.refresh_from_db()
    assert (response.status_code, stopped.lead.status) == (403, "blacklisted")
