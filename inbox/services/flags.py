"""The one writer of the lead's message and draft flags."""

from uuid import UUID

from django.db import connection

_REFRESH = """
UPDATE leads_lead l SET
    has_pending_draft = EXISTS (SELECT 1 FROM inbox_draft d WHERE d.lead_id = l.id AND d.status = 'pending'),
    has_review_draft = EXISTS (SELECT 1 FROM inbox_draft d WHERE d.lead_id = l.id AND d.is_review),
    has_ai_sent = EXISTS (
        SELECT 1 FROM inbox_message m WHERE m.lead_id = l.id AND m.direction = 'outbound' AND m.sent_by = 'ai'
    ),
    changed_at = clock_timestamp()
WHERE l.id = %s
"""


def refresh_lead_flags(lead_id: UUID) -> None:
    """Derive the flags of one lead from its rows, in the caller's transaction.

    Called by every service that moves a draft or a message, so tabs and badges agree with the rows.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REFRESH, [lead_id])
