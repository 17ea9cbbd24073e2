"""Whoever may not change a section sees it closed, and nothing that is sent anyway is stored: for every section
there is, every act of it, and every role.
"""

import re
from collections.abc import Iterator
from functools import cache

import pytest
from django.db import connection

from tests.factories import ConnectionFactory, MembershipFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.workspaces.enums import Decision, MembershipRole, WorkspaceStatus
from zrg.workspaces.models import User, Workspace
from zrg.workspaces.navigation import SETTINGS_TABS
from zrg.workspaces.registry import SettingsSection, settings_sections
from zrg.workspaces.rules.permissions import decide
from zrg.workspaces.rules.settings_fields import SYSTEM, WRITERS
from zrg.workspaces.settings_frame import READ_ONLY, SUSPENDED

pytestmark = pytest.mark.django_db

SECTIONS = [section for tab in SETTINGS_TABS for section in settings_sections(tab)]
ROLES = [MembershipRole.INBOX_MANAGER, MembershipRole.SETTER, MembershipRole.CLIENT_PORTAL]
MAY = {Decision.ALLOW, Decision.ASSIGNED, Decision.OWN}
CLOSED = [
    pytest.param(section, role, id=f"{section.tab}/{section.key}-{role}")
    for section in SECTIONS
    for role in ROLES
    if decide(role.value, (), section.action) not in MAY
]
# One's own account is no setting of the workspace.
OF_A_WORKSPACE = [
    pytest.param(section, id=f"{section.tab}/{section.key}") for section in SECTIONS if section.key != "account"
]
PASSING = {"django_session", "usersessions_usersession", "zrg_cache"}
# No part of an address is like its end: those are made of the digits of hexadecimal numbers.
API_KEY = "eb_live_0123456789uvwxyz"
FORM = re.compile(r"<form\b[^>]*method=\"post\"[^>]*>(.*?)</form>", re.DOTALL)
CLOSED_FIELDS = re.compile(r"<fieldset\b[^>]*\bdisabled\b[^>]*>.*?</fieldset>", re.DOTALL)
CONTROL = re.compile(r"<(?:input|select|textarea|button)\b(?![^>]*type=\"hidden\")[^>]*>")
# Columns that have no page of columns: by whom they are written, or why they wait.
WITHOUT_PAGE = {
    "crm_webhook_enabled": "the outgoing webhook comes later (07 R16)",
    "crm_webhook_url": "the outgoing webhook comes later (07 R16)",
    "crm_webhook_events": "the outgoing webhook comes later (07 R16)",
    "chatgpt_export_defaults": "kept by the dialog of the transcript export (12 R16)",
}


@pytest.fixture
def workspace() -> Workspace:
    made = WorkspaceFactory(name="Northfork Dental")
    ConnectionFactory(workspace=made, secrets={"api_key": API_KEY})
    return made


def rows_of_all_tables() -> dict[str, int]:
    """How many rows each table has; sessions come and go with every request."""
    with connection.cursor() as cursor:
        cursor.execute(count_of_all_tables())
        return dict(cursor.fetchall())


@cache
def count_of_all_tables() -> str:
    tables = [name for name in connection.introspection.table_names() if name not in PASSING]
    return " UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in tables)


def stored(workspace: Workspace) -> tuple[object, ...]:
    workspace.refresh_from_db()
    return (workspace.name, workspace.owner_id, workspace.settings.version, rows_of_all_tables())


def urls_of(section: SettingsSection, workspace: Workspace) -> Iterator[str]:
    page = f"/w/{workspace.pk}/settings/{section.tab}/{section.key}"
    yield page
    yield from (f"{page}/{act}" for act in section.acts)
    if section.item is not None:
        yield from (f"{page}/of/{workspace.pk}{act}" for act in ("", *(f"/{one}" for one in section.item_acts)))


@pytest.mark.parametrize(("section", "role"), CLOSED)
def test_hard_07_settings_read_only_of_every_section(
    client: ZrgClient, workspace: Workspace, section: SettingsSection, role: MembershipRole
) -> None:
    person: User = MembershipFactory(workspace=workspace, role=role.value).user
    client.login_as(person)
    page, *acts = urls_of(section, workspace)

    shown = client.get(page)
    before = stored(workspace)
    refused = [client.post(url, {"version": "1", "name": "Taken over"}).status_code for url in (page, *acts)]

    assert shown.status_code in ((200, 403, 404) if section.seen_with or section.platform else (200,))
    if shown.status_code == 200:
        html = shown.content.decode()
        main = html.split("<main")[1]
        controls = [control for form in FORM.findall(CLOSED_FIELDS.sub("", main)) for control in CONTROL.findall(form)]
        assert READ_ONLY in html
        assert [control for control in controls if "disabled" not in control] == []
        assert API_KEY not in html
        assert API_KEY[-4:] not in main
    assert [status for status in refused if status not in (403, 404, 405)] == []
    assert stored(workspace) == before


@pytest.mark.parametrize("section", OF_A_WORKSPACE)
def test_hard_07_settings_read_only_while_suspended(
    client: ZrgClient, workspace: Workspace, section: SettingsSection
) -> None:
    Workspace.objects.filter(pk=workspace.pk).update(status=WorkspaceStatus.SUSPENDED)
    client.login_as(workspace.owner)
    page, *acts = urls_of(section, workspace)

    shown = client.get(page)
    before = stored(workspace)
    refused = [client.post(url, {"version": "1", "name": "Taken over"}).status_code for url in (page, *acts)]

    assert shown.status_code in (200, 403, 404)
    if shown.status_code == 200 and section.action != "audit.view_workspace":
        assert SUSPENDED in shown.content.decode()
    assert [status for status in refused if status not in (400, 403, 404, 405, 423)] == []
    assert stored(workspace) == before


def test_every_column_has_a_page_or_a_reason() -> None:
    shown = {column for section in SECTIONS for column in section.columns}
    writable = {column for column, who in WRITERS.items() if who != SYSTEM}
    missing = writable - shown - set(WITHOUT_PAGE)

    assert missing == set()
    assert shown <= writable
    assert shown & set(WITHOUT_PAGE) == set()
