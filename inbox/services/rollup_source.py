"""What the messages and drafts of leads add up to, for the nightly check and after merges and syncs."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db import connection

COLUMNS = (
    "last_inbound_at",
    "last_outbound_at",
    "last_answer_at",
    "last_message_at",
    "last_message_direction",
    "channels",
    "has_pending_draft",
    "has_review_draft",
    "has_ai_sent",
)

# Delivery reports are no messages of a person; failed and half-sent rows never left (03 R8).
_COUNTING = """
    m.source <> 'bounce'
    AND (m.delivery_status IS NULL OR m.delivery_status IN ('sent', 'unknown'))
"""
_ROLLUPS = f"""
SELECT l.id,
    max(m.sent_at) FILTER (WHERE m.direction = 'inbound'),
    max(m.sent_at) FILTER (WHERE m.direction = 'outbound'),
    max(m.sent_at) FILTER (WHERE m.direction = 'outbound' AND m.origin IS DISTINCT FROM 'campaign'),
    max(m.sent_at),
    (array_agg(m.direction ORDER BY m.sent_at DESC, m.direction) FILTER (WHERE m.id IS NOT NULL))[1],
    (SELECT coalesce(array_agg(c.channel ORDER BY c.first_at), '{{}}') FROM (
        SELECT m.channel::text AS channel, min(m.created_at) AS first_at FROM inbox_message m
        WHERE m.lead_id = l.id AND {_COUNTING} GROUP BY m.channel) c),
    EXISTS (SELECT 1 FROM inbox_draft d WHERE d.lead_id = l.id AND d.status = 'pending'),
    EXISTS (SELECT 1 FROM inbox_draft d WHERE d.lead_id = l.id AND d.is_review),
    EXISTS (SELECT 1 FROM inbox_message a
        WHERE a.lead_id = l.id AND a.direction = 'outbound' AND a.sent_by = 'ai')
FROM leads_lead l LEFT JOIN inbox_message m ON m.lead_id = l.id AND {_COUNTING}
WHERE l.id = ANY (%s)
GROUP BY l.id
"""  # noqa: S608  # the interpolated text is the constant above


def message_rollups(lead_ids: Sequence[UUID]) -> Mapping[UUID, Mapping[str, Any]]:
    """The registered columns of these leads, derived from rows."""
    with connection.cursor() as cursor:
        cursor.execute(_ROLLUPS, [list(lead_ids)])
        return {row[0]: dict(zip(COLUMNS, row[1:], strict=True)) for row in cursor.fetchall()}
