"""Knowledge in the settings."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tests.factories import MembershipFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.ai.models import KnowledgeAsset, KnowledgeAssetRevision
from zrg.ai.services.knowledge import KNOWLEDGE_PROCESS, add_text
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import Workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory()


@pytest.fixture
def owner(workspace: Workspace, client: ZrgClient) -> ZrgClient:
    return client.login_as(workspace.owner)


def url(workspace: Workspace, *parts: str) -> str:
    return "/".join([f"/w/{workspace.pk}/settings/ai/knowledge", *parts])


def item(asset: KnowledgeAsset, *parts: str) -> str:
    return url(asset.workspace, "of", str(asset.pk), *parts)


def source(workspace: Workspace, name: str = "Prices", **values: Any) -> KnowledgeAsset:
    made = add_text(workspace.pk, name, "Ten seats cost 450 a month.", by=workspace.owner)
    KnowledgeAsset.objects.filter(pk=made.pk).update(**{"state": "ready", "text_content": "450 for ten.", **values})
    made.refresh_from_db()
    return made


def form_of(client: ZrgClient, asset: KnowledgeAsset, **changes: str) -> dict[str, str]:
    version = re.search(r'name="version" value="(\w+)"', client.get(item(asset)).content.decode())
    assert version is not None
    return {
        "version": version[1],
        "name": asset.name,
        "mode": asset.ai_context_mode,
        "notes": asset.text_content,
        "text": asset.raw_content,
        **changes,
    }


def test_empty_page_says_what_to_add(owner: ZrgClient, workspace: Workspace) -> None:
    html = owner.get(url(workspace)).content.decode()

    assert "Drafts say only what they know" in html
    assert "hx-trigger" not in html
    assert "Nothing yet" in owner.get(f"/w/{workspace.pk}/settings/ai").content.decode()


def test_text_is_added_and_watched_until_it_is_read(
    owner: ZrgClient, workspace: Workspace, htmx_headers: dict[str, str]
) -> None:
    form = {"kind": "text", "name": "Prices", "text": "Ten seats cost 450."}
    response = owner.post(url(workspace, "addition"), form)

    made = KnowledgeAsset.objects.get()
    busy = owner.get(url(workspace)).content.decode()
    KnowledgeAsset.objects.update(state="ready")
    ready = owner.get(url(workspace), headers=htmx_headers).content.decode()

    assert (response.status_code, made.raw_content, made.state) == (302, "Ten seats cost 450.", "pending")
    assert BackgroundJob.objects.get().type == KNOWLEDGE_PROCESS
    assert "Being read…" in busy
    assert 'hx-trigger="load delay:2s"' in busy
    assert "Ready" in ready
    assert "hx-trigger=" not in ready
    assert "<html" not in ready


@pytest.mark.parametrize(
    ("form", "field", "sentence"),
    [
        ({"kind": "text", "name": "Prices", "text": ""}, "id_text_error", "The text is empty."),
        ({"kind": "text", "name": "", "text": "x"}, "id_name_error", "A name of 1 to 160 characters."),
        ({"kind": "url", "name": "", "url": "ftp://files.example/x"}, "id_url_error", ""),
        ({"kind": "file", "name": "x"}, "id_file_error", "Choose a file first."),
    ],
)
def test_source_is_refused_beside_the_field(
    owner: ZrgClient, workspace: Workspace, form: dict[str, str], field: str, sentence: str
) -> None:
    response = owner.post(url(workspace, "addition"), form)

    html = response.content.decode()
    assert response.status_code == 422
    assert sentence in html.split(f'id="{field}"')[1][:300]
    assert not KnowledgeAsset.objects.exists()
    assert not BackgroundJob.objects.exists()


def test_file_is_added_by_what_it_is(owner: ZrgClient, workspace: Workspace) -> None:
    text = SimpleUploadedFile("answers.md", b"# Answers\n\nTen seats cost 450.")
    program = SimpleUploadedFile("answers.pdf", b"\x7fELF\x02\x01\x01" + b"\x00" * 200)

    done = owner.post(url(workspace, "addition"), {"kind": "file", "name": "", "file": text})
    refused = owner.post(url(workspace, "addition"), {"kind": "file", "name": "", "file": program})

    assert (done.status_code, refused.status_code) == (302, 422)
    assert [row.name for row in KnowledgeAsset.objects.all()] == ["answers"]


def test_notes_are_corrected_and_restored(owner: ZrgClient, workspace: Workspace) -> None:
    asset = source(workspace)

    saved = owner.post(item(asset), form_of(owner, asset, notes="450 dollars for ten.", mode="raw"))
    revision = KnowledgeAssetRevision.objects.get()
    after = KnowledgeAsset.objects.get()
    owner.post(item(asset, "restoration"), {"revision": str(revision.pk)})

    asset.refresh_from_db()
    assert saved.status_code == 302
    assert (after.text_content, after.ai_context_mode, after.state) == ("450 dollars for ten.", "raw", "ready")
    assert (revision.text_content, revision.author) == ("450 for ten.", workspace.owner)
    assert (asset.text_content, asset.ai_context_mode) == ("450 for ten.", "notes")


def test_stale_notes_are_not_saved(owner: ZrgClient, workspace: Workspace) -> None:
    asset = source(workspace)
    stale = form_of(owner, asset, notes="Mine")
    KnowledgeAsset.objects.update(text_content="Theirs")

    response = owner.post(item(asset), stale)

    asset.refresh_from_db()
    html = response.content.decode()
    assert response.status_code == 409
    assert "Mine</textarea>" in html
    assert "Theirs</pre>" in html
    assert asset.text_content == "Theirs"


def test_sources_are_arranged(owner: ZrgClient, workspace: Workspace, htmx_headers: dict[str, str]) -> None:
    one, two, three = (source(workspace, name) for name in ("One", "Two", "Three"))

    owner.post(url(workspace, "order"), {"id": str(three.pk), "direction": "up"})
    html = owner.post(
        url(workspace, "order"), {"id": str(one.pk), "direction": "down"}, headers=htmx_headers
    ).content.decode()
    owner.post(url(workspace, "order"), {"id": str(two.pk), "direction": "down"})

    assert [row.name for row in KnowledgeAsset.objects.in_page_order()] == ["Three", "One", "Two"]
    assert html.index("Three") < html.index("One") < html.index("Two")


def test_source_that_failed_says_why_and_is_read_again(owner: ZrgClient, workspace: Workspace) -> None:
    asset = source(workspace, state="failed", error="The page answered 404.")
    BackgroundJob.objects.update(status="DONE")

    listed = owner.get(url(workspace)).content.decode()
    tab = owner.get(f"/w/{workspace.pk}/settings/ai").content.decode()
    owner.post(item(asset, "reading"))

    asset.refresh_from_db()
    assert "The page answered 404." in listed
    assert "1 could not be read" in tab
    assert (asset.state, asset.error) == ("pending", "")


def test_archived_source_is_kept_out_of_the_list(owner: ZrgClient, workspace: Workspace) -> None:
    asset = source(workspace)

    owner.post(item(asset, "archival"))
    html = owner.get(item(asset)).content.decode()
    owner.post(item(asset, "return"))

    asset.refresh_from_db()
    assert "Use it again" in html
    assert asset.archived_at is None


def test_website_is_kept_apart(owner: ZrgClient, workspace: Workspace) -> None:
    saved = owner.post(url(workspace, "website"), {"website": "northfork.example/"})
    refused = owner.post(url(workspace, "website"), {"website": "not an address"})

    html = owner.get(url(workspace)).content.decode()
    site = KnowledgeAsset.objects.get()
    assert (saved.status_code, refused.status_code) == (302, 422)
    assert site.file_url == "https://northfork.example"
    assert 'value="https://northfork.example"' in html
    assert "Drafts say only what they know" in html
    assert owner.get(item(site)).status_code == 404


def test_list_reads_no_texts_and_costs_the_same(owner: ZrgClient, workspace: Workspace) -> None:
    counts = []
    for _ in range(2):
        source(workspace, f"Source {len(counts)}")
        with CaptureQueriesContext(connections["default"]) as queries:
            owner.get(url(workspace))
        found = [one["sql"] for one in queries if 'FROM "ai_knowledgeasset"' in one["sql"]]
        counts.append(len(found))
        for number in range(5):
            source(workspace, f"More {len(counts)} {number}")

    assert counts == [2, 2]


@pytest.mark.parametrize("role", [MembershipRole.INBOX_MANAGER, MembershipRole.SETTER, MembershipRole.CLIENT_PORTAL])
def test_others_change_nothing(client: ZrgClient, workspace: Workspace, role: MembershipRole) -> None:
    asset = source(workspace)
    client.login_as(MembershipFactory(workspace=workspace, role=role.value).user)

    listed = client.get(url(workspace)).content.decode()
    posts = [
        client.post(url(workspace, "addition"), {"kind": "text", "name": "x", "text": "y"}),
        client.post(item(asset, "archival")),
        client.post(url(workspace, "order"), {"id": str(asset.pk), "direction": "up"}),
    ]

    asset.refresh_from_db()
    assert "Add a source" not in listed
    assert [one.status_code for one in posts] == [403, 403, 403]
    assert (KnowledgeAsset.objects.count(), asset.archived_at) == (1, None)
