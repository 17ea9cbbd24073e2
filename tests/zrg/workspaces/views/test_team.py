"""The tab Team: members, invitations, ownership, audit."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.factories import InvitationFactory, MembershipFactory, UserFactory, WorkspaceFactory
from tests.support.client import ZrgClient
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.forms.team import version_of
from zrg.workspaces.models import AdminAuditEvent, Invitation, Membership, Workspace
from zrg.workspaces.services.audit import record_audit
from zrg.workspaces.services.audit_list import PAGE_SIZE
from zrg.workspaces.services.team import team_of

pytestmark = pytest.mark.django_db

SETTER, ADMIN, PORTAL = MembershipRole.SETTER.value, MembershipRole.ADMIN.value, MembershipRole.CLIENT_PORTAL.value
INBOX_MANAGER = MembershipRole.INBOX_MANAGER.value


@pytest.fixture
def workspace() -> Workspace:
    return WorkspaceFactory(name="Northfork Dental")


@pytest.fixture
def owner(workspace: Workspace, client: ZrgClient) -> ZrgClient:
    return client.login_as(workspace.owner).step_up()


@pytest.fixture
def setter(workspace: Workspace) -> Membership:
    return MembershipFactory(workspace=workspace, role=SETTER)


def url(workspace: Workspace, *parts: object) -> str:
    return "/".join([f"/w/{workspace.pk}/settings/team", *map(str, parts)])


def of(row: Membership | Invitation, *parts: str) -> str:
    assert row.workspace is not None
    key = "members" if isinstance(row, Membership) else "invitations"
    return url(row.workspace, key, "of", row.pk, *parts)


def test_tab_lists_what_the_person_may_see(client: ZrgClient, workspace: Workspace, setter: Membership) -> None:
    owners = client.login_as(workspace.owner).get(url(workspace)).content.decode()
    setters = client.login_as(setter.user).get(url(workspace)).content.decode()

    for key in ("members", "invitations", "ownership", "audit", "account"):
        assert f'href="{url(workspace, key)}"' in owners
    assert "2 people" in owners
    assert "/team/audit" not in setters
    assert "/team/ownership" not in setters


def test_members_show_addresses_to_those_who_manage_them(
    client: ZrgClient, workspace: Workspace, setter: Membership
) -> None:
    portal = MembershipFactory(workspace=workspace, role=PORTAL)
    MembershipFactory(role=SETTER, user=UserFactory(email="elsewhere@other.example"))

    owners = client.login_as(workspace.owner).get(url(workspace, "members")).content.decode()
    clients = client.login_as(portal.user).get(url(workspace, "members")).content.decode()

    assert setter.user.email in owners
    assert of(setter) in owners
    assert setter.user.display_name in clients
    assert "@" not in clients.split("<main")[1]
    assert "elsewhere@other.example" not in owners


@pytest.mark.parametrize("rows", [1, 3])
def test_members_cost_the_same_queries_for_any_team(
    owner: ZrgClient, workspace: Workspace, rows: int, django_assert_num_queries: object
) -> None:
    MembershipFactory.create_batch(rows, workspace=workspace, role=SETTER)

    with django_assert_num_queries(3):  # type: ignore[operator]
        assert len(team_of(workspace.pk)) == rows + 1


def test_new_address_gets_an_invitation(owner: ZrgClient, workspace: Workspace, mailoutbox: list[Any]) -> None:
    form = {"email": "New.Person@People.example", "role": SETTER, "extras": ["view_all_leads"]}
    response = owner.post(url(workspace, "invitations"), form)

    row = Invitation.objects.get()
    assert response.status_code == 302
    assert (row.email, row.role, row.extra_permissions) == ("new.person@people.example", SETTER, ["view_all_leads"])
    assert [mail.to for mail in mailoutbox] == [["new.person@people.example"]]
    assert "new.person@people.example" in owner.get(url(workspace, "invitations")).content.decode()


def test_active_account_joins_at_once(owner: ZrgClient, workspace: Workspace) -> None:
    person = UserFactory()

    owner.post(url(workspace, "invitations"), {"email": person.email, "role": INBOX_MANAGER})

    assert Invitation.objects.count() == 0
    assert Membership.objects.get(user=person).role == INBOX_MANAGER


def test_hard_01_step_up_is_asked_before_anybody_is_added(
    client: ZrgClient, workspace: Workspace, mailoutbox: list[Any]
) -> None:
    client.login_as(workspace.owner)
    here = url(workspace, "invitations")

    response = client.post(
        here,
        {"email": "new@people.example", "role": SETTER},
        headers={"Referer": f"http://testserver{here}"},
    )

    assert response.status_code == 302
    assert response["Location"] == f"/account/reauthenticate/?next={here.replace('/', '%2F')}"
    assert (Invitation.objects.count(), len(mailoutbox)) == (0, 0)


def test_page_of_another_site_is_nowhere_to_come_back_to(client: ZrgClient, workspace: Workspace) -> None:
    response = client.login_as(workspace.owner).post(
        url(workspace, "invitations"),
        {"email": "new@people.example", "role": SETTER},
        headers={"Referer": "https://elsewhere.example/w/"},
    )

    assert response["Location"] == "/account/reauthenticate/?next=%2F"


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"email": "nobody", "role": SETTER}, 422),
        ({"email": "new@people.example", "role": "OWNER"}, 422),
        ({"email": "new@people.example", "role": PORTAL, "extras": ["view_ai_ops"]}, 422),
        ({"email": "new@people.example", "role": SETTER, "is_staff": "on"}, 400),
        ({"email": "root@platform.example", "role": SETTER}, 403),
    ],
    ids=["no address", "no role of ours", "portal extra", "unknown field", "reserved address"],
)
def test_refused_invitations_create_nothing(
    owner: ZrgClient, workspace: Workspace, settings: Any, mailoutbox: list[Any], form: dict[str, object], status: int
) -> None:
    settings.SUPER_ADMIN_EMAILS = {"root@platform.example"}

    response = owner.post(url(workspace, "invitations"), form)

    assert response.status_code == status
    assert (Invitation.objects.count(), len(mailoutbox)) == (0, 0)


def test_without_mail_nobody_is_invited(owner: ZrgClient, workspace: Workspace, settings: Any) -> None:
    settings.MAIL_CONFIGURED = False

    response = owner.post(url(workspace, "invitations"), {"email": "new@people.example", "role": SETTER})

    assert response.status_code == 409
    assert "cannot send mail yet" in response.content.decode()
    assert Invitation.objects.count() == 0


def test_admins_are_made_by_the_owner_only(client: ZrgClient, workspace: Workspace, setter: Membership) -> None:
    admin = MembershipFactory(workspace=workspace, role=ADMIN)
    other = MembershipFactory(workspace=workspace, role=ADMIN)
    client.login_as(admin.user).step_up()

    invited = client.post(url(workspace, "invitations"), {"email": "new@people.example", "role": ADMIN})
    raised = client.post(of(setter, "role"), {"version": version_of(setter), "role": ADMIN})
    ousted = client.post(of(other, "deactivation"), {"version": version_of(other), "reason": ""})

    assert (invited.status_code, raised.status_code, ousted.status_code) == (422, 422, 403)
    assert Invitation.objects.count() == 0
    assert list(
        Membership.objects.in_workspace(workspace).active().values_list("role", flat=True).order_by("role")
    ) == [
        ADMIN,
        ADMIN,
        SETTER,
    ]


def test_invitation_is_resent_and_revoked(owner: ZrgClient, workspace: Workspace, mailoutbox: list[Any]) -> None:
    first = InvitationFactory(workspace=workspace, email="new@people.example", role=SETTER)

    owner.post(of(first, "resend"))
    second = Invitation.objects.open().get()
    owner.post(of(second, "revoke"))

    first.refresh_from_db()
    assert first.revoked_at is not None
    assert second.token_hash != first.token_hash
    assert Invitation.objects.open().count() == 0
    assert len(mailoutbox) == 1


def test_member_is_edited(owner: ZrgClient, workspace: Workspace, setter: Membership) -> None:
    rotation = {"version": version_of(setter), "paused_until": "2026-12-24"}
    statuses = [owner.post(of(setter, "rotation"), rotation).status_code]
    setter.refresh_from_db()
    statuses.append(
        owner.post(of(setter, "extras"), {"version": version_of(setter), "extras": ["export_data"]}).status_code
    )

    setter.refresh_from_db()
    page = owner.get(of(setter)).content.decode()
    assert statuses == [302, 302]
    assert (setter.in_rotation, setter.rotation_paused_until) == (False, date(2026, 12, 24))
    assert setter.extra_permissions == ["export_data"]
    assert 'value="2026-12-24"' in page
    assert [event.action for event in AdminAuditEvent.objects.order_by("created_at")] == [
        "membership.rotation_changed",
        "membership.extras_changed",
    ]


def test_member_is_signed_out_everywhere(owner: ZrgClient, workspace: Workspace, setter: Membership) -> None:
    phone, laptop = (ZrgClient().login_as(setter.user) for _ in range(2))
    for one in (phone, laptop):
        one.get("/account/")

    answer = owner.post(of(setter, "sign-out"), {"version": version_of(setter)}, follow=True)

    assert f"{setter.user} is signed out everywhere." in answer.content.decode()
    assert [one.get("/account/").status_code for one in (phone, laptop)] == [302, 302]
    setter.refresh_from_db()
    assert setter.is_active is True
    event = AdminAuditEvent.objects.get()
    assert (event.action, event.object_id, event.after) == ("user.sessions_ended", str(setter.user_id), {"sessions": 2})


def test_sessions_of_an_admin_are_ended_by_the_owner_only(
    owner: ZrgClient, workspace: Workspace, setter: Membership
) -> None:
    first, second = (MembershipFactory(workspace=workspace, role=ADMIN) for _ in range(2))
    other = ZrgClient().login_as(second.user)
    other.get("/account/")

    by_admin = ZrgClient().login_as(first.user).step_up().post(of(second, "sign-out"), {"version": version_of(second)})
    by_setter = ZrgClient().login_as(setter.user).step_up().post(of(second, "sign-out"))
    kept = other.get("/account/").status_code
    by_owner = owner.post(of(second, "sign-out"), {"version": version_of(second)})

    assert (by_admin.status_code, by_setter.status_code, kept) == (403, 403, 200)
    assert (by_owner.status_code, other.get("/account/").status_code) == (302, 302)


def test_role_changes_and_the_old_one_stays_as_history(
    owner: ZrgClient, workspace: Workspace, setter: Membership
) -> None:
    owner.post(of(setter, "role"), {"version": version_of(setter), "role": INBOX_MANAGER})

    setter.refresh_from_db()
    assert setter.is_active is False
    assert Membership.objects.active().get(user=setter.user).role == INBOX_MANAGER


def test_member_is_deactivated_and_comes_back(owner: ZrgClient, workspace: Workspace, setter: Membership) -> None:
    owner.post(of(setter, "deactivation"), {"version": version_of(setter), "reason": "Left"})
    setter.refresh_from_db()
    gone, created_at = setter.is_active, setter.created_at
    owner.post(of(setter, "activation"), {"version": version_of(setter)})

    setter.refresh_from_db()
    assert (gone, setter.is_active, setter.created_at) == (False, True, created_at)
    assert AdminAuditEvent.objects.get(action="membership.deactivated").reason == "Left"


def test_stale_and_foreign_acts_change_nothing(owner: ZrgClient, workspace: Workspace, setter: Membership) -> None:
    foreign = MembershipFactory(role=SETTER)

    stale = owner.post(of(setter, "extras"), {"version": "older", "extras": ["export_data"]})
    elsewhere = owner.post(
        url(workspace, "members", "of", foreign.pk, "extras"), {"version": version_of(foreign), "extras": ["reply"]}
    )

    setter.refresh_from_db()
    foreign.refresh_from_db()
    assert (stale.status_code, elsewhere.status_code) == (409, 404)
    assert (setter.extra_permissions, foreign.extra_permissions) == ([], [])


def test_team_is_changed_by_those_who_manage_it(client: ZrgClient, workspace: Workspace, setter: Membership) -> None:
    manager = MembershipFactory(workspace=workspace, role=INBOX_MANAGER)
    client.login_as(manager.user).step_up()
    version = {"version": version_of(setter)}

    posts = [
        client.post(url(workspace, "invitations"), {"email": "new@people.example", "role": SETTER}),
        client.post(of(setter, "extras"), {**version, "extras": ["reply"]}),
        client.post(of(setter, "rotation"), version),
        client.post(of(setter, "role"), {**version, "role": INBOX_MANAGER}),
        client.post(of(setter, "deactivation"), version),
        client.post(of(setter, "reset-link"), version),
        client.post(url(workspace, "ownership", "transfer"), {"owner": str(manager.user_id)}),
        client.get(url(workspace, "audit")),
    ]

    setter.refresh_from_db()
    assert [response.status_code for response in posts] == [403] * 8
    assert (setter.is_active, setter.in_rotation, setter.extra_permissions) == (True, True, [])
    assert Invitation.objects.count() == 0


def test_ownership_goes_to_a_member(owner: ZrgClient, workspace: Workspace, setter: Membership) -> None:
    old = workspace.owner
    form = {"owner": str(setter.user_id), "was": str(old.pk), "confirm": "on"}

    unconfirmed = owner.post(url(workspace, "ownership", "transfer"), {**form, "confirm": ""})
    done = owner.post(url(workspace, "ownership", "transfer"), form)

    workspace.refresh_from_db()
    assert (unconfirmed.status_code, done.status_code) == (422, 302)
    assert workspace.owner == setter.user
    assert Membership.objects.active().get(user=old).role == ADMIN


def test_workspace_is_deleted_by_its_owner_who_types_its_name(owner: ZrgClient, workspace: Workspace) -> None:
    wrong = owner.post(url(workspace, "ownership", "deletion"), {"name": "Northfork", "reason": ""})
    workspace.refresh_from_db()
    before = workspace.status
    gone = owner.post(url(workspace, "ownership", "deletion"), {"name": "Northfork Dental", "reason": "Client left"})

    workspace.refresh_from_db()
    assert (wrong.status_code, before) == (422, "active")
    assert "Nothing was deleted: type the name of this workspace." in wrong.content.decode()
    assert (gone.status_code, gone["Location"]) == (302, "/")
    assert (workspace.status, workspace.deleted_by_id) == ("deleted", workspace.owner_id)
    assert owner.get(url(workspace)).status_code == 404
    event = AdminAuditEvent.objects.get(action="workspace.deleted")
    assert (event.reason, event.actor_id) == ("Client left", workspace.owner_id)


@pytest.mark.parametrize("role", [ADMIN, SETTER, PORTAL])
def test_nobody_else_deletes_a_workspace(client: ZrgClient, workspace: Workspace, role: str) -> None:
    person = MembershipFactory(workspace=workspace, role=role).user
    form = {"name": workspace.name, "reason": ""}

    refused = client.login_as(person).step_up().post(url(workspace, "ownership", "deletion"), form)
    not_lately = ZrgClient().login_as(workspace.owner).post(url(workspace, "ownership", "deletion"), form)

    workspace.refresh_from_db()
    assert (refused.status_code, not_lately.status_code, workspace.status) == (403, 302, "active")


def test_acts_are_listed_in_words(owner: ZrgClient, workspace: Workspace) -> None:
    record_audit("connection.secret_set", actor=workspace.owner, workspace=workspace)

    page = owner.get(url(workspace, "audit")).content.decode()

    assert ">Connection: secret set</strong>" in page
    assert '<option value="connection.secret_set">Connection: secret set</option>' in page


def test_what_a_role_includes_is_no_extra(owner: ZrgClient, workspace: Workspace) -> None:
    chosen = owner.get(url(workspace, "invitations"), {"role": PORTAL}).content.decode()
    form = {"email": "client@people.example", "role": PORTAL, "extras": ["view_all_leads", "reply"]}

    answer = owner.post(url(workspace, "invitations"), form)

    assert '<option value="CLIENT_PORTAL" selected>' in chosen
    assert answer.status_code == 302
    assert Invitation.objects.get().extra_permissions == ["reply"]


def test_audit_is_read_by_keyset_and_filtered(owner: ZrgClient, workspace: Workspace) -> None:
    for number in range(PAGE_SIZE + 2):
        record_audit(
            "settings.changed", actor=workspace.owner, workspace=workspace, before={"n": 0}, after={"n": number}
        )
    record_audit("lead.merged", actor=None, workspace=workspace)
    record_audit("lead.merged", actor=None, workspace=WorkspaceFactory())

    first = owner.get(url(workspace, "audit"), {"action": "settings.changed"})
    second = owner.get(first.context["next_url"])
    system = owner.get(url(workspace, "audit"), {"actor": "label:system"})
    wrong = owner.get(first.context["next_url"].replace("settings.changed", "lead.merged"))
    unknown = owner.get(url(workspace, "audit"), {"sort": "actor"})

    assert first.content.decode().count('class="rows__item act"') == PAGE_SIZE
    assert second.content.decode().count('class="rows__item act"') == 2
    assert second.context["next_url"] == ""
    assert system.content.decode().count('class="rows__item act"') == 1
    assert (wrong.status_code, unknown.status_code) == (400, 400)


def test_expired_invitation_says_so(owner: ZrgClient, workspace: Workspace) -> None:
    InvitationFactory(workspace=workspace, role=SETTER, expires_at=timezone.now() - timedelta(hours=1))

    assert "expired on" in owner.get(url(workspace, "invitations")).content.decode()
