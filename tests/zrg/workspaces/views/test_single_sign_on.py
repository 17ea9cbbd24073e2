"""Single sign-on against a provider on a loopback port: existing and invited people only."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_httpserver import HTTPServer

from tests.factories import InvitationFactory, UserFactory
from tests.support.client import ZrgClient
from zrg.workspaces.models import Membership, User

pytestmark = pytest.mark.django_db
LOGIN = "/account/oidc/sso/login/"


@pytest.fixture
def provider(httpserver: HTTPServer, settings: Any) -> HTTPServer:
    base = httpserver.url_for("")
    settings.OIDC_ISSUER = base
    settings.SOCIALACCOUNT_PROVIDERS = {
        "openid_connect": {
            "APPS": [
                {
                    "provider_id": "sso",
                    "name": "Agency login",
                    "client_id": "zrg",
                    "secret": "client-secret",
                    "settings": {"server_url": base},
                }
            ]
        }
    }
    httpserver.expect_request("/.well-known/openid-configuration").respond_with_json(
        {
            "issuer": base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "userinfo_endpoint": f"{base}/userinfo",
            "jwks_uri": f"{base}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }
    )
    httpserver.expect_request("/token").respond_with_json({"access_token": "token", "token_type": "Bearer"})
    return httpserver


def sign_in(client: ZrgClient, provider: HTTPServer, **claims: Any) -> Any:
    """Walk the redirects of a log-in in which the provider tells these claims."""
    provider.expect_request("/userinfo").respond_with_json({"sub": "42", "name": "Sam Solo", **claims})
    away = client.get(LOGIN)
    assert away.status_code == 302, away.content
    state = parse_qs(urlsplit(away["Location"]).query)["state"][0]
    return client.get(f"{LOGIN}callback/?code=c&state={state}")


def test_existing_person_is_let_in_by_a_verified_address(client, provider):
    user = UserFactory(email="sam@people.example")

    response = sign_in(client, provider, email="Sam@people.example", email_verified=True)

    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.session["_auth_user_id"] == str(user.pk)


def test_unverified_address_lets_nobody_in(client, provider):
    UserFactory(email="sam@people.example")
    InvitationFactory(email="new@people.example")

    for email in ("sam@people.example", "new@people.example"):
        visitor = ZrgClient()
        sign_in(visitor, provider, email=email, email_verified=False)
        assert "_auth_user_id" not in visitor.session
    assert User.objects.filter(email="new@people.example").count() == 0


def test_invited_person_gets_account_and_role(client, provider):
    invitation = InvitationFactory(email="new@people.example", role="INBOX_MANAGER")

    sign_in(client, provider, email="new@people.example", email_verified=True)

    user = User.objects.get(email="new@people.example")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert (user.display_name, user.has_usable_password()) == ("Sam Solo", False)
    assert list(Membership.objects.values_list("workspace_id", "role")) == [(invitation.workspace_id, "INBOX_MANAGER")]


def test_stranger_is_turned_away(client, provider):
    response = sign_in(client, provider, email="stranger@people.example", email_verified=True)

    assert "Accounts come by invitation" in response.content.decode()
    assert User.objects.filter(email="stranger@people.example").count() == 0


def test_signed_in_person_cannot_link_an_outside_account(client, provider):
    client.login_as(UserFactory())
    away = client.get(f"{LOGIN}?process=connect")
    state = parse_qs(urlsplit(away["Location"]).query)["state"][0]
    provider.expect_request("/userinfo").respond_with_json(
        {"sub": "42", "email": "x@people.example", "email_verified": True}
    )

    response = client.get(f"{LOGIN}callback/?code=c&state={state}")

    assert response.status_code == 403


def test_login_page_offers_it_only_where_it_is_configured(client, settings):
    settings.OIDC_NAME = "Agency login"
    assert "Agency login" not in client.get("/account/login/").content.decode()

    settings.OIDC_ISSUER = "https://id.example.net"
    assert "Sign in with Agency login" in client.get("/account/login/").content.decode()
