"""Pages of errors, as they are with DEBUG off: what happened, what to do next, and nothing else."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpResponse
from django.test import RequestFactory

from tests.factories import MembershipFactory
from tests.support.client import ZrgClient
from zrg.workspaces.errors import CacheUnavailable, TooManyRequests
from zrg.workspaces.models import SystemNotice, Workspace
from zrg.workspaces.navigation import SETTINGS_TABS
from zrg.workspaces.registry import settings_sections
from zrg.workspaces.views import errors

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}
LOGIN, SESSIONS = "/account/login/", "/account/sessions/"
REFERENCE = "abcdef-12345"


def words(response: HttpResponse) -> str:
    main = response.content.decode().partition("<main")[2].partition("</main>")[0].partition(">")[2]
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", main)).split())


def ways(response: HttpResponse) -> list[str]:
    return re.findall(r'href="([^"]*)"', response.content.decode().partition("<main")[2])


@pytest.fixture
def workspace(client: ZrgClient) -> Workspace:
    """One in which the client is signed in as an admin."""
    membership = MembershipFactory(role="ADMIN")
    client.raise_request_exception = False
    client.login_as(membership.user)
    return membership.workspace


@pytest.fixture
def meet(workspace: Workspace, client: ZrgClient, monkeypatch: pytest.MonkeyPatch) -> Callable[..., HttpResponse]:
    """Ask for a page that raises the given error."""

    def ask(error: Exception, headers: dict[str, str] | None = None) -> HttpResponse:
        def fail(*args: object, **kwargs: object) -> None:
            raise error

        monkeypatch.setattr("zrg.workspaces.views.account.sessions_of", fail)
        return client.get(SESSIONS, headers={"x-request-id": REFERENCE, **(headers or {})})

    return ask


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        (SuspiciousOperation("secret"), 400, "This request cannot be read"),
        (PermissionDenied("secret"), 403, "You may look, but not do this"),
        (TooManyRequests(retry_after=30), 429, "Too many attempts"),
        (RuntimeError("secret"), 500, "Something went wrong"),
        (CacheUnavailable(), 503, "Not available right now"),
    ],
)
def test_page_says_what_happened_what_to_do_and_the_reference(meet, error, status, says):
    page = meet(error)

    assert page.status_code == status
    assert words(page).startswith(says)
    assert words(page).endswith(f"Back to the inbox Error {status} · Ref {REFERENCE}")
    assert ways(page) == ["/"]
    assert "secret" not in page.content.decode()


def test_program_gets_the_code_and_of_faults_the_reference(meet):
    refused, broken = meet(PermissionDenied(), JSON), meet(RuntimeError("secret"), JSON)

    assert (refused.status_code, refused.json()) == (403, {"error": "forbidden"})
    assert (broken.status_code, broken.json()) == (500, {"error": "server_error", "requestId": REFERENCE})


def test_visitor_is_led_to_the_login(client):
    page = client.get("/nonsense")

    assert page.status_code == 404
    assert ways(page) == [LOGIN]
    assert words(page).startswith("Nothing here")


def test_operator_is_led_back_to_operations(client, workspace):
    page = client.get("/admin/nonsense/")

    assert page.status_code in {403, 404}
    assert ways(page) == ["/admin/"]


def test_old_form_leads_back_to_its_page(workspace):
    strict = ZrgClient(enforce_csrf_checks=True).login_as(workspace.memberships.get().user)
    came_from = {"Referer": f"http://testserver{SESSIONS}?a=1"}

    page = strict.post(f"{SESSIONS}end-others/", headers=came_from)
    lost = ZrgClient(enforce_csrf_checks=True).post(f"{SESSIONS}end-others/")
    program = strict.post("/api/inbox/presence", {}, content_type="application/json", headers=JSON)

    assert (page.status_code, ways(page)) == (403, [f"{SESSIONS}?a=1"])
    assert words(page).startswith("This page was open too long Nothing was saved:")
    assert (lost.status_code, ways(lost)) == (403, [LOGIN])
    assert (program.status_code, program.json()) == (403, {"error": "csrf_failed"})


def test_lost_session_leads_to_the_login_and_back(client, workspace):
    Session.objects.all().delete()

    answer = client.post(f"{SESSIONS}end-others/", headers={"Referer": f"http://testserver{SESSIONS}"})

    assert (answer.status_code, answer["Location"]) == (302, f"{LOGIN}?next=%2Faccount%2Fsessions%2F")


def test_host_that_is_not_ours_gets_a_page(client, settings):
    settings.ALLOWED_HOSTS = ["testserver"]

    page = client.get("/nonsense", headers={"Host": "elsewhere.example"})

    assert page.status_code == 400
    assert words(page).startswith("This request cannot be read")


def test_form_that_is_too_large_says_so(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    strict = ZrgClient(enforce_csrf_checks=True)
    strict.cookies["csrftoken"] = "a" * 32

    page = strict.post(LOGIN, "a=" + "b" * 200, content_type="application/x-www-form-urlencoded")

    assert page.status_code == 413
    assert words(page).startswith("That is too large")


def test_fault_asks_no_row_for_its_page(rf: RequestFactory, django_assert_num_queries):
    SystemNotice.objects.create(text="Maintenance at noon", level="warning")
    request = rf.get("/nonsense")
    request.access = object()

    with django_assert_num_queries(0):
        page = errors.server_error(request)

    assert page.status_code == 500
    assert "Maintenance at noon" not in page.content.decode()


def test_fault_of_the_page_itself_gives_the_bare_one(client, settings):
    # No file of the pages was collected: each one asked for is a fault.
    storage = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": storage}}

    page = client.get("/nonsense", headers={"x-request-id": REFERENCE})

    nonce = re.search(r"style-src 'nonce-([\w-]+)'", page["Content-Security-Policy"])
    assert page.status_code == 404
    assert words(page).startswith("Nothing here")
    assert words(page).endswith(f"Error 404 · Ref {REFERENCE}")
    assert f'<style nonce="{nonce[1]}">' in page.content.decode()
    assert not re.search(r"src=|<link|/static/|https?:", page.content.decode())


def test_method_no_view_takes_has_a_page(client, workspace):
    page, program = client.get(f"{SESSIONS}end-others/"), client.get(f"{SESSIONS}end-others/", headers=JSON)

    assert (page.status_code, page["Allow"]) == (405, "POST")
    assert words(page).startswith("Nothing to look at here This address only takes what a page sends to it.")
    assert (program.status_code, program["Allow"], program.json()) == (405, "POST", {"error": "method_not_allowed"})


def test_addresses_below_every_section_have_pages(client, workspace):
    asked = []
    for tab in SETTINGS_TABS:
        for section in settings_sections(tab):
            if section.platform:
                continue
            root = f"/w/{workspace.pk}/settings/{tab}/{section.key}"
            asked += [(f"{root}/nonsense", 404), (f"{root}/of/nonsense/nonsense", 404), (f"{root}/a/b/c/d", 404)]
            asked += [(f"{root}/{act}", 405) for act in section.acts]
            asked += [(f"{root}/of/nonsense/{act}", 405) for act in section.item_acts]

    pages = {address: client.get(address) for address, _ in asked}

    assert len(asked) > 150
    assert {address: page.status_code for address, page in pages.items()} == dict(asked)
    assert {words(page).partition(" here ")[0] for page in pages.values()} == {"Nothing", "Nothing to look at"}
