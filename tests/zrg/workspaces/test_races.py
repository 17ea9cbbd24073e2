"""Two at once, on real connections: one code, one bootstrap, one invitation."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connections

from tests.factories import InvitationFactory, MembershipFactory, UserFactory
from tests.support.client import ZrgClient
from zrg.lib.errors import ZrgError
from zrg.workspaces.context import platform
from zrg.workspaces.models import Membership, User, Workspace
from zrg.workspaces.services.invitations import accept_invitation
from zrg.workspaces.services.provisioning import bootstrap
from zrg.workspaces.services.second_factor import use_code

pytestmark = pytest.mark.integration
PHRASE = "a long first passphrase"


def at_once(work: Callable[[], Any], *, times: int = 2) -> list[Any]:
    """Run `work` in threads with connections of their own; results or errors in any order."""
    start, results = threading.Barrier(times), []

    def run() -> None:
        start.wait()
        try:
            results.append(work())
        except ZrgError as error:
            results.append(error.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_hard_01_totp_step_once_under_a_race(committed_db):
    with platform():
        user, secret = UserFactory(), generate_totp_secret()
        TOTP.activate(user, secret)
    code = format_hotp_value(hotp_value(secret, int(time.time()) // 30))

    results = at_once(lambda: use_code(user, code), times=4)

    assert sorted(result is not None for result in results) == [False, False, False, True]


def test_two_identical_bootstraps_answer_like_a_sequence(committed_db):
    body = {"workspaceName": "Northwind", "adminEmail": "owner@x.example", "adminPassword": PHRASE}

    def call() -> int:
        with platform(timeout_ms=10_000):
            return bootstrap(body).status

    results = at_once(call)

    assert sorted(results, key=str) == [201, "workspace_exists"]
    with platform():
        assert (User.objects.count(), Workspace.objects.count()) == (1, 1)


def test_invitation_is_accepted_once(committed_db):
    with platform():
        InvitationFactory(token="the-token")

    results = at_once(lambda: accept_invitation("the-token", display_name="New", password=PHRASE).email)

    with platform():
        assert Membership.objects.count() == 1
    assert len([result for result in results if result == "invitation_gone"]) == 1


def test_role_change_met_by_two_requests_keeps_the_person_signed_in(committed_db):
    with platform():
        membership = MembershipFactory(role="SETTER")
    begun = ZrgClient().login_as(membership.user)
    begun.get("/account/")
    before = begun.session.session_key
    with platform():
        MembershipFactory(workspace=membership.workspace, user=membership.user, role="ADMIN")

    def call() -> tuple[int, str]:
        one = ZrgClient()
        one.cookies["sessionid"] = before
        return one.get("/account/").status_code, one.cookies["sessionid"].value

    results = at_once(call, times=2)

    after = {key for _, key in results}
    assert [status for status, _ in results] == [200, 200]
    assert len(after) == 1
    assert before not in after
    assert set(Session.objects.values_list("session_key", flat=True)) == {before, *after}
    assert set(UserSession.objects.values_list("session_key", flat=True)) == after
