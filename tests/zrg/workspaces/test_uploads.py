import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories import WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.workspaces import uploads

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _small_requests(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_REQUEST_BYTES", 1_000)


def send(client, workspace):
    file = SimpleUploadedFile("a.csv", b"Email\n" + b"a@x.example\n" * 200)
    return client.post(f"/w/{workspace.pk}/imports/upload", {"file": file}).status_code


def test_request_that_is_too_long_is_refused():
    workspace = WorkspaceFactory()

    assert send(ZrgClient().login_as(workspace.owner), workspace) == 413


def test_strangers_request_is_refused_while_its_token_is_looked_for():
    client = ZrgClient(enforce_csrf_checks=True)
    client.get("/account/login/")

    assert send(client, WorkspaceFactory()) == 413
