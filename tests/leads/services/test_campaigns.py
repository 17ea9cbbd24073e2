import pytest

from leads.models import EmailCampaign, SmsCampaign
from leads.services.campaigns import normalize_label, upsert_email_campaign, upsert_sms_campaign
from tests.factories import WorkspaceFactory

pytestmark = pytest.mark.integration


@pytest.mark.django_db
def test_email_campaign_is_made_once_and_follows_its_name():
    workspace, other = WorkspaceFactory(), WorkspaceFactory()

    first = upsert_email_campaign(workspace.pk, "EMAILBISON", "301", "Spring")
    second = upsert_email_campaign(workspace.pk, "EMAILBISON", "301", "Spring 2026")
    third = upsert_email_campaign(workspace.pk, "EMAILBISON", "301", None)
    upsert_email_campaign(other.pk, "EMAILBISON", "301", "Spring")
    upsert_email_campaign(workspace.pk, "INSTANTLY", "301", "Spring")

    assert first == second == third
    assert EmailCampaign.objects.get(pk=first.pk).name == "Spring 2026"
    assert EmailCampaign.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("campaign_id", ["", "  ", "x" * 65])
def test_unusable_id_makes_no_campaign(campaign_id):
    assert upsert_email_campaign(WorkspaceFactory().pk, "EMAILBISON", campaign_id) is None


@pytest.mark.django_db
def test_sms_label_is_one_campaign_in_all_its_spellings():
    workspace = WorkspaceFactory()

    first = upsert_sms_campaign(workspace.pk, " Northfork   Dental ")
    second = upsert_sms_campaign(workspace.pk, "NORTHFORK DENTAL")

    assert first == second
    assert (first.name, first.name_normalized) == ("Northfork   Dental", "northfork dental")
    assert upsert_sms_campaign(workspace.pk, "  ") is None
    assert SmsCampaign.objects.count() == 1


@pytest.mark.unit
def test_label_is_folded():
    assert normalize_label(" Ｎｏｒｔｈ\t fork ") == "north fork"
