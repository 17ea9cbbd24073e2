"""The first layer: every URL declares an action or is public for a written reason."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from zrg.workspaces.decorators import declared_actions
from zrg.workspaces.rules.permissions import ACTIONS

# Views nobody is signed in for, or that check something else than a permission.
PUBLIC_VIEWS = {
    "healthz": "asked by machines; tells nothing",
    "readyz": "asked by machines; details need the cron secret",
    "api_health": "the same under another address",
    "metrics": "protected by METRICS_TOKEN",
    "favicon": "a picture",
    "login": "redirect to the log-in",
    "invitation": "holder of the token",
}
# Pages of allauth: they act on the signed-in person's own account, or sign somebody in.
PUBLIC_PREFIXES = {
    "account_": "log-in, reset, one's own password",
    "mfa_": "one's own second factor",
    "openid_connect_": "single sign-on",
    "socialaccount_": "single sign-on",
    "usersessions_": "one's own sessions",
    "provision_": "authenticated by a secret in a header",
    "cron_": "authenticated by the cron secret",
    "webhook_": "authenticated by the provider's secret or signature",
    "api_cron": "authenticated by the cron secret",
    "api_webhook": "authenticated by the provider's secret or signature",
}
PUBLIC_MODULES = {
    "integrations": "webhooks: authenticated by the provider's secret or signature",
    "zrg.jobs": "dispatch: authenticated by the cron secret",
}


def views() -> Iterator[tuple[str, str, Any]]:
    """(route, name, callback) of every URL."""
    yield from _walk(get_resolver().url_patterns, "", "")


def _walk(patterns: list[URLPattern | URLResolver], prefix: str, namespace: str) -> Iterator[tuple[str, str, Any]]:
    for entry in patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, route, entry.namespace or namespace)
        else:
            yield route, f"{namespace}:{entry.name}" if namespace else str(entry.name), entry.callback


def is_public(name: str, callback: Any) -> bool:
    module = getattr(callback, "__module__", "")
    return (
        name in PUBLIC_VIEWS
        or any(name.startswith(prefix) for prefix in PUBLIC_PREFIXES)
        or any(module == part or module.startswith(f"{part}.") for part in PUBLIC_MODULES)
    )


def test_hard_01_three_layers_every_view_declares_an_action():
    undeclared = [
        route
        for route, name, callback in views()
        if not is_public(name, callback) and not list(declared_actions(callback))
    ]
    # The admin's own static pages and the redirect of unknown addresses.
    allowed = ["admin/jsi18n/", "admin/login/", "admin/logout/", "admin/(?P<url>.*)$", "login/", "login"]

    assert [route for route in undeclared if route not in allowed] == []


def test_declared_actions_exist_in_the_matrix():
    unknown = {
        (route, action)
        for route, _, callback in views()
        for action in declared_actions(callback)
        if action not in ACTIONS
    }

    assert unknown == set()


@pytest.mark.django_db
def test_anonymous_visitor_gets_nothing_but_public_pages(client: Client):
    answers = {
        route: client.get(f"/{route}").status_code
        for route, name, callback in views()
        if not is_public(name, callback) and "<" not in route and "(" not in route and list(declared_actions(callback))
    }

    assert {route: status for route, status in answers.items() if status not in {302, 401, 405}} == {}


def test_hard_01_three_layers_views_never_ask_for_all_rows():
    root = Path(__file__).resolve().parents[3]
    sources = [
        path
        for app in ("zrg/workspaces", "zrg/jobs", "integrations", "leads", "inbox")
        for room in ("views", "api")
        for path in (root / app / room).rglob("*.py")
    ]

    found = [str(path.relative_to(root)) for path in sources if ".objects.all()" in path.read_text()]

    assert len(sources) > 10
    assert found == []
