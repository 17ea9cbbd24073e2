"""Signing in through the page."""

from typing import Any

from tests.factories.workspaces import PASSWORD
from tests.support.client import ZrgClient

LOGIN = "/account/login/"


def sign_in(client: ZrgClient, email: str, password: str = PASSWORD, **extra: Any) -> Any:
    """What the log-in page answers."""
    return client.post(LOGIN, {"login": email, "password": password, **extra})
