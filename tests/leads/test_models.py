from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from leads.models import EmailCampaign, Lead
from tests.factories import EmailCampaignFactory, LeadFactory, WorkspaceFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def refuses(constraint, **values):
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        LeadFactory(**values)
    return constraint in str(refusal.value)


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("lead_email_normalised", {"email": "Dana@northfork.example"}),
        ("lead_email_not_blank", {"email": ""}),
        ("lead_linkedin_url_is_profile", {"linkedin_url": "https://linkedin.com/company/northfork"}),
        ("lead_company_url_is_company", {"linkedin_company_url": "https://linkedin.com/in/dana"}),
        ("lead_phone_e164", {"phone": "4155552671"}),
        ("lead_blacklisted_iff_reason", {"status": "blacklisted"}),
        ("lead_blacklisted_iff_reason", {"blacklist_reason": "opt_out"}),
        ("lead_alternates_bounded", {"alternate_emails": [f"a{n}@northfork.example" for n in range(51)]}),
        ("lead_lock_iff_routing", {"routing_status": "routing"}),
    ],
)
def test_database_refuses(constraint, values):
    assert refuses(constraint, **values)


@pytest.mark.parametrize(
    "values",
    [
        {"email": "dana@northfork.example"},
        {"ghl_contact_id": "G1"},
        {"email_bison_lead_id": "991"},
        {"linkedin_id": "ACoAAB1cdEfGhIjKlMnOp"},
        {"linkedin_url": "https://linkedin.com/in/dana"},
        {"calendly_invitee_uri": "https://api.calendly.com/invitees/1"},
    ],
)
def test_identifiers_are_unique_in_a_workspace_and_free_in_another(values):
    workspace, other = WorkspaceFactory(), WorkspaceFactory()
    LeadFactory(workspace=workspace, **values)
    LeadFactory(workspace=other, **values)

    assert refuses(f"lead_{next(iter(values))}_unique", workspace=workspace, **values)


def test_phone_may_be_shared():
    workspace = WorkspaceFactory()

    LeadFactory.create_batch(2, workspace=workspace, phone="+14155552671")

    assert Lead.objects.in_workspace(workspace).count() == 2


def test_generated_columns_follow_the_others():
    lead = LeadFactory(
        created_at=NOW,
        first_name="Émile",
        last_name="O’Brien",
        phone="+14155552671",
        sentiment_tag="Interested",
        last_inbound_at=NOW,
    )

    lead.refresh_from_db()
    assert (lead.sort_at, lead.is_open, lead.is_attention) == (NOW, True, True)
    assert (lead.name_key, lead.phone_reversed) == ("émile o’brien", "17625555141+")
    assert "'brien'" in lead.search_vector
    assert len(lead.dedupe_hash) == 64


def test_answer_closes_and_a_later_message_moves_the_lead():
    lead = LeadFactory(
        created_at=NOW, last_inbound_at=NOW, last_answer_at=NOW, last_message_at=NOW + timedelta(hours=1)
    )

    lead.refresh_from_db()
    assert (lead.sort_at, lead.is_open) == (NOW + timedelta(hours=1), False)


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"first_name": "Dana", "last_name": "Reyes"}, "Dana Reyes"),
        ({"first_name": "", "last_name": "Reyes"}, "Reyes"),
        ({"first_name": None, "last_name": None, "email": "dana@northfork.example"}, "dana@northfork.example"),
        ({"first_name": None, "last_name": None, "email": None, "phone": "+14155552671"}, "+14155552671"),
        ({"first_name": None, "last_name": None, "email": None, "linkedin_id": "ACo1"}, "Unknown lead"),
    ],
)
def test_shown_name_and_its_sort_key_are_the_same(values, shown):
    lead = LeadFactory(**values)

    lead.refresh_from_db()
    assert (lead.shown_name, lead.name_key) == (shown, shown.lower())


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("emailcampaign_threshold_range", {"auto_send_confidence_threshold": 0.49}),
        ("emailcampaign_threshold_range", {"auto_send_confidence_threshold": 1.01}),
        ("emailcampaign_delay_range", {"auto_send_delay_min_seconds": 500, "auto_send_delay_max_seconds": 400}),
        ("emailcampaign_delay_range", {"auto_send_delay_max_seconds": 3601}),
    ],
)
def test_campaign_limits_hold_in_the_database(constraint, values):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        EmailCampaignFactory(**values)

    assert EmailCampaign.objects.count() == 0
