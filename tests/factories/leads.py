"""Leads and campaigns of the tests."""

import factory

from leads.models import EmailCampaign, Lead, SmsCampaign
from leads.services.campaigns import normalize_label
from tests.factories.workspaces import WorkspaceFactory


class LeadFactory(factory.django.DjangoModelFactory[Lead]):
    """A fresh lead with an address."""

    class Meta:
        model = Lead

    workspace = factory.SubFactory(WorkspaceFactory)
    email = factory.Sequence(lambda n: f"lead{n}@company.example")
    first_name = "Dana"
    last_name = "Reyes"
    company_name = "Northfork Dental"


class EmailCampaignFactory(factory.django.DjangoModelFactory[EmailCampaign]):
    """A campaign of the e-mail provider."""

    class Meta:
        model = EmailCampaign

    workspace = factory.SubFactory(WorkspaceFactory)
    provider = "EMAILBISON"
    bison_campaign_id = factory.Sequence(lambda n: str(300 + n))
    name = "Spring outreach"


class SmsCampaignFactory(factory.django.DjangoModelFactory[SmsCampaign]):
    """A label of text messages."""

    class Meta:
        model = SmsCampaign

    workspace = factory.SubFactory(WorkspaceFactory)
    name = factory.Sequence(lambda n: f"Label {n}")
    name_normalized = factory.LazyAttribute(lambda o: normalize_label(o.name))
