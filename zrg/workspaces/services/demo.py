"""The demo workspace: visibly synthetic, its people can log in, higher apps fill it."""

from dataclasses import dataclass

from zrg.workspaces.context import JOB_TIMEOUT_MS, platform, tenant
from zrg.workspaces.enums import MembershipRole
from zrg.workspaces.models import User, Workspace
from zrg.workspaces.registry import demo_parts
from zrg.workspaces.services.accounts import create_account
from zrg.workspaces.services.memberships import add_member
from zrg.workspaces.services.workspaces import create_workspace

PASSWORD_VARIABLE = "ZRG_DEMO_PASSWORD"  # noqa: S105  # a name
WORKSPACE_NAME = "Northwind Demo"
PEOPLE = {"owner": ("owner@demo.example", "Olivia Owner"), "setter": ("setter@demo.example", "Sam Setter")}
SETTINGS = {
    "brand_name": "Northwind",
    "company_name": "Northwind Outbound",
    "timezone": "America/New_York",
    "service_description": "Northwind books qualified first meetings for B2B software companies.",
    "ideal_customer_profile": "B2B software companies with 20 to 200 people.",
    "ai_persona_name": "Nora from Northwind",
    "ai_signature": "Nora\nNorthwind",
    "target_result": "a 15-minute call this week",
}
ACTOR = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """What the demo consists of."""

    workspace: Workspace
    people: dict[str, User]
    created: bool


def load_people_and_workspace(password: str) -> Demo:
    """The accounts and the workspace; what exists stays as it is, passwords too."""
    with platform(timeout_ms=JOB_TIMEOUT_MS):
        people, created = {}, False
        for key, (email, name) in PEOPLE.items():
            user = User.objects.filter(email=email).first()
            if user is None:
                user, created = create_account(email, password=password, display_name=name, by_command=True), True
            people[key] = user
        existing = Workspace.objects.filter(is_synthetic=True, owner=people["owner"]).not_deleted().first()
        workspace = existing or create_workspace(
            WORKSPACE_NAME, people["owner"], by=ACTOR, settings=SETTINGS, is_synthetic=True
        )
        # A setter of the demo sees every conversation, so that there is something to do at once.
        add_member(workspace, people["setter"], MembershipRole.SETTER, by=ACTOR, extras=["view_all_leads"])
    return Demo(workspace=workspace, people=people, created=created)


def fill_demo(demo: Demo, *, only: str | None = None) -> None:
    """Run the parts of the other apps, each in its own transaction."""
    for name, part in demo_parts().items():
        if only is None or name == only:
            with tenant(demo.workspace.pk):
                part(demo.workspace, demo.people)
