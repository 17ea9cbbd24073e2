"""The pages about many leads, for menus."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_noop as _

from zrg.workspaces.access import Access, can

# Its URL, the action that opens it, its name among its neighbours and in the menu of the inbox.
PAGES = (
    ("lead_imports", "lead.import", _("Import"), _("Import leads")),
    ("lead_exports", "export.csv", _("Export"), _("Export leads")),
    ("lead_duplicates", "lead.merge", _("Possible duplicates"), _("Possible duplicates")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadPage:
    """One page a person may open in a workspace."""

    name: str
    title: str
    menu_title: str
    url: str


def lead_pages(access: Access, workspace_id: UUID) -> list[LeadPage]:
    """The pages this person may open."""
    return [
        LeadPage(name=name, title=title, menu_title=menu_title, url=reverse(name, args=[workspace_id]))
        for name, action, title, menu_title in PAGES
        if can(access, action, workspace_id)
    ]
