"""The last step of a new workspace: a draft was written."""

from collections.abc import Iterator
from uuid import UUID

from django.utils.translation import gettext_noop as _

from inbox.models import Draft, Message
from zrg.workspaces.setup import SetupItem


def setup_items(workspace_id: UUID) -> Iterator[SetupItem]:
    """Whether any draft exists; two queries until one does, one afterwards."""
    rows = Draft.objects.in_workspace(workspace_id)
    first_at = rows.order_by("created_at").values_list("created_at", flat=True).first()
    has_reply = first_at is not None or Message.objects.in_workspace(workspace_id).filter(direction="inbound").exists()
    yield SetupItem(
        key="first-draft",
        title=_("See the first draft"),
        purpose=_("Answer one of your campaign mails from an address of your own: the reply is read and a draft waits"),
        position=90,
        url=f"/?view=inbox&clientId={workspace_id}",
        done=first_at is not None,
        waits=_("A reply has arrived and is being read.") if has_reply else _("Waiting for the first reply."),
        done_at=first_at,
    )
