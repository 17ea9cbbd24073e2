"""`in:body`: finding leads by the words of their messages."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import BooleanField, Exists, OuterRef
from django.db.models.expressions import RawSQL
from django.utils import timezone

from inbox.models import Message

SEARCHED_DAYS = 180


def search_bodies(workspace_ids: Sequence[UUID], text: str) -> RawSQL:
    """Ids of leads with a message of the last 180 days of which each word of the text begins a word.

    Only workspaces of the caller's context are searched; the caller reads the leads under row security.
    """
    statement = "SELECT found FROM zrg_search_messages(%s::uuid[], %s, %s) AS found"
    return RawSQL(statement, [list(workspace_ids), text, _since()])  # noqa: S611


def match_bodies(workspace_ids: Sequence[UUID], text: str) -> Exists:
    """The same of one lead, a condition on its row."""
    matching = RawSQL(
        "search_vector @@ zrg_search_query(%s::uuid[], %s)", [list(workspace_ids), text], output_field=BooleanField()
    )
    return Exists(Message.objects.filter(matching, lead_id=OuterRef("pk"), sent_at__gte=_since()))


def _since() -> datetime:
    return timezone.now() - timedelta(days=SEARCHED_DAYS)
