"""Where a person is signed in: seen, ended, and what ends it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from tests.factories import MembershipFactory, UserFactory
from tests.factories.workspaces import PASSWORD
from tests.support.client import ZrgClient
from tests.zrg.workspaces.views.signing_in import sign_in
from zrg.workspaces.constants import LAST_SEEN_INTERVAL
from zrg.workspaces.models import User
from zrg.workspaces.services.sessions import end_sessions, sessions_of
from zrg.workspaces.session_store import GRACE, SUCCESSOR, SessionStore

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


def promoted(client: ZrgClient) -> tuple[ZrgClient, str]:
    """The client after a change of role that it has met, another one with the key of before, and that key."""
    membership = MembershipFactory(role="SETTER")
    client.login_as(membership.user).get("/account/")
    other, before = ZrgClient(), client.session.session_key
    other.cookies["sessionid"] = before
    MembershipFactory(workspace=membership.workspace, user=membership.user, role="ADMIN")
    client.get("/account/")
    return other, before


def test_role_change_rotates_the_session(client):
    membership = MembershipFactory(role="SETTER")
    client.login_as(membership.user)
    client.get("/account/")
    before = client.session.session_key

    MembershipFactory(workspace=membership.workspace, user=membership.user, role="ADMIN")
    client.get("/account/")

    assert client.session.session_key != before
    assert Session.objects.get(session_key=before).get_decoded() == {SUCCESSOR: client.session.session_key}


def test_request_under_the_old_key_goes_on_under_the_new_one(client):
    other, before = promoted(client)

    with time_machine.travel(timezone.now() + GRACE - timedelta(seconds=5)):
        answer = other.get("/account/")

    assert before != client.session.session_key
    assert answer.status_code == 200
    assert other.cookies["sessionid"].value == client.session.session_key
    assert UserSession.objects.get().session_key == client.session.session_key


def test_old_key_ends_after_its_grace(client):
    other, _ = promoted(client)

    with time_machine.travel(timezone.now() + GRACE + timedelta(seconds=5)):
        assert other.get("/account/").status_code == 302
        assert client.get("/account/").status_code == 200


def test_session_that_is_ended_is_ended_under_its_old_key(client):
    other, _ = promoted(client)

    end_sessions(UserSession.objects.get().user)

    assert other.get("/account/").status_code == 302
    assert client.get("/account/").status_code == 302


def test_request_that_began_before_the_change_saves_under_the_new_key(client):
    client.login_as(UserFactory()).get("/account/")
    first, second, third = (SessionStore(client.session.session_key) for _ in range(3))
    for one in (first, second, third):
        assert one["_auth_user_id"]

    changed = first.rotate(), second.rotate()
    third["note"] = "kept"
    third.save()

    assert changed == (True, False)
    assert {one.session_key for one in (second, third)} == {first.session_key}
    assert SessionStore(first.session_key)["note"] == "kept"
    assert Session.objects.count() == 2


def test_session_that_ended_meanwhile_leads_to_the_login(client, monkeypatch):
    client.login_as(UserFactory()).get("/account/")

    def end(user: User, **options: object) -> list[object]:
        end_sessions(user)
        return []

    monkeypatch.setattr("zrg.workspaces.views.account.sessions_of", end)
    with time_machine.travel(timezone.now() + LAST_SEEN_INTERVAL):
        answer = client.get("/account/sessions/")

    assert (answer.status_code, answer["Location"]) == (302, "/account/login/?next=%2Faccount%2Fsessions%2F")


def test_deactivated_account_is_signed_out(client):
    user = UserFactory()
    client.login_as(user)
    User.objects.filter(pk=user.pk).update(is_active=False)

    assert client.get("/api/workspaces").status_code == 401


def test_sign_out_everywhere_keeps_this_session(client):
    user = UserFactory()
    elsewhere = ZrgClient()
    sign_in(elsewhere, user.email)
    sign_in(client, user.email)

    client.post(reverse("account_sign_out_everywhere"))

    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302


def test_one_other_session_is_signed_out(client):
    user = UserFactory()
    phone, tablet = ZrgClient(headers={"User-Agent": "Mozilla/5.0 (iPhone) Safari/605"}), ZrgClient()
    for one in (phone, tablet, client):
        one.login_as(user)
        one.get("/account/")
    shown = client.get("/account/sessions/").content.decode()
    rows = dict(UserSession.objects.values_list("session_key", "pk"))

    answer = client.post(reverse("account_end_session", args=[rows[phone.session.session_key]]), follow=True)

    assert "Safari on iPhone" in shown
    assert shown.count(">Sign out</button>") == 3  # two others, and the button of the page's head
    assert "Signed out there." in answer.content.decode()
    assert [one.get("/account/").status_code for one in (phone, tablet, client)] == [302, 200, 200]
    assert set(UserSession.objects.values_list("pk", flat=True)) == {
        rows[one.session.session_key] for one in (tablet, client)
    }


def test_sessions_of_others_and_the_current_one_stay(client):
    stranger = ZrgClient().login_as(UserFactory())
    stranger.get("/account/")
    client.login_as(UserFactory()).get("/account/")
    rows = dict(UserSession.objects.values_list("session_key", "pk"))

    for key in (stranger.session.session_key, client.session.session_key):
        answer = client.post(reverse("account_end_session", args=[rows[key]]), follow=True)
        assert "That session had ended already." in answer.content.decode()

    assert [one.get("/account/").status_code for one in (stranger, client)] == [200, 200]
    assert dict(UserSession.objects.values_list("session_key", "pk")) == rows


def test_each_session_says_when_it_was_last_used_and_slides_by_itself(client):
    user, phone = UserFactory(), ZrgClient()
    start = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

    with time_machine.travel(start, tick=False) as clock:
        for one in (phone, client):
            one.login_as(user).get("/account/")
        clock.shift(LAST_SEEN_INTERVAL - timedelta(seconds=1))
        phone.get("/account/")
        early = set(UserSession.objects.values_list("last_seen_at", flat=True))
        clock.shift(timedelta(seconds=1))
        for one in (client, phone):
            one.get("/account/")

    later = start + LAST_SEEN_INTERVAL
    assert early == {start}
    assert list(UserSession.objects.values_list("last_seen_at", flat=True)) == [later, later]
    assert set(Session.objects.values_list("expire_date", flat=True)) == {later + timedelta(days=14)}


def test_session_with_a_rotated_key_is_still_ended(client):
    membership = MembershipFactory(role="SETTER")
    elsewhere = ZrgClient().login_as(membership.user)
    elsewhere.get("/account/")
    MembershipFactory(workspace=membership.workspace, user=membership.user, role="ADMIN")
    elsewhere.get("/account/")

    ended = end_sessions(membership.user)

    assert ended == 1
    assert elsewhere.get("/account/").status_code == 302


def test_sessions_cost_the_same_queries_for_any_number(client, django_assert_num_queries):
    user = UserFactory()
    client.login_as(user).get("/account/sessions/")
    for rows in (1, 3):
        with django_assert_num_queries(2):
            assert len(sessions_of(user, current=None)) == rows
        for _ in range(2):
            ZrgClient().login_as(user).get("/account/")


def test_password_change_ends_other_sessions_and_keeps_this_one(client):
    user = UserFactory()
    elsewhere = ZrgClient()
    sign_in(elsewhere, user.email)
    sign_in(client, user.email)

    response = client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "another long phrase", "password2": "another long phrase"},
    )

    assert response.status_code == 302
    assert client.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
