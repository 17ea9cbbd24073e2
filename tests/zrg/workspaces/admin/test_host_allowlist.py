"""The hosts credentials may be sent to: platform people only."""

import pytest
from django.urls import reverse

from integrations.models import EmailBisonBaseHost
from tests.factories import PlatformGrantFactory, WorkspaceFactory

pytestmark = pytest.mark.django_db
ADD = "admin:integrations_emailbisonbasehost_add"


def test_hard_01_host_allowlist(client):
    before = EmailBisonBaseHost.objects.count()
    client.login_as(WorkspaceFactory().owner).step_up()

    refused = client.post(reverse(ADD), {"host": "mail.evil.example", "label": ""})
    assert refused.status_code == 403
    assert EmailBisonBaseHost.objects.count() == before

    client.login_as(PlatformGrantFactory().user).step_up()
    added = client.post(reverse(ADD), {"host": "mail.agency.example", "label": "Agency"})

    assert added.status_code == 302
    assert EmailBisonBaseHost.objects.filter(host="mail.agency.example").count() == 1


def test_host_allowlist_needs_a_recent_login(client):
    client.login_as(PlatformGrantFactory().user)

    response = client.post(reverse(ADD), {"host": "mail.agency.example", "label": ""})

    assert response["Location"].startswith("/account/reauthenticate/")
