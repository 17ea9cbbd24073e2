"""Tabs, lists and counts of the inbox over a small data set, as one person sees them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from leads.enums import Tab
from leads.models import Lead, SmsCampaign
from leads.rules.tabs import tabs_of
from leads.services.counts import get_counts
from leads.services.lists import list_leads
from tests.factories import MembershipFactory, PlatformGrantFactory, UserFactory, WorkspaceFactory
from tests.vectors.runner import matches
from zrg.lib.errors import ZrgError
from zrg.workspaces.access import Access, compute_access, context_of
from zrg.workspaces.models import User, Workspace

SET_LISTS = ("tabs",)
TIMES = ("created_at", "last_inbound_at", "last_outbound_at", "last_answer_at", "last_message_at", "snoozed_until")


@dataclass(slots=True)
class World:
    """Rows by the labels of the case."""

    workspaces: dict[str, Workspace] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    campaigns: dict[str, SmsCampaign] = field(default_factory=dict)
    leads: dict[UUID, str] = field(default_factory=dict)

    def workspace(self, label: str = "workspace") -> Workspace:
        if label not in self.workspaces:
            self.workspaces[label] = WorkspaceFactory(name=label)
        return self.workspaces[label]

    def user(self, label: str) -> User:
        if label not in self.users:
            self.users[label] = UserFactory(display_name=label)
        return self.users[label]

    def campaign(self, workspace: Workspace, label: str) -> SmsCampaign:
        if label not in self.campaigns:
            self.campaigns[label] = SmsCampaign.objects.create(
                workspace=workspace, name=label, name_normalized=label.lower()
            )
        return self.campaigns[label]

    def id_of(self, value: Any) -> Any:
        """The id behind a label; anything else as it is."""
        if isinstance(value, list):
            return [self.id_of(one) for one in value]
        for known in (self.users, self.campaigns, self.workspaces):
            if value in known:
                return str(known[value].pk)
        return value


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    now = datetime.fromisoformat(case_input["now"])
    world = World()
    if "lead" in case_input:
        return _tabs(_lead(world, 1, case_input["lead"]), now)
    Lead.objects.bulk_create(_leads(world, case_input, document))
    access = _access(world, case_input["actor"])
    with context_of(access, timeout_ms=30_000):
        try:
            return _answer(world, access, case_input, now)
        except ZrgError as error:
            return {"status": error.http_status, "error": error.code}


def equal(expected: Any, actual: Any) -> bool:
    """Tab lists are sets."""
    if not isinstance(expected, dict) or not isinstance(actual, dict):
        return matches(expected, actual)
    rest = {key: value for key, value in expected.items() if key not in SET_LISTS}
    sets = (key for key in SET_LISTS if key in expected)
    return matches(rest, actual) and all(sorted(expected[key]) == sorted(actual.get(key, ())) for key in sets)


def _tabs(lead: Lead, now: datetime) -> dict[str, Any]:
    """By the pure rule; the database must agree."""
    lead.save()
    tabs = tabs_of(lead, now)
    stored = [tab.value for tab in Tab if Lead.objects.in_tab(tab, now).filter(pk=lead.pk).exists()]
    return {"tabs": tabs if tabs == stored else {"rule": tabs, "database": stored}}


def _answer(world: World, access: Access, case_input: dict[str, Any], now: datetime) -> dict[str, Any]:
    counts = get_counts(access, now=now)
    assert counts is not None
    answer: dict[str, Any] = {
        "counts": {name: {"value": badge.value, "capped": badge.capped} for name, badge in counts.items()}
    }
    if "params" in case_input:
        params = {key: world.id_of(value) for key, value in case_input["params"].items()}
        pages = list(_pages(world, access, params, now))
        first = list_leads(access, params, now=now)
        answer |= {
            "ids": pages[0],
            "pages": pages,
            "has_more": first.next_cursor is not None,
            "search_too_short": first.search_too_short,
        }
    return answer


def _pages(world: World, access: Access, params: dict[str, Any], now: datetime) -> Iterator[list[str]]:
    while True:
        page = list_leads(access, params, now=now)
        yield [world.leads[lead.pk] for lead in page.leads]
        if page.next_cursor is None:
            return
        params = {**params, "cursor": page.next_cursor}


def _leads(world: World, case_input: dict[str, Any], document: dict[str, Any]) -> list[Lead]:
    if "dataset" in case_input:
        rows = document["datasets"][case_input["dataset"]]
    else:
        rows = [row["lead"] for row in case_input["make"] for _ in range(row["times"])]
    return [_lead(world, number, row) for number, row in enumerate(rows, start=1)]


def _lead(world: World, number: int, row: dict[str, Any]) -> Lead:
    """A row of the data set; ids are in the order of the rows."""
    workspace = world.workspace(row.get("workspace") or "workspace")
    first, _, last = (row.get("name") or "").partition(" ")
    slug, sms, setter = row.get("linkedin_slug"), row.get("sms_campaign"), row.get("assigned_to")
    lead = Lead(
        id=UUID(int=number),
        workspace=workspace,
        first_name=first or None,
        last_name=last or None,
        email=row.get("email"),
        alternate_emails=row.get("alternates", []),
        current_replier_email=row.get("current_replier"),
        company_name=row.get("company"),
        phone=row.get("phone"),
        linkedin_url=f"https://linkedin.com/in/{slug}" if slug else None,
        sentiment_tag=row.get("sentiment") or "New",
        status=row.get("status") or "new",
        blacklist_reason="opt_out" if row.get("status") == "blacklisted" else None,
        snooze_until_reply=row.get("snooze_until_reply", False),
        has_pending_draft=bool(row.get("pending_draft") or row.get("pending_review_draft")),
        has_review_draft=bool(row.get("pending_review_draft")),
        has_ai_sent=bool(row.get("ai_sent")),
        channels=row.get("channels", []),
        overall_score=row.get("score"),
        assigned_to=world.user(setter) if setter else None,
        sms_campaign=world.campaign(workspace, sms) if sms else None,
        **{name: datetime.fromisoformat(row[name]) for name in TIMES if row.get(name)},
    )
    world.leads[lead.pk] = row.get("id", str(number))
    return lead


def _access(world: World, actor: dict[str, Any]) -> Access:
    user, role = world.user(actor["user"]), actor["role"]
    for workspace in list(world.workspaces.values()) or [world.workspace()]:
        if role == "OWNER":
            Workspace.objects.filter(pk=workspace.pk).update(owner=user)
        elif role in ("GLOBAL_ADMIN", "SUPER_ADMIN"):
            PlatformGrantFactory(user=user, kind="GLOBAL_ADMIN")
            break
        else:
            MembershipFactory(
                workspace=workspace, user=user, role=role, extra_permissions=sorted(actor.get("extras", []))
            )
    return compute_access(user)
