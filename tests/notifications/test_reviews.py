"""Review posts and the buttons under them, over HTTP to the simulated Slack."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from inbox.models import Draft
from inbox.services.approving import reject_draft
from integrations.models import Connection, WebhookRoute
from integrations.slack.simulator import DEMO_CHANNEL, DEMO_PLATFORM_TOKEN, DEMO_SIGNING_SECRET
from notifications.models import NotificationSendLog
from notifications.services import outbox
from notifications.services.reviews import refresh_review_posts
from tests.notifications.review_desk import PRIYA, ReviewDesk, buttons, make_review_desk, said
from tests.notifications.support import make_due, rows
from tests.support.client import ZrgClient, no_context
from tests.support.drain import drain
from tests.support.simulator import RunningSimulator
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.models import WorkspaceSettings

pytestmark = pytest.mark.usefixtures("clean_cache")

ALL_BUTTONS = ["view_dashboard", "edit_dashboard", "regenerate_draft_fast", "approve_send", "reject_draft"]


@pytest.fixture
def review(db: None, simulator: RunningSimulator, client: ZrgClient) -> ReviewDesk:
    return make_review_desk(simulator, client)


def test_each_approver_is_asked_once(review: ReviewDesk) -> None:
    review.ask()
    review.ask()

    assert [post["channel"] for post in review.posts] == ["D0KIM", "D0PRIYA"]
    assert [buttons(post) for post in review.posts] == [ALL_BUTTONS, ALL_BUTTONS]
    draft = review.draft
    assert draft.auto_send_slack_notified is True
    assert draft.slack_notification_message_ts in [post["ts"] for post in review.posts]


def test_approved_in_slack_is_sent_once_and_every_post_says_who(review: ReviewDesk) -> None:
    review.ask()

    response = review.press("approve_send", user="U0KIM")

    assert response.status_code == 200
    (message,) = review.sent()
    assert (message.delivery_status, message.sent_by, message.body) == ("sent", "setter", review.desk.draft.content)
    assert len(review.simulator.sent_replies()) == 1
    draft = review.draft
    assert (draft.status, draft.approval_source, draft.approved_by_slack_user_id) == ("approved", "slack", "U0KIM")
    assert [buttons(post) for post in review.posts] == [["view_dashboard"]] * 2
    assert all("Sent by Kim Okoro, " in said(post) for post in review.posts)


def choose(review: ReviewDesk, **settings: Any) -> None:
    WorkspaceSettings.objects.filter(workspace=review.desk.workspace).update(**settings)


def told(review: ReviewDesk) -> list[tuple[str, str, str, str]]:
    return rows(workspace=review.desk.workspace, kind="draft_approval")


# --- who is asked ----------------------------------------------------------------------------------------


def test_hard_10_once_per_recipient(review: ReviewDesk) -> None:
    """However often a review is asked for, each approver has one post of a version, and one row."""
    for _ in range(3):
        BackgroundJob.objects.all().delete()
        review.ask()

    assert told(review) == [("slack_dm", "U0KIM", "sent", ""), ("slack_dm", "U0PRIYA", "sent", "")]
    assert len(review.simulator.requests("slack", "/api/chat.postMessage")) == 2


def test_new_version_that_needs_a_look_is_a_new_post(review: ReviewDesk) -> None:
    review.ask()
    Draft.objects.filter(pk=review.desk.draft.pk).update(version=2, content="Another text.")
    BackgroundJob.objects.all().delete()

    review.ask()

    assert len(review.posts) == 4


def test_channel_on_the_list_gets_the_post_too(review: ReviewDesk) -> None:
    choose(review, slack_auto_send_approval_recipients=[PRIYA, {"id": DEMO_CHANNEL, "displayName": "#zrg-alerts"}])

    review.ask()

    assert [(post["channel"], buttons(post)) for post in review.posts] == [
        (DEMO_CHANNEL, ALL_BUTTONS),
        ("D0PRIYA", ALL_BUTTONS),
    ]
    assert ("slack", DEMO_CHANNEL, "sent", "") in told(review)


def test_entry_with_an_address_alone_is_looked_up(review: ReviewDesk) -> None:
    choose(review, slack_auto_send_approval_recipients=[{"displayName": "Kim", "email": "kim@outbound.example"}])

    review.ask()

    assert [post["channel"] for post in review.posts] == ["D0KIM"]


def test_bad_entries_do_not_stop_the_good_ones(review: ReviewDesk) -> None:
    choose(review, slack_auto_send_approval_recipients=["x", {"displayName": "No id"}, PRIYA, {"id": "u <b>"}, PRIYA])

    review.ask()

    assert told(review) == [("slack_dm", "U0PRIYA", "sent", "")]


@pytest.mark.parametrize("chosen", [None, {}, [], ["x"]])
def test_without_recipients_a_row_says_so(review: ReviewDesk, chosen: Any) -> None:
    choose(review, slack_auto_send_approval_recipients=chosen)

    review.ask()

    assert told(review) == [("slack_dm", "-", "skipped", "no_recipients")]
    assert review.posts == []


def test_lost_connection_is_not_replaced_by_the_platforms_bot(
    review: ReviewDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", DEMO_PLATFORM_TOKEN)
    Connection.objects.filter(provider="SLACK").update(status="DISCONNECTED")

    review.ask()

    assert told(review) == [("slack_dm", "-", "skipped", "slack_disconnected")]


def test_without_any_token_a_row_says_so(review: ReviewDesk) -> None:
    Connection.objects.filter(provider="SLACK").delete()

    review.ask()

    assert told(review) == [("slack_dm", "-", "skipped", "slack_not_configured")]


def test_platforms_bot_asks_where_no_slack_is_connected(review: ReviewDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", DEMO_PLATFORM_TOKEN)
    monkeypatch.setenv("SLACK_SIGNING_SECRET", DEMO_SIGNING_SECRET)
    Connection.objects.filter(provider="SLACK").delete()
    WebhookRoute.objects.filter(provider="SLACK").delete()

    review.ask()
    review.press("approve_send", user="U0KIM", team="T0STRANGER")
    assert review.sent() == []
    review.press("approve_send", user="U0KIM")

    assert [message.delivery_status for message in review.sent()] == ["sent"]
    assert all("Sent by Kim Okoro, " in said(post) for post in review.posts)


def test_reviews_can_be_switched_off(review: ReviewDesk) -> None:
    choose(review, flag_uncertain_replies=False)

    review.ask()

    assert (told(review), review.posts) == ([], [])


def test_decided_draft_is_not_asked_about(review: ReviewDesk) -> None:
    reject_draft(review.desk.draft.pk, by=review.desk.manager)

    review.ask()

    assert (told(review), review.posts) == ([], [])


# --- what it says -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decided", "reason"),
    [
        (
            {},
            "The confidence is below the campaign's threshold."
            " The lead asks for a price that the context does not hold.",
        ),
        (
            {"auto_send_outcome": "needs_review", "auto_send_outcome_reason": "offered_slot_expired"},
            "An offered time is no longer free.",
        ),
        (
            {"auto_send_reason_code": "fallback_draft", "auto_send_reason": None},
            "The text is a neutral template, because the model did not write one.",
        ),
    ],
)
def test_post_says_why_a_person_is_asked(review: ReviewDesk, decided: dict[str, Any], reason: str) -> None:
    Draft.objects.filter(pk=review.desk.draft.pk).update(**decided)

    review.ask()

    assert [said(post).splitlines()[0] for post in review.posts] == [reason] * 2


# --- between the row and the post ------------------------------------------------------------------------


def test_post_that_waited_is_dropped_when_the_draft_was_decided(review: ReviewDesk) -> None:
    review.simulator.script("slack", "/api/chat.postMessage", status=503, times=2)
    review.ask()
    reject_draft(review.desk.draft.pk, by=review.desk.manager)

    make_due()
    review.work()

    assert told(review) == [
        ("slack_dm", "U0KIM", "skipped", "draft_decided"),
        ("slack_dm", "U0PRIYA", "skipped", "draft_decided"),
    ]
    assert review.posts == []


def test_post_older_than_a_day_is_not_sent_late(review: ReviewDesk) -> None:
    review.simulator.script("slack", "/api/chat.postMessage", status=503, times=2)
    review.ask()
    NotificationSendLog.objects.update(created_at=timezone.now() - timedelta(hours=24, minutes=1))

    make_due()
    review.work()

    assert {(status, reason) for _, _, status, reason in told(review)} == {("failed", "stale")}


def test_slow_slack_is_tried_again(review: ReviewDesk) -> None:
    review.simulator.script("slack", "/api/chat.postMessage", status=503, times=2)
    review.ask()
    assert review.posts == []

    make_due()
    review.work()

    assert len(review.posts) == 2


def test_decision_made_while_the_post_left_is_shown(review: ReviewDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sender knows nothing of a draft decided between its last look and Slack's answer."""
    monkeypatch.setattr(
        outbox, "_care", {"draft_approval": replace(outbox._care["draft_approval"], refuse=lambda row: "")}
    )
    review.simulator.script("slack", "/api/chat.postMessage", status=503, times=2)
    review.ask()
    reject_draft(review.desk.draft.pk, by=review.desk.manager)

    make_due()
    review.work()

    assert [buttons(post) for post in review.posts] == [["view_dashboard"]] * 2
    assert all("Rejected by Robin, " in said(post) for post in review.posts)


# --- writing posts anew ----------------------------------------------------------------------------------


def test_update_that_fails_is_tried_three_times_and_dropped(review: ReviewDesk) -> None:
    review.ask()
    review.simulator.script(
        "slack", "/api/chat.update", status=200, body={"ok": False, "error": "ratelimited"}, times=99
    )
    reject_draft(review.desk.draft.pk, by=review.desk.manager)

    drain(until=timezone.now() + timedelta(hours=6))

    # Two posts; the first try and three more.
    assert len(review.simulator.requests("slack", "/api/chat.update")) == 2 * 4
    assert [buttons(post) for post in review.posts] == [ALL_BUTTONS] * 2
    assert not BackgroundJob.objects.filter(status="FAILED").exists()


def test_update_that_fails_once_comes_later(review: ReviewDesk) -> None:
    review.ask()
    review.simulator.script("slack", "/api/chat.update", status=503, times=1)
    reject_draft(review.desk.draft.pk, by=review.desk.manager)

    drain(until=timezone.now() + timedelta(minutes=5))

    assert [buttons(post) for post in review.posts] == [["view_dashboard"]] * 2


def test_post_somebody_deleted_is_let_go(review: ReviewDesk) -> None:
    review.ask()
    review.simulator.state.slack.messages.clear()
    reject_draft(review.desk.draft.pk, by=review.desk.manager)

    review.work()

    assert len(review.simulator.requests("slack", "/api/chat.update")) == 2


def test_posts_that_are_right_are_left_alone(review: ReviewDesk) -> None:
    review.ask()

    with no_context():
        assert refresh_review_posts(review.desk.workspace.pk, review.desk.draft.pk) == 0

    assert review.simulator.requests("slack", "/api/chat.update") == []


def test_draft_nobody_was_asked_about_calls_nobody(review: ReviewDesk) -> None:
    reject_draft(review.desk.draft.pk, by=review.desk.manager)

    review.work()

    assert review.simulator.requests("slack") == []
