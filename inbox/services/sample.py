"""Messages and drafts for sample leads, so that lists and threads are measured with real snippets."""

from uuid import UUID

from django.db import connection

from zrg.workspaces.context import tenant

_MESSAGES = """
INSERT INTO inbox_message (id, workspace_id, lead_id, channel, direction, source, origin, subject, body,
    body_truncated, is_automated, from_email, to_email, cc, bcc, attachments, is_read, sent_by, sentiment_tag,
    classification_state, classification_attempts, safety_kind, email_bison_reply_id, inboxxia_scheduled_email_id,
    delivery_status, sent_at, created_at, updated_at)
SELECT md5(l.id::text || kind.direction)::uuid, l.workspace_id, l.id, 'email', kind.direction, kind.source, kind.origin,
    'Re: quick idea',
    CASE kind.direction WHEN 'inbound'
        THEN (ARRAY['Could you send more details about pricing?', 'Tuesday works for me.', 'Not now, maybe in autumn.',
                    'Who else uses this?', 'Please call my colleague.'])[1 + abs(hashtext(l.id::text)) %% 5]
        ELSE 'Hi, would a short call help you fill the calendar of your team?' END,
    false, false, CASE kind.direction WHEN 'inbound' THEN l.email END, l.email, '{}', '{}', '[]', false,
    NULL, CASE kind.direction WHEN 'inbound' THEN l.sentiment_tag END,
    CASE kind.direction WHEN 'inbound' THEN 'done' ELSE 'not_needed' END, 0,
    CASE kind.direction WHEN 'inbound' THEN 'none' END,
    CASE kind.direction WHEN 'inbound' THEN 'sample-' || l.email_bison_lead_id END,
    CASE kind.direction WHEN 'outbound' THEN 'sample-' || l.email_bison_lead_id END,
    NULL, kind.at, kind.at, kind.at
FROM leads_lead l CROSS JOIN LATERAL (VALUES
    ('inbound', 'zrg', NULL, l.last_inbound_at),
    ('outbound', 'inboxxia_campaign', 'campaign', l.last_outbound_at)
) AS kind(direction, source, origin, at)
WHERE l.workspace_id = %s AND kind.at IS NOT NULL AND l.last_inbound_at IS NOT NULL AND l.email IS NOT NULL
  AND l.id >= %s AND (%s::uuid IS NULL OR l.id < %s::uuid)
ON CONFLICT DO NOTHING
"""
_DRAFTS = """
INSERT INTO inbox_draft (id, workspace_id, lead_id, channel, origin, status, content, ai_content, version,
    edited_by_person, generation_path, generation_meta, quality_flags, reject_reason, auto_send_slack_notified,
    auto_send_revision_applied, auto_send_action, created_at, updated_at)
SELECT md5(l.id::text || 'draft')::uuid, l.workspace_id, l.id, 'email', 'inbound', 'pending',
    'Hi, happy to send the details. Would Tuesday suit you?', 'Hi, happy to send the details. Would Tuesday suit you?',
    1, false, 'two_step', '{}', '{}', '', false, false,
    CASE WHEN l.has_review_draft THEN 'needs_review' END, now(), now()
FROM leads_lead l WHERE l.workspace_id = %s AND l.has_pending_draft
ON CONFLICT DO NOTHING
"""

SLICES = 64
"""Parts of the id range, one transaction each: a statement of a million rows would exceed the timeout."""


def fill_messages(workspace_id: UUID, _leads: int) -> None:
    """The newest inbound and campaign message of every sample lead that wrote, and the drafts their flags promise.

    The rows are a function of the lead, so a repeat adds none.
    """
    bounds = [UUID(int=number * (2**128 // SLICES)) for number in range(SLICES)]
    for low, high in zip(bounds, [*bounds[1:], None], strict=True):
        with tenant(workspace_id, timeout_ms=600_000), connection.cursor() as cursor:
            cursor.execute(_MESSAGES, [workspace_id, low, high, high])
    with tenant(workspace_id, timeout_ms=600_000), connection.cursor() as cursor:
        cursor.execute(_DRAFTS, [workspace_id])
