import pytest
from django.urls import reverse

from leads.models import Lead, LeadIdentityConflict, SharedPhone
from leads.services.conflicts import check_shared_phones
from leads.services.status import blacklist_lead
from tests.factories import LeadFactory, MembershipFactory, WorkspaceFactory
from zrg.jobs.contracts import RunContext

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def page(name, workspace, *ids):
    return reverse(name, args=[workspace.pk, *ids])


def claim(lead, other, **values):
    return LeadIdentityConflict.objects.create(
        workspace=lead.workspace,
        lead=lead,
        other_lead=other,
        identifier="email",
        value="x@y.example",
        source="webhook",
        **values,
    )


def test_open_claims_and_shared_phones_are_listed_once(client):
    workspace = WorkspaceFactory()
    one, twin, third = LeadFactory.create_batch(3, workspace=workspace, phone="+14155552671")
    LeadFactory(phone="+14155552671")
    conflict = claim(one, twin)
    claim(twin, third, status="dismissed")
    foreign = LeadFactory()
    claim(foreign, None)

    context = client.login_as(workspace.owner).get(page("lead_duplicates", workspace)).context

    pairs = {frozenset((pair.one.pk, pair.twin.pk)) for pair in context["pairs"]}
    ids = sorted((one.pk, twin.pk, third.pk))
    assert list(context["conflicts"]) == [conflict]
    assert pairs == {frozenset(ids[:2]), frozenset(ids[1:])}


def test_leads_are_compared_then_merged_into_the_chosen_one(client):
    workspace = WorkspaceFactory()
    keep = LeadFactory(workspace=workspace, first_name="Dana", phone=None)
    drop = LeadFactory(workspace=workspace, first_name="Danny", phone="+14155552671")
    claim(keep, drop)
    blacklist_lead(drop, "opt_out")
    client.login_as(workspace.owner)
    url = page("lead_merge", workspace, keep.pk, drop.pk)

    shown = client.get(url)
    assert (shown.status_code, Lead.objects.count()) == (200, 2)
    assert "The result stays stopped (opted out)." in shown.content.decode()
    assert page("lead_merge", workspace, drop.pk, keep.pk) in shown.content.decode()

    answer = client.post(url)

    left = Lead.objects.get()
    assert (answer.status_code, answer.url) == (303, page("lead_duplicates", workspace))
    assert (left.pk, left.phone, left.blacklist_reason) == (keep.pk, "+14155552671", "opt_out")
    assert LeadIdentityConflict.objects.get().status == "merged"
    assert client.post(url).status_code == 404


def test_two_people_are_left_alone_and_not_listed_again(client):
    workspace = WorkspaceFactory()
    one, twin = LeadFactory.create_batch(2, workspace=workspace, phone="+14155552671")
    conflict = claim(one, twin)
    client.login_as(workspace.owner)

    client.post(page("lead_conflict_dismissal", workspace, conflict.pk))
    for pair in ((one.pk, twin.pk), (twin.pk, one.pk)):
        assert client.post(page("lead_pair_dismissal", workspace, *pair)).status_code == 303

    context = client.get(page("lead_duplicates", workspace)).context
    assert (list(context["conflicts"]), context["pairs"], Lead.objects.count()) == ([], [], 2)
    conflict.refresh_from_db()
    assert (conflict.status, conflict.resolved_by) == ("dismissed", workspace.owner)
    assert LeadIdentityConflict.objects.filter(identifier="phone", status="dismissed").count() == 1


@pytest.mark.parametrize("role", ["INBOX_MANAGER", "SETTER", "CLIENT_PORTAL"])
def test_only_people_with_delete_leads_merge(client, role):
    workspace = WorkspaceFactory()
    person = MembershipFactory(workspace=workspace, role=role).user
    one, twin = LeadFactory.create_batch(2, workspace=workspace, assigned_to=person)
    conflict = claim(one, twin)
    client.login_as(person)

    answers = [
        client.get(page("lead_duplicates", workspace)),
        client.get(page("lead_merge", workspace, one.pk, twin.pk)),
        client.post(page("lead_merge", workspace, one.pk, twin.pk)),
        client.post(page("lead_conflict_dismissal", workspace, conflict.pk)),
        client.post(page("lead_pair_dismissal", workspace, one.pk, twin.pk)),
    ]

    assert [answer.status_code for answer in answers] == [403] * 5
    assert Lead.objects.count() == 2


def test_leads_of_another_workspace_do_not_exist(client):
    workspace, other = WorkspaceFactory(), WorkspaceFactory()
    own, foreign = LeadFactory(workspace=workspace), LeadFactory(workspace=other)
    client.login_as(workspace.owner)

    assert client.get(page("lead_merge", workspace, own.pk, foreign.pk)).status_code == 404
    assert client.post(page("lead_merge", workspace, own.pk, foreign.pk)).status_code == 404
    assert client.get(page("lead_merge", workspace, own.pk, own.pk)).status_code == 404
    assert client.post(page("lead_conflict_dismissal", workspace, claim(foreign, None).pk)).status_code == 404
    assert Lead.objects.count() == 2


def test_numbers_without_a_country_are_pairs_among_themselves(client):
    workspace = WorkspaceFactory()
    one, twin = LeadFactory.create_batch(2, workspace=workspace, phone=None, phone_national="2025550143")
    LeadFactory(workspace=workspace, phone="+12025550143", phone_national="2025550143")
    LeadFactory.create_batch(2, workspace=workspace, phone=None, phone_national="5550143")
    client.login_as(workspace.owner)

    first = client.get(page("lead_duplicates", workspace))
    client.post(page("lead_pair_dismissal", workspace, one.pk, twin.pk))
    second = client.get(page("lead_duplicates", workspace))

    assert [{pair.one.pk, pair.twin.pk} for pair in first.context["pairs"]] == [{one.pk, twin.pk}]
    assert second.context["pairs"] == []


def test_phones_are_shown_as_people_read_them(client):
    workspace = WorkspaceFactory()
    one, twin = LeadFactory.create_batch(2, workspace=workspace, phone="+442079460018")
    client.login_as(workspace.owner)

    listed = client.get(page("lead_duplicates", workspace)).content.decode()
    compared = client.get(page("lead_merge", workspace, one.pk, twin.pk)).content.decode()

    assert ("+44 20 7946 0018" in listed, compared.count("+44 20 7946 0018")) == (True, 2)


def test_number_given_to_a_lead_later_makes_a_pair(client):
    workspace = WorkspaceFactory()
    one = LeadFactory(workspace=workspace, phone="+442079460018")
    later = LeadFactory(workspace=workspace, phone=None, phone_national="2079460018")
    client.login_as(workspace.owner)
    assert client.get(page("lead_duplicates", workspace)).context["pairs"] == []

    Lead.objects.filter(pk=later.pk).update(phone="+442079460018")

    (pair,) = client.get(page("lead_duplicates", workspace)).context["pairs"]
    assert {pair.one.pk, pair.twin.pk} == {one.pk, later.pk}


def test_nightly_check_finds_missed_numbers_and_drops_those_of_one_lead(client):
    workspace, other = WorkspaceFactory(), WorkspaceFactory()
    _one, twin = LeadFactory.create_batch(2, workspace=workspace, phone="+442079460018")
    LeadFactory.create_batch(2, workspace=workspace, phone=None, phone_national="2025550143")
    LeadFactory.create_batch(2, workspace=other, phone=None, phone_national="5550143")
    SharedPhone.objects.all().delete()
    SharedPhone.objects.create(workspace=workspace, number="+442079460019")
    SharedPhone.objects.create(workspace=other, number="+442079460018")
    context = RunContext(job="rollup-check", deadline=float("inf"), correlation_id="test")

    check_shared_phones(context)

    numbers = SharedPhone.objects.order_by("number").values_list("workspace_id", "number")
    assert list(numbers) == [(workspace.pk, "+442079460018"), (workspace.pk, "2025550143")]
    assert context.stats == {"phones_found_shared": 2, "phones_no_longer_shared": 2}
    twin.delete()
    check_shared_phones(context)
    assert list(SharedPhone.objects.values_list("number", flat=True)) == ["2025550143"]
