"""One message, whatever happens at the same moment or at the provider: over real HTTP."""

import threading

import pytest

from tests.e2e.product import OWNER, REPLY_SECONDS, SETTER
from tests.stack.waiting import wait_for

pytestmark = pytest.mark.e2e

REPEATS = 5


def at_once(*acts):
    """Run the acts in threads that begin together; return what they returned."""
    barrier = threading.Barrier(len(acts))
    answers = [None] * len(acts)

    def run(index):
        barrier.wait(10)
        answers[index] = acts[index]()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def test_two_people_approving_at_once_send_one_message(product):
    owner, setter = product.session(OWNER), product.session(SETTER)
    emails = [f"twins{number}@once.example" for number in range(REPEATS)]
    for email in emails:
        product.write(email, "Sounds interesting, how much is it?", first_name="Toni")

    for email in emails:
        draft_id, _text = product.pending_draft(email)
        path = f"/api/inbox/drafts/{draft_id}/approve"
        lead = product.lead_id(email)
        newest = owner.get(f"/api/inbox/conversations/{lead}").json()["thread"]["newestMessageId"]
        body = {"seenMessageId": newest}

        answers = at_once(lambda: owner.post(path, body), lambda: setter.post(path, body))  # noqa: B023

        assert sorted(answer.status_code for answer in answers) == [200, 202]
        states = {answer.status_code: answer.json()["result"] for answer in answers}
        assert states == {202: "queued", 200: "already_decided"}
        wait_for(lambda: product.outbound(email) == ["sent"], REPLY_SECONDS)  # noqa: B023
        calls = [one for one in product.provider_replies() if one["json"]["to_emails"][0]["email_address"] == email]
        assert len(calls) == 1
        orders = product.rows("SELECT state FROM inbox_sendorder WHERE lead_id = %s", lead)
        assert orders == ["done"]


def test_dropped_connection_after_accepting_is_unconfirmed_then_settles_without_a_second_call(product, page):
    email = "drop@once.example"
    written = product.write(email, "Could you send more details?", first_name="Dora")
    draft_id, _text = product.pending_draft(email)
    path = f"/api/replies/{written['data']['reply']['id']}/reply"
    product.script(path=path, close="after")

    assert product.session(SETTER).approve(draft_id).status_code == 202
    wait_for(lambda: product.outbound(email) == ["unknown"], REPLY_SECONDS)
    page.goto(f"/?leadId={product.lead_id(email)}")
    shown = page.locator("#thread .msg--out[data-delivery='unknown']")
    shown.wait_for()
    assert "Unconfirmed: the provider did not say whether it left" in shown.inner_text()
    assert calls_to(product, path) == ["closed after"]

    moved = product.arrange(
        "UPDATE jobs_backgroundjob SET run_at = now() WHERE type = 'RECONCILE_SEND' AND status = 'PENDING'"
        " AND message_id = (SELECT id FROM inbox_message WHERE draft_id = %s)",
        draft_id,
    )
    product.manage("drain_jobs", "--once")

    assert moved == 1
    assert product.outbound(email) == ["sent"]
    assert calls_to(product, path) == ["closed after"]
    page.reload()
    page.locator("#thread .msg--out[data-delivery='sent']").wait_for()
    assert product.rows("SELECT state FROM inbox_sendorder WHERE draft_id = %s", draft_id) == ["done"]


def calls_to(product, path):
    return [one["answer"] for one in product.provider_replies() if one["path"] == path]
