"""Stage 8: what a reply asks of people; it never sends and never books."""

import pytest

from inbox.models import InboundStageRun, Message, MessageRaw, SendOrder
from inbox.rules.signals import Signals
from inbox.services.signals import signals_of
from tests.factories import LeadFactory
from tests.factories.inbox import MessageFactory
from tests.integrations.support import announced
from tests.support.drain import drain
from zrg.ai.models import AIInteraction
from zrg.jobs.contracts import TaskNeeded
from zrg.jobs.services.enqueue import enqueue_job
from zrg.workspaces.models import WorkspaceSettings

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture
def lead(simulator):
    return LeadFactory(email="dana@northfork.example", phone="+14155552671")


def arrives(lead, body, *, below="", **values):
    message = MessageFactory(lead=lead, body=body, **values)
    MessageRaw.objects.create(workspace=lead.workspace, message=message, raw_text=body + below)
    enqueue_job("EMAIL_INBOUND_POST_PROCESS", lead.workspace_id, lead_id=lead.pk, message_id=message.pk)
    drain()
    lead.refresh_from_db()
    message.refresh_from_db()
    return message


def stage(message) -> dict:
    return InboundStageRun.objects.get(message=message, stage="signals").result


def test_a_call_wish_becomes_a_task_and_nothing_leaves(lead, simulator):
    with announced(TaskNeeded) as tasks:
        message = arrives(lead, "Sounds interesting. Please call me on Thursday.")

    assert [(task.kind, task.message_id) for task in tasks] == [("call_requested", message.pk)]
    assert signals_of(message).call_intent is True
    assert stage(message)["signals"] == [
        {"type": "call_requested", "confidence": 0.95, "evidence_code": "call_me"},
    ]
    assert not Message.objects.outbound().exists()
    assert not SendOrder.objects.exists()


def test_without_a_number_no_task_asks_to_call(lead, simulator):
    type(lead).objects.filter(pk=lead.pk).update(phone=None, phone_national=None)

    with announced(TaskNeeded) as tasks:
        message = arrives(lead, "Sounds interesting. Please call me on Thursday.")

    assert tasks == []
    assert signals_of(message).call_intent is True


def test_their_own_scheduler_is_stored_and_becomes_a_task(lead, simulator):
    with announced(TaskNeeded) as tasks:
        message = arrives(lead, "Interested. Grab a time here: https://calendly.com/dana/30min")

    assert [task.kind for task in tasks] == ["lead_scheduler_link"]
    assert lead.external_scheduling_link == "https://calendly.com/dana/30min"
    assert signals_of(message).external_calendar is True
    assert simulator.asked("action_signal.detect.v1") == []


def test_our_own_page_is_no_scheduler_of_theirs(lead, simulator):
    MessageFactory(lead=lead, outbound=True, body="Book here: https://calendly.com/northfork/intro")

    with announced(TaskNeeded) as tasks:
        message = arrives(lead, "Yes. I will book a time on https://calendly.com/northfork/intro")

    assert tasks == []
    assert (signals_of(message).external_calendar, lead.external_scheduling_link) == (False, None)


@pytest.mark.parametrize(("answer", "meant"), [(True, True), (False, False), (None, False)])
def test_a_link_in_the_signature_is_asked_about_once(lead, simulator, answer, meant):
    if answer is None:
        simulator.script("openai", "*", contains="action_signal.detect", status=500, body={"error": {"message": "x"}})
    else:
        simulator.answer("action_signal.detect", {"intentional": answer, "confidence": 0.9})

    message = arrives(lead, "Yes, let us schedule something.", below="\n--\nDana Reyes\ncalendly.com/dana/30min")

    assert len(simulator.asked("action_signal.detect.v1")) == 1
    assert signals_of(message).external_calendar is meant
    assert lead.external_scheduling_link is None


def test_route_comes_from_the_model(lead, simulator):
    simulator.answer(
        "action_signal.route", {"processId": 2, "confidence": 1.7, "rationale": "MARKER", "uncertain": False}
    )

    message = arrives(lead, "Sounds good, the second one please.")

    assert signals_of(message) == Signals(route=2, route_confidence=1.0)
    assert "MARKER" not in str(stage(message))


def test_route_without_an_answer_is_read_plainly(lead, simulator):
    simulator.script("openai", "*", contains="action_signal.route", status=500, body={"error": {"message": "x"}})

    message = arrives(lead, "Sounds good, Thursday at 3pm?")

    assert signals_of(message) == Signals(route=3, route_confidence=0.5, uncertain=True)


def test_route_switched_off_asks_nobody_and_says_so(lead, simulator):
    WorkspaceSettings.objects.update(ai_route_booking_process_enabled=False)

    message = arrives(lead, "Sounds good, Thursday at 3pm?")

    assert signals_of(message) == Signals(route=3, route_confidence=0.5, uncertain=True)
    assert simulator.asked("action_signal.route_booking_process.v1") == []
    skipped = AIInteraction.objects.get(feature_id="ai.route_skipped", message_id=message.pk)
    assert skipped.metadata == {
        "routeSkip": {"route": "action_signal.route_booking_process.v1", "reason": "setting_off"}
    }


def test_a_decline_has_no_route(lead, simulator):
    message = arrives(lead, "No thanks, not interested.")

    assert signals_of(message) == Signals()
    assert simulator.asked("action_signal.route_booking_process.v1") == []


def test_signals_of_a_message_without_the_stage_are_read_plainly(lead):
    message = MessageFactory(lead=lead, body="Please call me on Thursday.", sentiment_tag="Interested")

    signals = signals_of(message)

    assert (signals.call_intent, signals.route, signals.uncertain) == (True, 3, True)
