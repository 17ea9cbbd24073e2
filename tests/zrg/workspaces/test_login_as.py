"""`login_as` signs a person in by itself: what it leaves is what Django's own sign-in leaves."""

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session

from tests.factories import UserFactory
from tests.support.client import BACKEND, ZrgClient

pytestmark = pytest.mark.django_db


def test_the_rows_are_those_of_a_forced_login(client):
    quick, usual = UserFactory.create_batch(2)
    other = ZrgClient()

    client.login_as(quick)
    other.force_login(usual, backend=BACKEND)

    for user, browser in ((quick, client), (usual, other)):
        before = user.last_login
        user.refresh_from_db()
        assert before is not None
        assert user.last_login == before
        session = Session.objects.get(session_key=browser.cookies["sessionid"].value)
        assert session.get_decoded() == {
            SESSION_KEY: str(user.pk),
            BACKEND_SESSION_KEY: BACKEND,
            HASH_SESSION_KEY: user.get_session_auth_hash(),
        }
        assert browser.session.get_expiry_age() == 14 * 24 * 60 * 60
    assert Session.objects.count() == 2
    assert (
        client.cookies["sessionid"].output().partition("; ")[2]
        == other.cookies["sessionid"].output().partition("; ")[2]
    )


def test_signing_in_again_ends_the_session_of_the_person_before(client):
    first, second = UserFactory.create_batch(2)
    key = client.login_as(first).cookies["sessionid"].value

    client.login_as(second)

    assert Session.objects.filter(session_key=key).count() == 0
    assert client.session[SESSION_KEY] == str(second.pk)
