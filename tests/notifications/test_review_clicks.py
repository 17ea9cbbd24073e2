"""Buttons under review posts, pressed over HTTP in the simulated Slack: who may, what happens, what every post says."""

from typing import Any

import pytest

from inbox.models import Draft, DraftEvent, Message, SendOrder
from inbox.services.approving import approve_draft, edit_draft, send_manual
from inbox.services.checking import Seen, Text
from inbox.services.settling import Proof, settle_as_sent
from leads.models import Lead
from leads.services.merging import merge_leads
from leads.services.status import blacklist_lead
from tests.factories.inbox import MessageFactory, minutes_ago
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import MembershipFactory, UserFactory, WorkspaceFactory
from tests.notifications.review_desk import KIM, PRIYA, ReviewDesk, buttons, make_review_desk, said
from tests.support.client import ZrgClient
from tests.support.simulator import RunningSimulator
from zrg.jobs.models import BackgroundJob, WebhookEvent
from zrg.workspaces.models import Membership, User, WorkspaceSettings

pytestmark = pytest.mark.usefixtures("clean_cache")

LINK_ONLY = [["view_dashboard"]] * 2
NOT_ON_THE_LIST = "You are not on the list of people who decide here. Nothing was done."


@pytest.fixture
def review(db: None, simulator: RunningSimulator, client: ZrgClient) -> ReviewDesk:
    """Posted to Priya and Kim."""
    found = make_review_desk(simulator, client)
    found.ask()
    return found


def whispers(review: ReviewDesk) -> list[tuple[str, str, str]]:
    return review.simulator.state.slack.whispers


def results(review: ReviewDesk) -> list[str]:
    """What the approve clicks came to, in order."""
    events = DraftEvent.objects.filter(draft=review.desk.draft, kind="approve_clicked").order_by("at")
    return list(events.values_list("reason", flat=True))


def untouched(review: ReviewDesk) -> bool:
    """Nothing was decided, ordered or sent."""
    return (
        review.draft.status == "pending"
        and not SendOrder.objects.exists()
        and not review.sent()
        and not review.simulator.sent_replies()
    )


# --- one message ---------------------------------------------------------------------------------------


def test_second_click_and_second_approver_change_nothing(review: ReviewDesk) -> None:
    for user in ("U0PRIYA", "U0PRIYA", "U0KIM"):
        review.press("approve_send", user=user, value=review.value(), work=False)
    review.work()

    assert len(review.simulator.sent_replies()) == len(review.sent()) == 1
    assert sorted(results(review)) == ["already_decided", "already_decided", "queued"]
    assert [buttons(post) for post in review.posts] == LINK_ONLY
    assert len({said(post) for post in review.posts}) == 1


def test_same_call_twice_is_one_click(review: ReviewDesk) -> None:
    for _ in range(2):
        review.press("approve_send", user="U0KIM", value=review.value(), message_ts="1.000100", action_ts="2.000100")

    assert WebhookEvent.objects.filter(provider="SLACK").count() == 1
    assert BackgroundJob.objects.filter(type="SLACK_CLICK").count() == 1
    assert len(review.simulator.sent_replies()) == 1


def test_reject_says_who(review: ReviewDesk) -> None:
    review.press("reject_draft", user="U0KIM")

    draft = review.draft
    assert (draft.status, draft.closed_reason) == ("rejected", "human_rejected")
    assert all("Rejected by Kim Okoro, " in said(post) for post in review.posts)
    assert not review.sent()


# --- [HARD] who may ------------------------------------------------------------------------------------


def stranger_clicks(review: ReviewDesk) -> None:
    review.press("approve_send", user="U0STRANGER")


def foreign_team_clicks(review: ReviewDesk) -> None:
    review.press("approve_send", user="U0PRIYA", team="T0STRANGER")


def another_lead_is_named(review: ReviewDesk) -> None:
    review.press("approve_send", user="U0PRIYA", value=review.value(leadId="4c0b9f5e-7d57-4a39-8a11-1b2c3d4e5f60"))


def another_workspace_is_named(review: ReviewDesk) -> None:
    review.press("approve_send", user="U0PRIYA", value=review.value(clientId=WorkspaceFactory().pk))


def old_text_is_approved(review: ReviewDesk) -> None:
    edit_draft(review.desk.draft.pk, "Another text.", expected_version=1, by=review.desk.owner)
    review.press("approve_send", user="U0PRIYA")


def version_is_no_number(review: ReviewDesk) -> None:
    review.press("approve_send", user="U0PRIYA", value=review.value().replace('"v": 1', '"v": "1 or so"'))


def lead_wrote_again(review: ReviewDesk) -> None:
    MessageFactory(lead=review.desk.lead, body="One more thing.", sent_at=minutes_ago(0))
    review.press("approve_send", user="U0PRIYA")


def account_is_switched_off(review: ReviewDesk) -> None:
    MembershipFactory(
        workspace=review.desk.workspace, role="SETTER", user=UserFactory(email=PRIYA["email"], is_active=False)
    )
    review.press("approve_send", user="U0PRIYA")


def place_is_taken_away(review: ReviewDesk) -> None:
    place = MembershipFactory(workspace=review.desk.workspace, role="SETTER", user=UserFactory(email=PRIYA["email"]))
    Membership.objects.filter(pk=place.pk).update(is_active=False, deactivated_at=minutes_ago(1))
    review.press("approve_send", user="U0PRIYA")


def removed_from_the_list(review: ReviewDesk) -> None:
    choose(review, [KIM])
    review.press("approve_send", user="U0PRIYA")


@pytest.mark.parametrize(
    "click",
    [
        stranger_clicks,
        foreign_team_clicks,
        another_lead_is_named,
        another_workspace_is_named,
        old_text_is_approved,
        version_is_no_number,
        lead_wrote_again,
        account_is_switched_off,
        place_is_taken_away,
        removed_from_the_list,
    ],
)
def test_hard_06_slack_approver_checks(review: ReviewDesk, click: Any) -> None:
    click(review)

    assert untouched(review)


def test_hard_02_slack_click_checks(review: ReviewDesk) -> None:
    """None of these tells a stranger anything but that they may not, and no post moves."""
    before = [post["blocks"] for post in review.posts]

    for click in (stranger_clicks, foreign_team_clicks, another_lead_is_named, another_workspace_is_named):
        click(review)

    assert untouched(review)
    assert [post["blocks"] for post in review.posts] == before
    assert [text for _, _, text in whispers(review)] == [NOT_ON_THE_LIST]


def choose(review: ReviewDesk, entries: Any) -> None:
    rows = WorkspaceSettings.objects.filter(workspace=review.desk.workspace)
    rows.update(slack_auto_send_approval_recipients=entries)


# --- what the person has not seen ----------------------------------------------------------------------


def test_stale_preview_is_shown_anew_and_can_then_be_approved(review: ReviewDesk) -> None:
    old_text_is_approved(review)

    assert results(review) == ["stale_preview"]
    assert all("Another text." in said(post) for post in review.posts)
    assert whispers(review)[-1][1:] == (
        "U0PRIYA",
        "This draft was changed meanwhile. The post shows the new text; nothing was sent.",
    )

    review.press("approve_send", user="U0PRIYA")

    assert [message.body for message in review.sent()] == ["Another text."]


def test_newer_message_is_shown_and_takes_the_button(review: ReviewDesk) -> None:
    lead_wrote_again(review)

    assert results(review) == ["newer_message"]
    assert all("One more thing." in said(post) and "Something newer came" in said(post) for post in review.posts)
    assert all("approve_send" not in buttons(post) and "reject_draft" in buttons(post) for post in review.posts)


def test_opted_out_lead_closes_the_draft(review: ReviewDesk) -> None:
    blacklist_lead(review.desk.lead, "opt_out")

    review.press("approve_send", user="U0PRIYA")

    draft = review.draft
    assert (draft.status, draft.closed_reason) == ("rejected", "lead_opted_out")
    assert [buttons(post) for post in review.posts] == LINK_ONLY
    assert all("Blocked: This lead asked not to be contacted." in said(post) for post in review.posts)
    assert (review.sent(), review.simulator.sent_replies()) == ([], [])


def test_text_that_cannot_leave_is_told_to_the_presser_alone(review: ReviewDesk) -> None:
    Draft.objects.filter(pk=review.desk.draft.pk).update(content="Hi {{first_name}}")

    review.press("approve_send", user="U0PRIYA")

    assert (results(review), review.draft.status) == (["blocked"], "pending")
    assert whispers(review) == [("D0PRIYA", "U0PRIYA", "Fill in or remove: {{first_name}}")]


def test_click_on_a_draft_that_is_gone(review: ReviewDesk) -> None:
    value = review.value()
    Draft.objects.filter(pk=review.desk.draft.pk).delete()

    review.press("approve_send", user="U0PRIYA", value=value)

    assert [said(post) for post in review.posts] == ["This draft was already processed."] * 2
    assert [buttons(post) for post in review.posts] == [[], []]


# --- decided elsewhere ---------------------------------------------------------------------------------


def test_dashboard_decides_first(review: ReviewDesk) -> None:
    approve_draft(
        review.desk.draft.pk,
        source="dashboard",
        by=review.desk.manager,
        seen=Seen(message_id=review.desk.reply.pk, version=1),
    )
    review.work()

    assert [buttons(post) for post in review.posts] == LINK_ONLY
    assert all("Sent by Robin, " in said(post) for post in review.posts)

    review.press("approve_send", user="U0PRIYA", value=review.value())

    assert results(review) == ["already_decided"]
    assert len(review.simulator.sent_replies()) == 1


def test_timer_decides(review: ReviewDesk) -> None:
    Lead.objects.filter(pk=review.desk.lead.pk).update(auto_reply_enabled=True)

    approve_draft(review.desk.draft.pk, source="auto_send")
    review.work()

    assert [buttons(post) for post in review.posts] == LINK_ONLY
    assert all("Sent automatically, " in said(post) for post in review.posts)


def test_reply_by_hand_closes_the_posts(review: ReviewDesk) -> None:
    send_manual(
        review.desk.lead.pk,
        channel="email",
        text=Text(content="By hand."),
        seen=Seen(message_id=review.desk.reply.pk),
        idempotency_key=review.desk.draft.pk,
        by=review.desk.manager,
    )
    review.work()

    assert [buttons(post) for post in review.posts] == LINK_ONLY
    assert all("Replaced by a reply written by hand." in said(post) for post in review.posts)


# --- what became of the message ------------------------------------------------------------------------


def test_definite_refusal_gives_the_buttons_back(review: ReviewDesk) -> None:
    review.simulator.script("emailbison", "/api/replies/*/reply", method="POST", status=422, body={"message": "no"})

    review.press("approve_send", user="U0PRIYA")

    assert review.draft.status == "pending"
    assert all("Could not be sent: " in said(post) and "approve_send" in buttons(post) for post in review.posts)

    review.press("approve_send", user="U0KIM")

    assert [message.delivery_status for message in review.sent()] == ["sent"]
    assert all("Sent by Kim Okoro, " in said(post) for post in review.posts)


def test_unconfirmed_message_has_no_buttons_until_it_is_proved(review: ReviewDesk) -> None:
    review.simulator.script("emailbison", "/api/replies/*/reply", method="POST", close="after")

    review.press("approve_send", user="U0PRIYA")

    assert [buttons(post) for post in review.posts] == LINK_ONLY
    assert all("Sent, not confirmed yet" in said(post) for post in review.posts)

    (message,) = review.sent()
    settle_as_sent(message.pk, proof=Proof(sent_at=minutes_ago(0)), reason="history")
    review.work()

    assert all("Sent by Priya Nair, " in said(post) for post in review.posts)


# --- whose decision it was -----------------------------------------------------------------------------


def approver(review: ReviewDesk) -> tuple[User | None, str | None]:
    draft = review.draft
    return draft.approved_by, draft.approved_by_slack_user_id


def test_address_on_the_list_names_the_member(review: ReviewDesk) -> None:
    priya = UserFactory(email=PRIYA["email"], display_name="Priya N.")
    MembershipFactory(workspace=review.desk.workspace, role="SETTER", user=priya)

    review.press("approve_send", user="U0PRIYA")

    assert approver(review) == (priya, "U0PRIYA")
    assert Message.objects.get(direction="outbound").sent_by_user_id == priya.pk
    assert all("Sent by Priya N., " in said(post) for post in review.posts)
    assert not review.simulator.requests("slack", "/api/users.info")


def test_slack_is_asked_for_an_address_once_a_day(review: ReviewDesk) -> None:
    kim = UserFactory(email="kim@outbound.example")
    MembershipFactory(workspace=review.desk.workspace, role="SETTER", user=kim)

    for _ in range(2):
        review.press("approve_send", user="U0KIM", value=review.value())

    assert approver(review) == (kim, "U0KIM")
    assert len(review.simulator.requests("slack", "/api/users.info")) == 1


def test_account_of_another_workspace_is_not_named(review: ReviewDesk) -> None:
    MembershipFactory(workspace=WorkspaceFactory(), role="SETTER", user=UserFactory(email=PRIYA["email"]))

    review.press("approve_send", user="U0PRIYA")

    assert approver(review) == (None, "U0PRIYA")
    assert [message.delivery_status for message in review.sent()] == ["sent"]


def test_entry_with_an_address_alone_is_matched_by_it(review: ReviewDesk) -> None:
    choose(review, [{"displayName": "Kim", "email": "kim@outbound.example"}])

    review.press("approve_send", user="U0PRIYA")
    assert untouched(review)

    review.press("approve_send", user="U0KIM")
    assert approver(review) == (None, "U0KIM")


def test_channel_on_the_list_decides_nothing(review: ReviewDesk) -> None:
    choose(review, [{"id": "C0ALERTS", "displayName": "#zrg-alerts"}])

    review.press("approve_send", user="C0ALERTS")

    assert untouched(review)


def test_posts_name_the_lead_that_stays_after_a_merge(review: ReviewDesk) -> None:
    keep = LeadFactory(workspace=review.desk.workspace, email="dana.reyes@work.example")
    merge_leads(keep, review.desk.lead, review.desk.owner)
    review.work()

    review.press("reject_draft", user="U0KIM")

    draft = review.draft
    assert (draft.lead_id, draft.status, draft.closed_reason) == (keep.pk, "rejected", "human_rejected")
