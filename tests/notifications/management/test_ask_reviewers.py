"""`ask_reviewers` posts a draft to those who have not seen it."""

from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from inbox.services.approving import reject_draft
from tests.notifications.review_desk import KIM, PRIYA, ReviewDesk, make_review_desk
from tests.support.client import ZrgClient, no_context
from tests.support.simulator import RunningSimulator
from zrg.workspaces.models import WorkspaceSettings

pytestmark = pytest.mark.usefixtures("clean_cache")


@pytest.fixture
def review(db: None, simulator: RunningSimulator, client: ZrgClient) -> ReviewDesk:
    return make_review_desk(simulator, client)


def ask(review: ReviewDesk) -> str:
    out = StringIO()
    with no_context():
        call_command("ask_reviewers", draft=review.desk.draft.pk, stdout=out)
    review.work()
    return out.getvalue().strip()


def test_those_added_later_are_asked_too(review: ReviewDesk) -> None:
    rows = WorkspaceSettings.objects.filter(workspace=review.desk.workspace)

    rows.update(slack_auto_send_approval_recipients=None)
    assert ask(review) == "asked: no_recipients"
    rows.update(slack_auto_send_approval_recipients=[PRIYA])
    assert ask(review) == "asked: U0PRIYA"
    rows.update(slack_auto_send_approval_recipients=[PRIYA, KIM])
    assert ask(review) == "asked: U0PRIYA, U0KIM"

    assert [post["channel"] for post in review.posts] == ["D0KIM", "D0PRIYA"]


def test_decided_draft_asks_nobody(review: ReviewDesk) -> None:
    reject_draft(review.desk.draft.pk, by=review.desk.manager)

    assert ask(review) == "asked: draft_decided"
    assert review.posts == []


def test_unknown_draft_is_refused(db: None) -> None:
    with no_context(), pytest.raises(CommandError, match="No draft"):
        call_command("ask_reviewers", draft=uuid4())
