"""Genuine calls of every provider, about somebody another workspace knows by the same ids."""

from uuid import UUID

import pytest
from django.forms.models import model_to_dict

from inbox.models import Message
from leads.models import Lead
from tests.factories import WorkspaceFactory
from tests.factories.leads import LeadFactory
from tests.integrations.clay.payloads import LEAD_ID
from tests.integrations.fuzz.doors import make_doors, platform_secrets
from tests.integrations.ghl.payloads import CONTACT
from tests.integrations.unipile.payloads import CANONICAL, DANA
from tests.support.client import ZrgClient
from tests.support.drain import drain_events
from zrg.jobs.models import WebhookEvent

pytestmark = pytest.mark.django_db


def test_hard_02_lookups_inside_workspace() -> None:
    stranger = LeadFactory(
        id=UUID(LEAD_ID),
        workspace=WorkspaceFactory(name="Granite Co"),
        email="dana@northfork.example",
        phone="+14155552671",
        email_bison_lead_id="55021",
        ghl_contact_id=CONTACT,
        linkedin_id=DANA,
        linkedin_url=CANONICAL,
    )
    before = model_to_dict(Lead.objects.get())

    with platform_secrets():
        for door in make_doors():
            for number, make in enumerate(door.calls):
                body = door.encode(make(number))
                answer = ZrgClient().generic(
                    "POST", door.path, body, content_type=door.content_type, headers=door.proof(body)
                )
                assert answer.status_code in (200, 202), door.name
        drain_events()

    assert set(WebhookEvent.objects.values_list("status", flat=True)) == {"SUCCEEDED"}
    assert model_to_dict(Lead.objects.get(pk=stranger.pk)) == before
    assert Lead.objects.in_workspace(stranger.workspace_id).count() == 1
    assert not Message.objects.in_workspace(stranger.workspace_id).exists()
    # E-mail at three providers, SMS, LinkedIn and pushed leads: each of these workspaces has a lead of its own.
    assert Lead.objects.exclude(pk=stranger.pk).values("workspace").distinct().count() == 6
