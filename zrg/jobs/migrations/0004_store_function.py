"""Keeping an inbound call as a database function: planned once per connection instead of once per call.

It runs with the caller's rights, so row security applies. Outside of a context it enters the call's
workspace (the queue's own context for an unrouted call) for the length of its own statement: one
statement is the whole transaction.
"""

from django.db import migrations

PARAMETERS = """
  p_id uuid, p_workspace_id uuid, p_connection_id uuid, p_provider text, p_event_type text, p_dedupe_key text,
  p_status text, p_verified boolean, p_priority int, p_raw jsonb, p_finished_at timestamptz,
  p_provider_workspace_id text, p_provider_workspace_name text, p_campaign_id text, p_campaign_name text,
  p_provider_lead_id text, p_lead_email text, p_lead_first_name text, p_lead_last_name text, p_sender_email_id text,
  p_sender_email text, p_sender_name text, p_scheduled_email_id text, p_email_subject text, p_email_status text,
  p_email_sent_at timestamptz, p_body_aside jsonb"""

CREATE = """
CREATE OR REPLACE FUNCTION zrg_store_event({parameters})
RETURNS TABLE (stored_id uuid, stored_new boolean)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  was_kind text := coalesce(current_setting('zrg.context', true), '');
BEGIN
  IF was_kind = '' THEN
    PERFORM set_config('zrg.context', CASE WHEN p_workspace_id IS NULL THEN 'dispatch' ELSE 'service' END, true),
            set_config('zrg.ws_all', coalesce(p_workspace_id::text, ''), true),
            set_config('lock_timeout', '1s', true);
  END IF;
  -- A repeat of a FAILED call gives it a new life; any other repeat is only counted.
  INSERT INTO jobs_webhookevent AS e
    (id, workspace_id, connection_id, provider, event_type, dedupe_key, status, verified, priority, raw, finished_at,
     provider_workspace_id, provider_workspace_name, campaign_id, campaign_name, provider_lead_id, lead_email,
     lead_first_name, lead_last_name, sender_email_id, sender_email, sender_name, scheduled_email_id, email_subject,
     email_status, email_sent_at)
  VALUES
    (p_id, p_workspace_id, p_connection_id, p_provider, p_event_type, p_dedupe_key, p_status, p_verified, p_priority,
     p_raw, p_finished_at, p_provider_workspace_id, p_provider_workspace_name, p_campaign_id, p_campaign_name,
     p_provider_lead_id, p_lead_email, p_lead_first_name, p_lead_last_name, p_sender_email_id, p_sender_email,
     p_sender_name, p_scheduled_email_id, p_email_subject, p_email_status, p_email_sent_at)
  ON CONFLICT (dedupe_key) DO UPDATE SET
    redelivered_count = e.redelivered_count + 1,
    updated_at = statement_timestamp(),
    status = CASE e.status WHEN 'FAILED' THEN 'PENDING' ELSE e.status END,
    attempts = CASE e.status WHEN 'FAILED' THEN 0 ELSE e.attempts END,
    run_at = CASE e.status WHEN 'FAILED' THEN statement_timestamp() ELSE e.run_at END,
    finished_at = CASE e.status WHEN 'FAILED' THEN NULL ELSE e.finished_at END
  RETURNING e.id, (e.xmax = 0) INTO stored_id, stored_new;
  IF stored_new AND p_body_aside IS NOT NULL THEN
    INSERT INTO jobs_webhookbody (event_id, workspace_id, raw) VALUES (stored_id, p_workspace_id, p_body_aside);
  END IF;
  IF was_kind = '' THEN
    PERFORM set_config('zrg.context', '', true), set_config('zrg.ws_all', '', true);
  END IF;
  RETURN NEXT;
END $$
""".replace("{parameters}", PARAMETERS)

DROP = "DROP FUNCTION IF EXISTS zrg_store_event"


class Migration(migrations.Migration):
    dependencies = [("jobs", "0003_claim_functions")]

    operations = [migrations.RunSQL(CREATE, DROP)]
