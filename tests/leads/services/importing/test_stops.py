"""An import sends nothing and stops people, but never lifts a stop."""

import pytest

from inbox.models import Message, SendOrder
from leads.models import Lead, OptOut
from leads.services.optouts import is_remembered, remember_opt_out
from leads.services.status import blacklist_lead
from tests.factories import LeadFactory, WorkspaceFactory
from tests.leads.services.importing.conftest import counts, run
from zrg.jobs.models import BackgroundJob
from zrg.workspaces.models import AdminAuditEvent

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_hard_03_import_sends_nothing():
    workspace = WorkspaceFactory()
    LeadFactory(workspace=workspace, email="dana@northfork.example")

    run(
        workspace,
        ["Dana,Reyes,dana@northfork.example,,,", "Priya,Nair,priya@x.example,+14155552671,,"],
        on_duplicate="update",
    )

    assert set(BackgroundJob.objects.values_list("type", flat=True)) == {"LEAD_IMPORT"}
    assert (Message.objects.count(), SendOrder.objects.count()) == (0, 0)


def test_remembered_opt_out_makes_a_new_lead_start_stopped():
    workspace, elsewhere = WorkspaceFactory(), WorkspaceFactory()
    remember_opt_out(workspace.pk, emails=["gone@x.example"], reason="unsubscribed")
    remember_opt_out(workspace.pk, phones=[("+14155552671", "4155552671")], reason="opt_out")
    remember_opt_out(elsewhere.pk, emails=["free@x.example"], reason="opt_out")

    run(workspace, ["A,,gone@x.example,,,", "B,,new@x.example,4155552671,,", "C,,free@x.example,,,"])

    leads = {lead.email: lead for lead in Lead.objects.in_workspace(workspace)}
    stopped = leads["gone@x.example"]
    assert (stopped.status, stopped.blacklist_reason, stopped.sentiment_tag) == (
        "blacklisted",
        "unsubscribed",
        "Blacklist",
    )
    assert (stopped.overall_score, stopped.auto_book_meetings_enabled) == (0, False)
    assert leads["new@x.example"].blacklist_reason == "opt_out"
    assert leads["free@x.example"].status == "new"


def test_blacklisted_rows_stop_existing_and_new_people():
    workspace = WorkspaceFactory()
    existing = LeadFactory(workspace=workspace, email="old@x.example")
    bounced = LeadFactory(workspace=workspace, email="bounced@x.example")
    complained = LeadFactory(workspace=workspace, email="complained@x.example")
    blacklist_lead(bounced, "bounce")
    blacklist_lead(complained, "complaint")

    job = run(
        workspace,
        [
            "old@x.example,Blacklisted",
            "bounced@x.example,blacklisted",
            "complained@x.example,blacklisted",
            "new@x.example,blacklisted",
        ],
        header="email,status",
    )

    reasons = dict(Lead.objects.in_workspace(workspace).values_list("email", "blacklist_reason"))
    assert counts(job) == (4, 1, 3, 0)
    assert reasons == {
        "old@x.example": "manual",
        "bounced@x.example": "manual",
        "complained@x.example": "complaint",
        "new@x.example": "manual",
    }
    assert is_remembered(workspace.pk, email="new@x.example")
    assert AdminAuditEvent.objects.filter(action="lead.blacklisted", object_id=str(existing.pk)).count() == 1
    assert AdminAuditEvent.objects.get(action="lead.blacklisted", object_id=str(existing.pk)).actor == workspace.owner


@pytest.mark.parametrize("reason", ["opt_out", "bounce"])
def test_file_never_lifts_a_stop(reason):
    workspace = WorkspaceFactory()
    lead = LeadFactory(workspace=workspace, email="old@x.example")
    blacklist_lead(lead, reason)
    remembered = OptOut.objects.count()

    run(workspace, ["old@x.example,qualified"], header="email,status", on_duplicate="update", overwrite_names=True)

    lead.refresh_from_db()
    assert (lead.status, lead.blacklist_reason, OptOut.objects.count()) == ("blacklisted", reason, remembered)
