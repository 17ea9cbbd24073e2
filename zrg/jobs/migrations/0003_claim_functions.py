"""Claims as database functions: the statement is planned once per connection instead of once per claim.

Both pick several times as many candidates as they take and skip those another claim holds at this
moment, so that two workers that claim at once both get their share.

Both run with the caller's rights, so row security applies. Sequential scans are off inside, because
the plan outlives the moment at which the queue was empty and looked cheap to read whole; bitmap scans
too, because only plain index scans remember which entries are dead, and a queue is full of them.
"""

from django.db import migrations

PLANNING = "SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off"

CLAIM_JOBS = """
CREATE OR REPLACE FUNCTION zrg_claim_jobs(
  p_limit int, p_worker text, p_types text[], p_cap int, p_default int, p_enterprise int, p_window int)
RETURNS TABLE (id uuid, type varchar, workspace_id uuid, lead_id uuid, message_id uuid, draft_id uuid, payload text,
  attempts smallint, max_attempts smallint, reschedules smallint, run_at timestamptz, seq bigint, turn bigint)
LANGUAGE plpgsql {planning} AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH running AS MATERIALIZED (SELECT workspace_id, count(*) AS n FROM jobs_backgroundjob WHERE status = 'RUNNING' GROUP BY 1),
quota AS (
  SELECT w.id AS workspace_id,
         least(p_cap, CASE WHEN s.high_quota_enabled THEN p_enterprise ELSE p_default END
               - coalesce((SELECT n FROM running r WHERE r.workspace_id = w.id), 0)) AS room
  FROM workspaces_workspace w LEFT JOIN workspaces_workspacesettings s ON s.workspace_id = w.id
  WHERE w.status = 'active'),
due AS (
  SELECT d.id, d.seq, d.run_at, d.rn,
         row_number() OVER (PARTITION BY coalesce(d.lead_id, d.id) ORDER BY d.run_at, d.seq) AS lead_rn
  FROM (
    SELECT c.* FROM quota q CROSS JOIN LATERAL (
      SELECT f.*, row_number() OVER (ORDER BY f.run_at, f.seq) AS rn
      FROM (SELECT j.id, j.seq, j.lead_id, j.run_at FROM jobs_backgroundjob j
            WHERE j.status = 'PENDING' AND j.workspace_id = q.workspace_id
              AND j.run_at <= statement_timestamp() AND j.type = ANY(p_types)
            ORDER BY j.run_at, j.seq LIMIT p_window) f
      WHERE f.lead_id IS NULL
         OR NOT EXISTS (SELECT 1 FROM jobs_backgroundjob b WHERE b.status = 'RUNNING' AND b.lead_id = f.lead_id)
      ORDER BY f.run_at, f.seq LIMIT greatest(q.room, 0)) c
    UNION ALL
    SELECT p.*, row_number() OVER (ORDER BY p.run_at, p.seq) AS rn
    FROM (SELECT j.id, j.seq, j.lead_id, j.run_at FROM jobs_backgroundjob j
          WHERE j.status = 'PENDING' AND j.workspace_id IS NULL
            AND j.run_at <= statement_timestamp() AND j.type = ANY(p_types)
          ORDER BY j.run_at, j.seq LIMIT p_default) p) d),
pick AS (SELECT id, rn, run_at, seq FROM due WHERE lead_rn = 1 ORDER BY rn, run_at, seq LIMIT p_limit * 3 + 60),
lock AS (SELECT c.id, p.rn FROM pick p JOIN jobs_backgroundjob c ON c.id = p.id WHERE c.status = 'PENDING'
         ORDER BY p.rn, p.run_at, p.seq LIMIT p_limit FOR UPDATE OF c SKIP LOCKED)
UPDATE jobs_backgroundjob j SET status = 'RUNNING', locked_at = statement_timestamp(), locked_by = p_worker,
  started_at = statement_timestamp(), attempts = j.attempts + 1, updated_at = statement_timestamp()
FROM lock WHERE j.id = lock.id
RETURNING j.id, j.type, j.workspace_id, j.lead_id, j.message_id, j.draft_id, j.payload::text, j.attempts, j.max_attempts,
  j.reschedules, j.run_at, j.seq, lock.rn;
END $$
""".replace("{planning}", PLANNING)

CLAIM_EVENTS = """
CREATE OR REPLACE FUNCTION zrg_claim_events(p_limit int, p_worker text, p_providers text[], p_aged int)
RETURNS SETOF jobs_webhookevent
LANGUAGE plpgsql {planning} AS $$
#variable_conflict use_column
BEGIN
RETURN QUERY
WITH RECURSIVE priorities AS (
  (SELECT priority FROM jobs_webhookevent WHERE status = 'PENDING' ORDER BY priority LIMIT 1)
  UNION ALL
  SELECT (SELECT e.priority FROM jobs_webhookevent e WHERE e.status = 'PENDING' AND e.priority > p.priority
          ORDER BY e.priority LIMIT 1)
  FROM priorities p WHERE p.priority IS NOT NULL),
active AS (SELECT id FROM workspaces_workspace WHERE status = 'active'),
urgent AS (
  SELECT c.id, row_number() OVER (ORDER BY c.priority, c.rn, c.run_at) AS place FROM active w CROSS JOIN LATERAL (
    SELECT f.*, row_number() OVER (ORDER BY f.priority, f.run_at) AS rn
    FROM (SELECT e.id, e.priority, e.run_at FROM jobs_webhookevent e
          WHERE e.status = 'PENDING' AND e.workspace_id = w.id
            AND e.run_at <= statement_timestamp() AND e.provider = ANY(p_providers)
          ORDER BY e.priority, e.run_at LIMIT p_limit * 3 + 60) f) c
  ORDER BY c.priority, c.rn, c.run_at LIMIT p_limit * 3 + 60),
aged AS (
  SELECT a.id, row_number() OVER (ORDER BY a.run_at) AS place FROM priorities p CROSS JOIN LATERAL (
    SELECT e.id, e.run_at FROM jobs_webhookevent e
    WHERE e.status = 'PENDING' AND e.priority = p.priority AND e.run_at <= statement_timestamp()
      AND e.provider = ANY(p_providers) AND e.workspace_id IN (SELECT id FROM active)
      AND e.id NOT IN (SELECT id FROM urgent WHERE place <= p_limit - p_aged)
    ORDER BY e.run_at LIMIT p_aged * 3) a
  ORDER BY a.run_at LIMIT p_aged * 3),
picked AS (
  SELECT id, min(turn) AS turn FROM (
    SELECT id, place + CASE WHEN place <= p_limit - p_aged THEN 0 ELSE 1000000 END AS turn FROM urgent
    UNION ALL
    SELECT id, place + CASE WHEN place <= p_aged THEN 0 ELSE 1000000 END FROM aged) t
  GROUP BY id),
lock AS (SELECT c.id FROM picked p JOIN jobs_webhookevent c ON c.id = p.id WHERE c.status = 'PENDING'
         ORDER BY p.turn LIMIT p_limit FOR UPDATE OF c SKIP LOCKED)
UPDATE jobs_webhookevent SET status = 'RUNNING', locked_at = statement_timestamp(), locked_by = p_worker,
  started_at = statement_timestamp(), attempts = attempts + 1, updated_at = statement_timestamp()
WHERE id IN (SELECT id FROM lock)
RETURNING *;
END $$
""".replace("{planning}", PLANNING)


class Migration(migrations.Migration):
    dependencies = [("jobs", "0002_queue_storage"), ("workspaces", "0001_initial")]

    operations = [
        migrations.RunSQL(CLAIM_JOBS, "DROP FUNCTION zrg_claim_jobs(int, text, text[], int, int, int, int)"),
        migrations.RunSQL(CLAIM_EVENTS, "DROP FUNCTION zrg_claim_events(int, text, text[], int)"),
    ]
