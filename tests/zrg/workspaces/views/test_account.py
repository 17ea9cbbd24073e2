"""Log-in, reset, second factor, preferences: through the pages."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from tests.factories import MembershipFactory, PlatformGrantFactory, UserFactory, WorkspaceFactory
from tests.factories.workspaces import PASSWORD
from tests.support.client import ZrgClient
from tests.zrg.workspaces.views.signing_in import LOGIN, sign_in
from zrg.workspaces.models import AdminAuditEvent, User
from zrg.workspaces.services.accounts import create_account, send_reset_link

pytestmark = pytest.mark.django_db
WRONG = "The address and the password do not match."


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


def code_of(secret: str, *, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def test_login_with_right_password_opens_the_product(client):
    user = UserFactory()

    response = sign_in(client, user.email.upper())

    assert response.status_code == 302
    assert response["Location"] == "/"
    assert client.session["_auth_user_id"] == str(user.pk)


@pytest.mark.parametrize("who", ["unknown", "wrong password", "inactive"])
def test_login_failures_have_one_text(client, who):
    user = UserFactory(is_active=who != "inactive")
    email = "nobody@people.example" if who == "unknown" else user.email
    password = PASSWORD if who == "inactive" else "not the passphrase"

    response = sign_in(client, email, password)

    assert response.status_code == 422
    assert WRONG in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_login_over_the_limit_refuses_the_right_password_too(client):
    user = UserFactory()
    for _ in range(5):
        assert sign_in(client, user.email, "not the passphrase").status_code == 422

    response = sign_in(client, user.email)

    assert response.status_code == 429
    assert response["Retry-After"] == "900"
    assert "_auth_user_id" not in client.session


def test_hard_01_limiter_fails_closed(client, settings):
    user, running = UserFactory(), ZrgClient().login_as(UserFactory())
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

    response = sign_in(client, user.email)

    assert response.status_code == 503
    assert "_auth_user_id" not in client.session
    assert running.get("/account/").status_code == 200


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_login_next_leaves_the_house_never(client, target):
    response = sign_in(client, UserFactory().email, next=target)

    assert response["Location"] == "/"


def test_login_returns_to_the_link(client):
    assert sign_in(client, UserFactory().email, next="/?leadId=x")["Location"] == "/?leadId=x"


def test_sign_up_is_closed(client):
    assert "Accounts come by invitation" in client.get(reverse("account_signup")).content.decode()

    client.post(reverse("account_signup"), {"email": "new@people.example", "password1": PASSWORD})

    assert not User.objects.filter(email="new@people.example").exists()


def test_reset_answers_the_same_for_unknown_addresses(client):
    user = UserFactory()

    known = client.post(reverse("account_reset_password"), {"email": user.email})
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@people.example"})

    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [message.to for message in mail.outbox] == [[user.email]]


def test_reset_link_works_once_and_ends_all_sessions(client):
    user = UserFactory()
    elsewhere = ZrgClient()
    sign_in(elsewhere, user.email)
    user.refresh_from_db()
    send_reset_link(user)
    link = re.search(r"http://testserver(\S+)", str(mail.outbox[0].body)).group(1)

    page = client.get(link, follow=True)
    done = client.post(
        page.request["PATH_INFO"], {"password1": "another long phrase", "password2": "another long phrase"}
    )

    assert done.status_code == 302
    assert elsewhere.get("/account/").status_code == 302
    assert sign_in(ZrgClient(), user.email, "another long phrase").status_code == 302
    assert "no longer valid" in ZrgClient().get(link, follow=True).content.decode()


def test_reset_is_limited_per_address(client):
    user = UserFactory()
    answers = [client.post(reverse("account_reset_password"), {"email": user.email}).status_code for _ in range(4)]

    assert answers == [302, 302, 302, 429]
    assert len(mail.outbox) == 3


def test_limit_per_client_answers_429_with_the_time_to_wait(client):
    answers = [sign_in(client, f"nobody{number}@people.example", "x") for number in range(61)]

    assert answers[-1].status_code == 429
    assert answers[-1]["Retry-After"] in {"60", "900"}
    assert "Too many attempts" in answers[-1].content.decode()


@pytest.mark.parametrize("password", ["short", "password1234", "person.name@x"])
def test_weak_passwords_are_refused(client, password):
    user = UserFactory(email="person.name@x.example")
    sign_in(client, user.email)

    response = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": password, "password2": password},
    )

    assert response.status_code == 200
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_second_factor_is_asked_and_accepted(client):
    user, secret = UserFactory(), generate_totp_secret()
    TOTP.activate(user, secret)

    first = sign_in(client, user.email)
    second = client.post(first["Location"], {"code": code_of(secret)})

    assert first["Location"].startswith("/account/2fa/authenticate/")
    assert second["Location"] == "/"
    assert client.session["_auth_user_id"] == str(user.pk)


def test_hard_01_totp_step_once(client):
    user, secret = UserFactory(), generate_totp_secret()
    TOTP.activate(user, secret)
    code = code_of(secret)
    first = sign_in(client, user.email)
    assert client.post(first["Location"], {"code": code})["Location"] == "/"

    again = ZrgClient()
    page = sign_in(again, user.email)["Location"]
    cache.clear()
    response = again.post(page, {"code": code})

    assert response.status_code == 200
    assert "_auth_user_id" not in again.session


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_totp_tolerates_one_step(client, steps, accepted):
    user, secret = UserFactory(), generate_totp_secret()
    TOTP.activate(user, secret)
    page = sign_in(client, user.email)["Location"]

    client.post(page, {"code": code_of(secret, steps=steps)})

    assert ("_auth_user_id" in client.session) is accepted


def test_second_factor_secret_is_stored_encrypted():
    secret = generate_totp_secret()

    TOTP.activate(UserFactory(), secret)

    assert secret not in str(Authenticator.objects.get().data)


def test_recovery_code_works_once(client):
    user = UserFactory()
    TOTP.activate(user, generate_totp_secret())
    codes = RecoveryCodes.activate(user)
    code = codes.get_unused_codes()[0]
    page = sign_in(client, user.email)["Location"]
    assert client.post(page, {"code": code})["Location"] == "/"

    again = ZrgClient()
    page = sign_in(again, user.email)["Location"]
    again.post(page, {"code": code})

    assert "_auth_user_id" not in again.session
    assert len(codes.generate_codes()) == 10


def test_required_second_factor_blocks_everything_else(client, settings):
    settings.MFA_REQUIRED_ROLES = frozenset({"OWNER"})
    owner = WorkspaceFactory().owner
    client.login_as(owner)

    page = client.get("/account/")
    data = client.get("/api/workspaces")

    assert (page.status_code, page["Location"]) == (302, reverse("mfa_activate_totp"))
    assert (data.status_code, data.json()) == (403, {"error": "mfa_required"})
    owner.refresh_from_db()


def test_required_second_factor_leaves_setters_alone(client, settings):
    settings.MFA_REQUIRED_ROLES = frozenset({"OWNER"})
    client.login_as(MembershipFactory(role="SETTER").user)

    assert client.get("/api/workspaces").status_code == 200


def test_hard_01_reserved_addresses(settings):
    settings.SUPER_ADMIN_EMAILS = frozenset({"root@people.example"})
    from zrg.workspaces.errors import ReservedEmail
    from zrg.workspaces.services.invitations import invite

    workspace = WorkspaceFactory()

    with pytest.raises(ReservedEmail) as caught:
        create_account(" Root@people.example ", password=PASSWORD)
    with pytest.raises(ReservedEmail):
        invite(workspace, "root@people.example", "SETTER", by=workspace.owner)

    assert (caught.value.http_status, caught.value.code) == (403, "reserved_email")
    assert not User.objects.filter(email="root@people.example").exists()
    assert create_account("root@people.example", password=PASSWORD, by_command=True).email == "root@people.example"


def test_hard_01_no_password_of_another(client):
    """No form of the admin or the account pages sets a password of somebody else."""
    grant = PlatformGrantFactory()
    victim = UserFactory()
    before = User.objects.get(pk=victim.pk).password
    client.login_as(grant.user).step_up()
    page = client.get(reverse("admin:workspaces_user_change", args=[victim.pk]))

    client.post(
        reverse("admin:workspaces_user_change", args=[victim.pk]),
        {"password": "chosen by an admin", "email": "taken@people.example"},
    )

    assert page.status_code == 200
    assert 'name="password' not in page.content.decode()
    victim.refresh_from_db()
    assert (victim.password, victim.email) == (before, victim.email)
    assert not AdminAuditEvent.objects.filter(action__contains="password_set").exists()


def test_mail_of_a_reset_is_plain_and_carries_the_public_address(client):
    user = UserFactory()

    client.post(reverse("account_reset_password"), {"email": user.email}, headers={"Host": "evil.example"})

    message = mail.outbox[0]
    assert message.subject == "[ZRG] Choose your password"
    assert "http://testserver/account/password/reset/key/" in str(message.body)
    assert "evil.example" not in str(message.body)
    assert str(message.body).startswith("Hello,\n\nyou, or somebody else")


def test_holder_hears_of_a_changed_password(client):
    user = UserFactory()
    sign_in(client, user.email)

    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "another long phrase", "password2": "another long phrase"},
    )

    assert [message.to for message in mail.outbox] == [[user.email]]
    assert "If this was not you" in str(mail.outbox[0].body)


def test_preferences_are_saved_and_shown_again(client):
    user = UserFactory()
    sign_in(client, user.email)
    wanted = {"display_name": "Kim", "time_display": "local", "undo_seconds": "20"}

    saved = client.post(reverse("account_profile"), wanted)
    html = client.get(reverse("account_profile")).content.decode()

    assert saved.status_code == 302
    user.preference.refresh_from_db()
    assert (user.preference.undo_seconds, user.preference.enter_sends, user.preference.shortcuts) == (20, False, False)
    assert re.search(r'name="shortcuts"[^>]*>', html)
    assert not re.search(r'name="shortcuts"[^>]* checked', html)
    client.post(reverse("account_profile"), {**wanted, "enter_sends": "on", "shortcuts": "on"})
    user.preference.refresh_from_db()
    assert (user.preference.enter_sends, user.preference.shortcuts) == (True, True)


@pytest.mark.parametrize(
    "name",
    [
        "account_profile",
        "account_change_password",
        "account_reauthenticate",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "account_sessions",
    ],
)
def test_every_page_of_the_account_leads_back_to_the_inbox(client, name):
    sign_in(client, UserFactory().email)

    page = client.get(reverse(name))

    assert page.status_code == 200
    assert 'href="/">Back to the inbox</a>' in page.content.decode()


def test_stranger_is_led_from_a_closed_account_to_the_login(client):
    page = client.get(reverse("account_inactive"))

    assert page.status_code == 200
    assert f'<a href="{LOGIN}">Log in</a>' in page.content.decode()
