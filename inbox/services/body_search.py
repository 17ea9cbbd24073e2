"""`in:body`: finding leads by the words of their messages."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models.expressions import RawSQL
from django.utils import timezone

SEARCHED_DAYS = 180


def search_bodies(workspace_ids: Sequence[UUID], text: str) -> RawSQL:
    """Ids of leads with a message of the last 180 days of which each word of the text begins a word.

    Only workspaces of the caller's context are searched; the caller reads the leads under row security.
    """
    since = timezone.now() - timedelta(days=SEARCHED_DAYS)
    statement = "SELECT found FROM zrg_search_messages(%s::uuid[], %s, %s) AS found"
    return RawSQL(statement, [list(workspace_ids), text, since])  # noqa: S611
