"""05.statistics-never-text: a marker in every input of the pipeline is in no statistics and in no log line."""

import json
import logging
from datetime import timedelta

import pytest
from django.core.serializers import serialize
from django.utils import timezone

from inbox.models import Draft, InboundStageRun
from tests.factories.inbox import MessageFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import WorkspaceFactory
from tests.support.drain import drain
from zrg.ai.models import AIInteraction, AIUsageDaily, KnowledgeAsset, Persona
from zrg.ai.services.retention import roll_up_days
from zrg.jobs.services.enqueue import enqueue_job

pytestmark = pytest.mark.django_db

MARKER = "zqmarker"
ECHO = {"error": {"message": f"bad {MARKER} input", "type": f"the {MARKER} type", "param": f"{MARKER} was sent"}}


def test_hard_05_statistics_never_text(simulator, caplog):
    caplog.set_level(logging.INFO)
    workspace = WorkspaceFactory(
        settings__ai_goals=f"goal {MARKER}",
        settings__service_description=f"service {MARKER}",
        settings__lead_context_bundle_enabled=True,
    )
    Persona.objects.create(
        workspace=workspace, name=f"{MARKER} voice", is_default=True, persona_name=MARKER, signature=MARKER
    )
    KnowledgeAsset.objects.create(workspace=workspace, name=f"{MARKER} prices", type="text", text_content=MARKER)
    lead = LeadFactory(workspace=workspace, first_name=MARKER, company_name=MARKER, email=f"dana@{MARKER}.example")
    message = MessageFactory(
        lead=lead, body=f"Could you send more details about {MARKER} pricing?", subject=f"Re: {MARKER}"
    )
    simulator.script("openai", "*/responses", method="POST", status=400, body=ECHO)
    enqueue_job("EMAIL_INBOUND_POST_PROCESS", workspace.pk, lead_id=lead.pk, message_id=message.pk)

    drain()

    assert MARKER in Draft.objects.get().content
    assert MARKER in json.dumps([entry["json"] for entry in simulator.requests("openai", "*", "POST")])
    calls = AIInteraction.objects.all()
    assert calls.filter(error_summary="400").exists()
    assert calls.filter(status="success").exists()
    AIInteraction.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert roll_up_days(workspace.pk) > 0
    for model in (AIInteraction, AIUsageDaily, InboundStageRun):
        assert MARKER not in serialize("json", model.objects.all())
    lines = [f"{record.msg} {record.args}" for record in caplog.records]
    assert any("ai.call" in line for line in lines)
    assert [line for line in lines if MARKER in line] == []
