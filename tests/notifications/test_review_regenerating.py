"""New texts asked for under a review post: the post follows to the new draft."""

import json
import time
from typing import Any

import pytest
from django.utils import timezone

from inbox.models import Draft
from inbox.services.drafting.regenerating import regenerate_draft
from tests.factories.inbox import DraftFactory
from tests.notifications.review_desk import ReviewDesk, buttons, make_review_desk, said
from tests.notifications.support import rows
from tests.support.client import ZrgClient, no_context
from tests.support.simulator import RunningSimulator
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.usefixtures("clean_cache")


@pytest.fixture
def review(db: None, simulator: RunningSimulator, client: ZrgClient) -> ReviewDesk:
    """Posted to Priya and Kim."""
    found = make_review_desk(simulator, client)
    found.ask()
    return found


def pending(review: ReviewDesk) -> Draft:
    return Draft.objects.pending().get(lead=review.desk.lead)


def value_of(post: dict[str, Any], action_id: str) -> dict[str, Any]:
    """What a button of a post carries."""
    elements = [one for block in post["blocks"] if block["type"] == "actions" for one in block["elements"]]
    value: dict[str, Any] = json.loads(next(one["value"] for one in elements if one["action_id"] == action_id))
    return value


def test_posts_follow_to_the_new_text_and_it_is_sent_once(review: ReviewDesk) -> None:
    review.press("regenerate_draft_fast", user="U0KIM")

    old, new = review.draft, pending(review)
    assert (old.status, old.closed_reason) == ("superseded", "superseded_by_regenerate")
    assert new.origin == "fast_regenerate"
    assert [post["channel"] for post in review.posts] == ["D0KIM", "D0PRIYA"]
    for post in review.posts:
        named = {"draftId": str(new.pk), "leadId": str(new.lead_id), "clientId": str(new.workspace_id), "v": 1}
        assert value_of(post, "approve_send") == named
        assert value_of(post, "regenerate_draft_fast") == {**named, "cycleKey": old.pk.hex[:12], "regenCount": 1}
    assert new.auto_send_slack_notified is True

    review.press("approve_send", user="U0PRIYA")

    assert [message.body for message in review.sent()] == [new.content]
    assert all("Sent by Priya Nair, " in said(post) for post in review.posts)
    assert [buttons(post) for post in review.posts] == [["view_dashboard"]] * 2


def test_five_new_texts_of_five_shapes_and_no_sixth(review: ReviewDesk) -> None:
    shapes = []
    for _ in range(5):
        review.press("regenerate_draft_fast", user="U0KIM")
        shapes.append(pending(review).archetype_id)
    standing = pending(review)
    before = [post["blocks"] for post in review.posts]

    review.press("regenerate_draft_fast", user="U0KIM")

    assert len(set(shapes)) == 5
    assert pending(review) == standing
    assert [post["blocks"] for post in review.posts] == before
    assert review.simulator.state.slack.whispers == [
        ("D0KIM", "U0KIM", "5 new texts were written here. Edit this one, or write your own.")
    ]


def test_old_button_writes_nothing(review: ReviewDesk) -> None:
    value = json.dumps(value_of(review.posts[0], "regenerate_draft_fast"))
    review.press("regenerate_draft_fast", user="U0KIM")

    review.press("regenerate_draft_fast", user="U0PRIYA", value=value)

    assert Draft.objects.count() == 2


def test_failed_model_leaves_the_old_text(review: ReviewDesk) -> None:
    review.simulator.script("openai", "*", status=400, body={"error": {"message": "no", "type": "x"}}, times=20)
    before = [post["blocks"] for post in review.posts]

    review.press("regenerate_draft_fast", user="U0KIM")

    assert (review.draft.status, Draft.objects.count()) == ("pending", 1)
    assert [post["blocks"] for post in review.posts] == before
    ((channel, user, text),) = review.simulator.state.slack.whispers
    assert (channel, user, text.endswith(".")) == ("D0KIM", "U0KIM", True)


def test_stranger_makes_no_model_write(review: ReviewDesk) -> None:
    review.press("regenerate_draft_fast", user="U0STRANGER")

    assert (review.draft.status, Draft.objects.count()) == ("pending", 1)
    assert review.simulator.requests("openai") == []


def test_text_written_anew_in_the_inbox_is_shown(review: ReviewDesk) -> None:
    with no_context():
        regenerate_draft(
            review.desk.workspace.pk, review.desk.lead.pk, "email", mode="full", by=None, deadline=time.monotonic() + 60
        )
    review.work()

    assert [value_of(post, "approve_send")["draftId"] for post in review.posts] == [str(pending(review).pk)] * 2


def test_review_of_the_new_text_adds_no_post(review: ReviewDesk) -> None:
    review.press("regenerate_draft_fast", user="U0KIM")

    review.ask(pending(review).pk)

    assert len(review.posts) == 2
    assert len(rows(kind="draft_approval")) == 2


def test_new_text_that_was_posted_by_itself_is_not_shown_twice(review: ReviewDesk) -> None:
    """Its own posts came first: the old ones say that they were replaced."""
    Draft.objects.filter(pk=review.desk.draft.pk).update(
        status="superseded", closed_reason="superseded_by_regenerate", updated_at=timezone.now()
    )
    new = DraftFactory(lead=review.desk.lead, content="The new text.", context_message=review.desk.reply)
    review.ask(new.pk)
    assert len(review.posts) == 4

    review.press("approve_send", user="U0KIM", value=review.value())

    closed = [post for post in review.posts if buttons(post) == ["view_dashboard"]]
    assert [said(post) for post in closed] == [f"*{said(closed[0]).split('*')[1]}* · Replaced by a new draft."] * 2
    assert BackgroundJob.objects.filter(status="FAILED").count() == 0


def test_text_of_a_sequence_has_no_such_button(db: None, simulator: RunningSimulator, client: ZrgClient) -> None:
    review = make_review_desk(simulator, client, origin="followup_task")
    value = review.value(cycleKey="c")

    review.ask()
    assert all("regenerate_draft_fast" not in buttons(post) for post in review.posts)
    review.press("regenerate_draft_fast", user="U0KIM", value=value, channel="D0KIM", message_ts=review.posts[0]["ts"])

    assert (review.draft.status, Draft.objects.count()) == ("pending", 1)
    assert [text for _, _, text in simulator.state.slack.whispers] == [
        "This text belongs to a sequence. Open the conversation to change it."
    ]
