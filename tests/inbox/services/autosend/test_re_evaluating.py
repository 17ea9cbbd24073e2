"""A changed text is judged again for its reader, and never sent by it."""

import json

import pytest

from inbox.models import Draft
from tests.factories.workspaces import MembershipFactory
from zrg.jobs.models import BackgroundJob

pytestmark = pytest.mark.django_db


def ask(client, world, person):
    path = f"/api/inbox/drafts/{world.draft.pk}/re-evaluate"
    return client.login_as(person).post(path, json.dumps({}), content_type="application/json")


def edit(world):
    Draft.objects.filter(pk=world.draft.pk).update(content="Changed by hand", version=2, edited_by_person=True)


def test_a_changed_text_in_review_is_judged_and_stays_in_review(client, world):
    world.decide(confidence=0.4)
    edit(world)
    world.judge(confidence=0.97)

    answer = ask(client, world, world.workspace.owner)
    world.work()

    assert (answer.status_code, answer.json()["result"]) == (202, "queued")
    assert (world.draft.auto_send_confidence, world.draft.evaluated_version) == (0.97, 2)
    assert (world.draft.auto_send_action, world.outcome) == ("needs_review", ("pending", "needs_review", None))
    assert (world.jobs, world.sent) == ([], [])
    assert world.events[-1] == ("evaluated", "re_evaluated")


def test_a_planned_send_of_the_text_as_it_was_ends_with_a_person(client, world):
    world.decide()
    edit(world)
    world.judge(confidence=0.99)

    assert ask(client, world, world.workspace.owner).status_code == 202
    world.pass_time()

    assert world.outcome == ("pending", "needs_review", "draft_content_changed")
    assert (world.jobs[0][1], world.sent) == ("CANCELLED", [])


def test_a_text_that_was_judged_is_not_judged_again(client, world):
    world.decide(confidence=0.4)

    answer = ask(client, world, world.workspace.owner)

    assert (answer.status_code, answer.json()["error"]) == (409, "not_changed")
    assert not BackgroundJob.objects.filter(type="AI_RE_EVALUATE").exists()


def test_nothing_is_judged_while_auto_send_is_stopped(client, world, monkeypatch):
    monkeypatch.setenv("AUTO_SEND_DISABLED", "1")

    answer = ask(client, world, world.workspace.owner)

    assert (answer.status_code, answer.json()["error"]) == (409, "globally_disabled_via_env")


def test_a_stop_that_comes_before_the_job_is_obeyed(client, world, monkeypatch):
    world.decide(confidence=0.4)
    edit(world)
    assert ask(client, world, world.workspace.owner).status_code == 202
    asked = len(world.simulator.requests("openai", "*", "POST"))
    monkeypatch.setenv("AUTO_SEND_DISABLED", "1")

    world.work()

    assert len(world.simulator.requests("openai", "*", "POST")) == asked
    assert (BackgroundJob.objects.get(type="AI_RE_EVALUATE").status, world.draft.evaluated_version) == ("CANCELLED", 1)


@pytest.mark.parametrize(("role", "status"), [("SETTER", 403), ("INBOX_MANAGER", 403), ("ADMIN", 202)])
def test_only_who_configures_auto_send_may_ask(client, world, role, status):
    person = MembershipFactory(workspace=world.workspace, role=role).user

    assert ask(client, world, person).status_code == status
    assert BackgroundJob.objects.filter(type="AI_RE_EVALUATE").exists() is (status == 202)


def test_a_foreign_workspace_sees_nothing(client, world):
    stranger = MembershipFactory(role="ADMIN").user

    assert ask(client, world, stranger).status_code == 404
