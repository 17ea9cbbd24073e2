"""Errors as answers, capabilities, headers: what a request gets back."""

import uuid

import pytest

from integrations.wire import Call, exchange
from tests.factories import MembershipFactory, UserFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.workspaces.context import CallInsideContext, refuse_inside_context, tenant
from zrg.workspaces.enums import WorkspaceStatus
from zrg.workspaces.models import SystemNotice

pytestmark = pytest.mark.django_db


def test_anonymous_page_goes_to_the_login_and_comes_back(client):
    response = client.get("/account/?x=1")

    assert (response.status_code, response["Location"]) == (302, "/account/login/?next=%2Faccount%2F%3Fx%3D1")


def test_anonymous_program_gets_401(client):
    response = client.get("/api/workspaces")

    assert (response.status_code, response.json()) == (401, {"error": "unauthenticated"})


def test_anonymous_fragment_gets_401_and_a_redirect(client, htmx_headers):
    response = client.get("/account/", headers=htmx_headers)

    assert (response.status_code, response.json()) == (401, {"error": "unauthenticated"})
    assert response["HX-Redirect"].startswith("/account/login/?next=")


def test_foreign_and_missing_workspace_answer_alike(client):
    client.login_as(MembershipFactory().user)
    foreign = WorkspaceFactory()

    answers = [client.get(f"/api/workspaces/{key}/capabilities") for key in (foreign.pk, uuid.uuid4())]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(404, {"error": "not_found"})] * 2


def test_malformed_id_is_404(client):
    client.login_as(UserFactory())

    response = client.get("/api/workspaces/not-a-uuid/capabilities")

    assert (response.status_code, response.json()) == (404, {"error": "not_found"})


def test_capabilities_of_a_setter(client):
    membership = MembershipFactory(role="SETTER")
    client.login_as(membership.user)

    response = client.get(f"/api/workspaces/{membership.workspace_id}/capabilities")

    assert response.json() == {
        "role": "SETTER",
        "isPortal": False,
        "canViewAllLeads": False,
        "canReply": True,
        "canEditLeads": True,
        "canAssign": False,
        "canEditSettings": False,
        "canEditIntegrations": False,
        "canEditAi": False,
        "canManageTeam": False,
        "canExport": False,
        "canUseInsights": False,
        "canViewAiOps": False,
    }


def test_workspace_list_is_in_selector_order_without_deleted(client):
    user = UserFactory()
    for name in ("beta", "Alpha", "gamma"):
        MembershipFactory(user=user, workspace=WorkspaceFactory(name=name))
    MembershipFactory(
        user=user, workspace=WorkspaceFactory(status=WorkspaceStatus.DELETED, deleted_at="2026-01-01T00:00:00Z")
    )
    client.login_as(user)

    entries = client.get("/api/workspaces").json()["workspaces"]

    assert [entry["name"] for entry in entries] == ["Alpha", "beta", "gamma"]
    assert {entry["hasDefaultCalendar"] for entry in entries} == {False}


def test_no_membership_means_an_empty_list_not_an_error(client):
    client.login_as(UserFactory())

    response = client.get("/api/workspaces")

    assert response.status_code in {200, 403}


def test_suspended_workspace_still_lists(client):
    membership = MembershipFactory(workspace=WorkspaceFactory(status=WorkspaceStatus.SUSPENDED))
    client.login_as(membership.user)

    assert client.get("/api/workspaces").json()["workspaces"][0]["status"] == "suspended"


def test_request_id_is_kept_when_well_formed_and_replaced_otherwise(client):
    kept = client.get("/healthz", headers={"x-request-id": "abcdef-12345"})
    replaced = client.get("/healthz", headers={"x-request-id": "<script>"})

    assert kept["x-request-id"] == "abcdef-12345"
    assert replaced["x-request-id"] != "<script>"
    assert kept["x-zrg-duration-ms"].isdigit()


def test_pages_carry_the_content_policy(client):
    policy = client.get("/account/login/")["Content-Security-Policy"]

    assert policy.startswith("default-src 'self'; script-src 'self' 'nonce-")
    assert "frame-ancestors 'none'; base-uri 'none'; form-action 'self'" in policy
    assert "unsafe-inline" not in policy


def test_pages_have_no_inline_script_or_style(client):
    client_pages = [client.get("/account/login/"), client.login_as(UserFactory()).get("/account/")]

    for page in client_pages:
        text = page.content.decode()
        assert "<script>" not in text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick=" not in text


def test_notice_shows_as_banner(client):
    SystemNotice.objects.create(text="Maintenance at noon", level="warning")

    assert "Maintenance at noon" in client.login_as(UserFactory()).get("/account/").content.decode()
    assert "Maintenance at noon" not in ZrgClient().get("/account/login/").content.decode()


def test_cache_down_access_is_computed(client, settings):
    membership = MembershipFactory()
    client.login_as(membership.user)
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "redis://127.0.0.1:1/0"}
    }

    response = client.get("/api/workspaces")

    assert [entry["id"] for entry in response.json()["workspaces"]] == [str(membership.workspace_id)]


def test_hard_01_no_call_inside_db_context():
    """Where requests leave the house an open transaction is refused."""
    refuse_inside_context("provider call")
    with tenant(WorkspaceFactory().pk):
        call = Call(method="GET", path="/x", template="/x")
        with pytest.raises(CallInsideContext):
            refuse_inside_context("provider call")
        with pytest.raises(CallInsideContext):
            exchange(call, base_url="http://127.0.0.1:1", timeout=1)
