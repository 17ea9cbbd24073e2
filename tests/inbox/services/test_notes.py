"""Internal notes: written by those who work on the lead, never sent, and told once to whom they name."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from inbox.models import Draft, LeadNote, Message, SendOrder
from inbox.services.notes import MAX_OF_LEAD, add_note, delete_note, edit_note, mentionable
from inbox.services.transcript import plain_transcript
from leads.models import Lead
from leads.services.merging import merge_leads
from tests.factories.inbox import MessageFactory
from tests.factories.leads import LeadFactory
from tests.factories.workspaces import MembershipFactory, UserFactory, WorkspaceFactory
from tests.inbox.desk import make_desk
from tests.support.drain import drain
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.enqueue import enqueue_job
from zrg.lib.errors import BadInput, Conflict, Forbidden, NotVisible, WorkspaceSuspended
from zrg.workspaces.models import AdminAuditEvent

pytestmark = pytest.mark.django_db

SECRET = "Careful: her budget is 40k, do not tell her"


@pytest.fixture
def desk():
    return make_desk()


def write(desk, text="Call her first", by=None, **values):
    return add_note(desk.lead, **{"note_id": uuid.uuid4(), "text": text, "by": by or desk.setter, **values})


def announced():
    jobs = BackgroundJob.objects.filter(payload__event="PersonMentioned")
    return sorted(job.payload["data"]["person_id"] for job in jobs)


def test_hard_07_notes_cannot_be_sent_by_anything_that_sends(simulator):
    """A note beside a reply that is read, answered and sent: no row, no prompt and no call has its text."""
    desk = make_desk(simulator)
    desk.lead.auto_reply_enabled = True
    desk.lead.save(update_fields=["auto_reply_enabled"])
    before = (Draft.objects.count(), SendOrder.objects.count(), Message.objects.count())

    write(desk, f"{SECRET} @Robin")

    assert (Draft.objects.count(), SendOrder.objects.count(), Message.objects.count()) == before
    # Not one of several pieces: those wait until the lead has been quiet.
    Message.objects.filter(pk=desk.reply.pk).update(created_at=timezone.now() - timedelta(minutes=10))
    reply = MessageFactory(lead=desk.lead, body="Great, could you send me the pricing details?")
    enqueue_job("EMAIL_INBOUND_POST_PROCESS", desk.workspace.pk, lead_id=desk.lead.pk, message_id=reply.pk)
    drain(until=timezone.now() + timedelta(minutes=10))
    assert Draft.objects.count() > before[0]
    assert simulator.requests("openai") != []
    said = [str(one) for provider in PROVIDERS for one in simulator.requests(provider)]
    assert [one for one in said if "40k" in one] == []
    assert [row for row in rows_of(Message, Draft, SendOrder) if "40k" in row] == []


PROVIDERS = ("openai", "emailbison", "ghl", "unipile", "smartlead", "instantly", "slack", "resend", "clay", "calendly")


def rows_of(*models):
    return [str(row) for model in models for row in model.objects.values()]


def test_hard_07_notes_cannot_be_sent_as_part_of_the_conversation():
    desk = make_desk()
    write(desk, SECRET)

    transcript = plain_transcript(desk.reply, limit=80)

    assert desk.reply.body in transcript
    assert "40k" not in transcript


def test_hard_07_notes_cannot_be_sent_a_note_has_no_way_out():
    """No table that sends points at a note, and a note points at none."""
    targets = {field.related_model for field in LeadNote._meta.get_fields() if field.is_relation}

    assert {model._meta.label for model in targets} == {"workspaces.Workspace", "leads.Lead", "workspaces.User"}


def test_note_is_written_and_named_people_are_announced(desk):
    note = write(desk, "  @robin please look.\r\nAnd @Kim, @Client, @Nobody  ")

    assert (note.text, note.author) == ("@robin please look.\nAnd @Kim, @Client, @Nobody", desk.setter)
    # The writer is named too and needs no telling; a portal user sees no notes and is nobody here.
    assert note.mentions == [desk.manager.pk, desk.setter.pk]
    assert announced() == [str(desk.manager.pk)]


def test_open_pages_hear_of_it_and_the_order_stays(desk):
    before = Lead.objects.get(pk=desk.lead.pk)

    write(desk)

    after = Lead.objects.get(pk=desk.lead.pk)
    assert after.changed_at > before.changed_at
    assert (after.sort_at, after.is_open) == (before.sort_at, before.is_open)


def test_the_same_form_twice_is_one_note(desk):
    note_id = uuid.uuid4()

    first, second = write(desk, note_id=note_id), write(desk, note_id=note_id)

    assert first == second
    assert LeadNote.objects.count() == 1


def test_the_id_of_anothers_note_is_refused(desk):
    theirs = write(desk, by=desk.manager)

    with pytest.raises(BadInput) as refused:
        write(desk, note_id=theirs.pk)

    assert refused.value.code == "note_id_taken"
    assert LeadNote.objects.get().text == theirs.text


@pytest.mark.parametrize(
    ("text", "code"), [(" \n ", "note_empty"), ("\x00", "note_empty"), ("x" * 5_001, "note_too_long")]
)
def test_bad_text_is_refused(desk, text, code):
    with pytest.raises(BadInput) as refused:
        write(desk, text)

    assert (refused.value.code, refused.value.data["field"]) == (code, "text")
    assert not LeadNote.objects.exists()


def test_five_thousand_characters_fit(desk):
    assert len(write(desk, "ü" * 5_000).text) == 5_000


def test_a_lead_is_full_at_some_time(desk):
    LeadNote.objects.bulk_create(
        LeadNote(workspace=desk.workspace, lead=desk.lead, text="x") for _ in range(MAX_OF_LEAD)
    )

    with pytest.raises(Conflict) as refused:
        write(desk)

    assert refused.value.code == "notes_full"


def test_who_may_not_write(desk):
    other = MembershipFactory(workspace=desk.workspace, role="SETTER").user
    replying = MembershipFactory(
        workspace=desk.workspace, role="CLIENT_PORTAL", extra_permissions=["reply"], user=UserFactory()
    ).user

    for person, refusal in ((desk.portal, Forbidden), (replying, Forbidden), (other, NotVisible)):
        with pytest.raises(refusal):
            write(desk, by=person)

    assert not LeadNote.objects.exists()


def test_suspended_workspace_takes_no_notes(desk):
    desk.workspace.status = "suspended"
    desk.workspace.save(update_fields=["status"])

    with pytest.raises(WorkspaceSuspended):
        write(desk)

    assert not LeadNote.objects.exists()


def test_own_note_is_changed_and_only_new_names_are_told(desk):
    note = write(desk, "@Robin look")

    changed = edit_note(desk.lead, note.pk, text=f"@Robin and @{desk.owner.get_full_name()} look", by=desk.setter)

    assert changed.edited_at is not None
    assert announced() == sorted([str(desk.manager.pk), str(desk.owner.pk)])
    event = AdminAuditEvent.objects.get(action="note.edited")
    assert (event.actor, event.object_id, "look" in str(event.after)) == (desk.setter, str(note.pk), False)


def test_saving_the_same_text_changes_nothing(desk):
    note = write(desk)

    assert edit_note(desk.lead, note.pk, text=note.text, by=desk.setter).edited_at is None


def test_notes_of_others_are_not_changed(desk):
    note = write(desk, by=desk.manager)

    with pytest.raises(Forbidden):
        edit_note(desk.lead, note.pk, text="Other", by=desk.owner)

    note.refresh_from_db()
    assert (note.text, note.edited_at) == ("Call her first", None)


def test_note_of_another_lead_is_not_there(desk):
    other = LeadFactory(workspace=desk.workspace, assigned_to=desk.setter)
    note = add_note(other, note_id=uuid.uuid4(), text="There", by=desk.setter)

    with pytest.raises(NotVisible):
        edit_note(desk.lead, note.pk, text="Here", by=desk.setter)
    with pytest.raises(NotVisible):
        delete_note(desk.lead, note.pk, by=desk.setter)


@pytest.mark.parametrize(("by", "goes"), [("setter", False), ("manager", True), ("owner", True)])
def test_who_deletes_a_note(desk, by, goes):
    note = write(desk, SECRET, by=desk.manager)
    person = getattr(desk, by)

    if goes:
        delete_note(desk.lead, note.pk, by=person)
    else:
        with pytest.raises(Forbidden):
            delete_note(desk.lead, note.pk, by=person)

    assert LeadNote.objects.exists() is not goes
    audited = AdminAuditEvent.objects.filter(action="note.deleted")
    assert [(one.actor, "40k" in str(one.after)) for one in audited] == ([(person, False)] if goes else [])


def test_who_can_be_named_is_who_sees_the_lead(desk):
    colleague = MembershipFactory(workspace=desk.workspace, role="SETTER").user
    wide = MembershipFactory(workspace=desk.workspace, role="SETTER", extra_permissions=["view_all_leads"]).user
    gone = MembershipFactory(workspace=desk.workspace, role="INBOX_MANAGER", is_active=False).user
    closed = MembershipFactory(workspace=desk.workspace, role="ADMIN", user=UserFactory(is_active=False)).user
    foreign = MembershipFactory(workspace=WorkspaceFactory(), role="ADMIN").user

    ids = {person.id for person in mentionable(desk.lead)}

    assert ids == {desk.owner.pk, desk.manager.pk, desk.setter.pk, wide.pk}
    assert not ids & {colleague.pk, gone.pk, closed.pk, foreign.pk, desk.portal.pk}


def test_merging_moves_the_notes(desk):
    drop = LeadFactory(workspace=desk.workspace)
    kept = write(desk, "Stays")
    moved = add_note(drop, note_id=uuid.uuid4(), text="Moves @Robin", by=desk.owner)

    merge_leads(desk.lead, drop, desk.owner)

    assert set(LeadNote.objects.of_lead(desk.lead.pk)) == {kept, moved}
    assert LeadNote.objects.get(pk=moved.pk).mentions == [desk.manager.pk]


def test_notes_go_with_the_lead(desk):
    write(desk)

    desk.lead.delete()

    assert not LeadNote.objects.exists()
