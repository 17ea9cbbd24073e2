"""Review posts and the buttons under them, over HTTP to the simulated Slack."""

import pytest

from tests.notifications.review_desk import ReviewDesk, buttons, make_review_desk, said
from tests.support.client import ZrgClient
from tests.support.simulator import RunningSimulator

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
