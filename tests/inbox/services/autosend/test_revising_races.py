"""Two real connections: one claim, and a person who edits meanwhile keeps the text."""

import json
import threading
import time
from typing import Any

import pytest
from django.db import connections

from inbox.models import Draft, DraftEvent
from inbox.services.approving import edit_draft, reject_draft
from inbox.services.autosend.flow import evaluate_draft
from integrations.simulator.core import Hold, Script
from integrations.simulator.model import response_body
from tests.inbox.services.test_races import at_once
from tests.support.autosend_world import SAFE, World, make_world
from zrg.workspaces.context import platform, tenant
from zrg.workspaces.switches import forget_switches

REVISED = {
    "revised_draft": "Hi Dana,\n\nthank you for asking, the details about our plans follow.",
    "changes_made": [],
    "issues_addressed": [],
    "unresolved_requirements": [],
    "confidence": 1,
    "memory_proposals": [],
}
MINE = "Hi Dana, this is what I want to say."


@pytest.fixture
def world(committed_db, simulator):
    forget_switches()
    with platform():
        made = make_world(simulator)
        made.configure(auto_send_revision_enabled=True)
    yield made
    forget_switches()


def answer(world: World, prompt: str, value: Any, *, times: int = 1, **script: Any) -> None:
    body = response_body(1, {"model": "scripted"}, json.dumps(value), input_tokens=1, output_tokens=1, cut=False)
    world.simulator.state.scripts.add(
        Script(provider="openai", path="*", contains=prompt, times=times, status=200, body=body, **script)
    )


def in_background(world: World) -> tuple[threading.Thread, list[Any]]:
    found: list[Any] = []

    def run() -> None:
        try:
            with platform():
                draft_id = world.draft.pk
            found.append(evaluate(world, draft_id))
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, found


def evaluate(world: World, draft_id: Any) -> Any:
    return evaluate_draft(world.workspace.pk, draft_id, deadline=time.monotonic() + 60)


def stored(world: World) -> Draft:
    with platform():
        return Draft.objects.get(pk=world.draft.pk)


def test_hard_06_revision_claimed_once_by_two_connections(world):
    answer(world, "auto_send.evaluate", {**SAFE, "confidence": 0.6, "reason": "unsure"}, times=2)
    answer(world, "auto_send.revise", REVISED, delay_ms=300)
    answer(world, "auto_send.evaluate", {**SAFE, "confidence": 0.95})

    at_once(lambda: evaluate(world, world.draft.pk), lambda: evaluate(world, world.draft.pk))

    draft = stored(world)
    assert len(world.simulator.asked("auto_send.revise.v1")) == 1
    assert len(world.simulator.asked("auto_send.evaluate.v1")) == 3
    assert (draft.auto_send_original_confidence, draft.auto_send_revision_confidence) == (0.6, 0.95)
    with platform():
        assert DraftEvent.objects.filter(draft=draft, kind="revised").count() == 1
        assert DraftEvent.objects.filter(draft=draft, kind="evaluated").count() == 1


def test_hard_06_revision_never_overwrites_a_person_who_edits(world):
    answer(world, "auto_send.evaluate", {**SAFE, "confidence": 0.6, "reason": "unsure"})
    hold = Hold()
    answer(world, "auto_send.revise", REVISED, hold=hold)
    answer(world, "auto_send.evaluate", {**SAFE, "confidence": 0.95})
    thread, found = in_background(world)

    assert hold.wait()
    with tenant(world.workspace.pk):
        edit_draft(world.draft.pk, MINE, expected_version=1, by=world.person)
    hold.release()
    thread.join(30)

    draft = stored(world)
    assert (found[0].action, found[0].reason) == ("", "draft_changed_meanwhile")
    assert (draft.content, draft.version, draft.status) == (MINE, 2, "pending")
    assert (draft.auto_send_revision_applied, draft.auto_send_revision_confidence) == (False, 0.95)
    assert (draft.auto_send_action, draft.auto_send_outcome, draft.auto_send_outcome_reason) == (
        None,
        "canceled",
        "draft_changed_meanwhile",
    )
    assert world.simulator.sent_replies() == []


def test_hard_06_revision_never_overwrites_a_person_who_rejects(world):
    answer(world, "auto_send.evaluate", {**SAFE, "confidence": 0.6, "reason": "unsure"})
    hold = Hold()
    answer(world, "auto_send.revise", REVISED, hold=hold)
    answer(world, "auto_send.evaluate", {**SAFE, "confidence": 0.95})
    thread, found = in_background(world)

    assert hold.wait()
    with tenant(world.workspace.pk):
        reject_draft(world.draft.pk, by=world.person)
    hold.release()
    thread.join(30)

    draft = stored(world)
    assert (found[0].action, draft.status, draft.version) == ("", "rejected", 1)
    assert (draft.auto_send_revision_applied, draft.auto_send_outcome) == (False, None)
    assert world.simulator.sent_replies() == []
