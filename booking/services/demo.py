"""What the demo workspace shows of booking."""

from booking.models import CalendarLink
from booking.services.calendar_links import LinkValues, create_link
from zrg.workspaces.models import User, Workspace

PAGE = "https://calendly.com/zrg-demo/intro"


def prepare_demo(workspace: Workspace, people: dict[str, User]) -> None:
    """One scheduling page, once."""
    if not CalendarLink.objects.in_workspace(workspace).exists():
        create_link(workspace.pk, LinkValues.cleaned(name="Intro call", url=PAGE), by=people.get("owner"))
