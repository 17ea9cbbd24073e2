import pytest

from leads.models import Lead, LeadImportJob
from tests.factories import LeadFactory, MembershipFactory, WorkspaceFactory
from tests.factories.imports import csv_file
from tests.support.drain import drain

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

URL = "/api/imports/leads"
ROWS = ("Dana,Reyes,dana@x.example,4155552671,Northfork,", "Kim,,known@x.example,,,", "Noa,,,,,")


@pytest.fixture
def workspace():
    return WorkspaceFactory()


def upload(client, workspace, **fields):
    return client.post(URL, {"clientId": str(workspace.pk), "file": csv_file(*ROWS), **fields})


def test_upload_start_progress_and_errors(client, workspace):
    LeadFactory(workspace=workspace, email="known@x.example")
    client.login_as(workspace.owner)

    uploaded = upload(client, workspace)
    body = uploaded.json()
    assert uploaded.status_code == 201
    assert (body["status"], body["totalRows"], body["preview"]["ready"]) == ("pending", 3, True)
    assert [row["outcome"] for row in body["preview"]["rows"]] == ["create", "duplicate", "invalid"]
    assert body["preview"]["rows"][1]["matchedBy"] == "email"
    assert body["preview"]["rows"][2]["problems"] == [{"field": "", "code": "no_identity"}]

    url = f"{URL}/{body['id']}"
    started = client.post(f"{url}/start", {"onDuplicate": "update"}, content_type="application/json")
    assert (started.status_code, started.json()["status"], started.json()["onDuplicate"]) == (
        202,
        "validating",
        "update",
    )
    assert client.post(f"{url}/start").status_code == 202
    drain()

    done = client.get(url).json()
    assert [done[name] for name in ("status", "processedRows", "createdLeads", "duplicateRows", "invalidRows")] == [
        "completed",
        3,
        1,
        1,
        1,
    ]
    errors = b"".join(client.get(f"{url}/errors.csv").streaming_content).decode("utf-8-sig")
    assert errors.splitlines()[1].startswith("4,,no_identity,")
    assert client.post(f"{url}/cancel").json()["cancelled"] is False


def test_mapping_is_changed_before_the_start_and_never_after(client, workspace):
    client.login_as(workspace.owner)
    body = upload(client, workspace, mapping='{"Email": "email"}').json()
    url = f"{URL}/{body['id']}"
    assert body["mapping"] == {"Email": "email"}

    changed = client.patch(url, {"mapping": {"Phone": "phone"}}, content_type="application/json")
    refused = client.patch(url, {"mapping": {"Nothing": "phone"}}, content_type="application/json")
    assert (changed.status_code, changed.json()["mapping"]) == (200, {"Phone": "phone"})
    assert (refused.status_code, refused.json()["error"]) == (422, "unknown_column")

    client.post(f"{url}/start")
    late = client.patch(url, {"mapping": {"Email": "email"}}, content_type="application/json")
    assert (late.status_code, late.json()["error"]) == (409, "import_state")


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"mapping": "{"}, 422, "bad_input"),
        ({"mapping": "[1]"}, 422, "bad_input"),
        ({"mapping": '{"Email": "email", "Phone": "email"}'}, 422, "field_twice"),
        ({"mapping": '{"Email": "id"}'}, 422, "unknown_field"),
        ({"mapping": '{"First Name": "first_name"}'}, 422, "no_identity_column"),
        ({"mappingName": "none"}, 422, "unknown_mapping"),
        ({"onDuplicate": "merge"}, 422, "bad_input"),
        ({"source": "elsewhere"}, 422, "bad_input"),
        ({"file": ""}, 422, "file_required"),
    ],
)
def test_bad_uploads_are_refused_by_name_and_leave_nothing(client, workspace, fields, status, error):
    answer = upload(client.login_as(workspace.owner), workspace, **fields)

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert (LeadImportJob.objects.count(), Lead.objects.count()) == (0, 0)


def test_only_run_bulk_may_and_only_in_its_own_workspace(client, workspace):
    other = WorkspaceFactory()
    foreign = upload(client.login_as(other.owner), other).json()["id"]
    client.login_as(workspace.owner)

    assert upload(client, other).status_code == 404
    assert client.get(f"{URL}/{foreign}").status_code == 404
    assert client.post(f"{URL}/{foreign}/start").status_code == 404
    client.login_as(MembershipFactory(workspace=workspace, role="INBOX_MANAGER").user)
    assert upload(client, workspace).status_code == 403
    assert LeadImportJob.objects.count() == 1
