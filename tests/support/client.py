"""Requests as in production: without any row-security context, outside of the test's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import update_last_login
from django.db import connections
from django.http import HttpRequest
from django.test import Client

from zrg.workspaces.context import NOTHING, _apply
from zrg.workspaces.models import User
from zrg.workspaces.session_store import SessionStore

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@contextmanager
def no_context() -> Iterator[None]:
    """Inside, row security shows nothing until somebody opens a context; the outer one comes back."""
    connection = connections["default"]  # the proxy `django.db.connection` has a dictionary of its own
    stack = connection.__dict__.setdefault("_zrg_contexts", [])
    held = list(stack)
    if connection.in_atomic_block:
        _apply(NOTHING, "default")
    stack.clear()
    outer = connection.__dict__.get("_zrg_outer_contexts", 0)
    connection.__dict__["_zrg_outer_contexts"] = 0
    try:
        yield
    finally:
        stack[:] = held
        connection.__dict__["_zrg_outer_contexts"] = outer
        if held and connection.in_atomic_block and not connection.needs_rollback:
            _apply(held[-1], "default")


class ZrgClient(Client):
    """Django's test client whose requests start without context; `login_as` signs a person in."""

    def login_as(self, user: User) -> "ZrgClient":
        """Sign in without the log-in page.

        A visitor without a session gets one in four statements; `force_login` makes, changes and replaces it in
        seventeen and leaves the same rows.
        """
        if settings.SESSION_COOKIE_NAME in self.cookies:
            self.force_login(user, backend=BACKEND)
            return self
        user.backend = BACKEND
        request = HttpRequest()
        request.session = SessionStore()
        request.session.update(
            {
                SESSION_KEY: str(user.pk),
                BACKEND_SESSION_KEY: BACKEND,
                HASH_SESSION_KEY: user.get_session_auth_hash(),
            }
        )
        request.session.create()
        update_last_login(User, user)
        self._set_login_cookies(request)
        return self

    def step_up(self) -> "ZrgClient":
        """As if the person had just given their password."""
        import time

        session = self.session
        user_id = session["_auth_user_id"]
        session["account_authentication_methods"] = [{"method": "password", "at": time.time(), "reauthenticated": True}]
        session["account_authentication_methods_user"] = user_id
        session.save()
        return self

    def request(self, **request: Any) -> Any:
        with no_context():
            return super().request(**request)


@pytest.fixture
def client() -> ZrgClient:
    """An anonymous visitor."""
    return ZrgClient()


@pytest.fixture
def htmx_headers() -> dict[str, str]:
    """Headers of a page fragment's request."""
    return {"HX-Request": "true"}
