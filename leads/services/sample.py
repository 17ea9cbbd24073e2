"""Many believable leads, fast: for measuring lists, counts and search at size.

The rows are a function of their number, so that two runs make the same leads and a repeat adds none.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from leads.enums import RoutingStatus
from zrg.workspaces.context import tenant

BATCH_ROWS = 10_000

FIRST_NAMES = """
    Ada Alba Amir Ana Anton Bela Boris Bruno Carla Cem Clara Dana Dario Diego Edda Elif Emil Enzo Erik Eva Fadi
    Fatima Felix Fiona Gerd Greta Hakan Hanna Hugo Ida Igor Ines Ivan Jana Jonas Jorge Julia Kaan Karim Katja
    Kim Lara Lena Leon Liam Lucia Luis Maja Malik Marek Maria Mark Mia Milan Mina Nadia Nils Nina Noah Nora Olga
    Omar Oskar Pablo Paul Petra Pia Priya Rafael Rana Remo Rosa Sami Sara Selma Simon Sofia Sven Tara Theo Tim
    Tom Uma Vera Viktor Wanda Yara Yusuf Zoe
""".split()  # noqa: SIM905  # readable
LAST_NAMES = """
    Abel Adler Alonso Arendt Bach Baker Barros Becker Berg Blanco Bosch Brandt Braun Castro Cole Conrad Costa
    Dietz Duarte Eder Engel Ernst Falk Ferri Fischer Frank Fuchs Garcia Gomez Graf Gross Haas Hahn Hale Hansen
    Hartmann Heil Hofer Huber Jansen Jensen Kaiser Keller Klein Koch Kraus Kruse Kunz Lang Larsen Lee Lenz Lopez
    Lutz Maier Mann Marino Martin Meyer Moreno Moser Nagel Neumann Novak Olsen Ortiz Otto Park Peters Quist
    Ramos Reyes Richter Rossi Roth Ruiz Sanders Santos Sauer Schmid Schulz Seidel Sen Silva Sommer Stein Torres
    Vogel Voss Wagner Walter Weber Winter Wolf Young Ziegler Zimmer
""".split()  # noqa: SIM905  # readable
COMPANY_WORDS = """
    North East South West Blue Green Red Silver Golden Iron Oak Pine Birch Maple Stone River Lake Harbor Summit
    Valley Bright Clear Swift Prime Nova Terra Aqua Solar Lunar Urban
""".split()  # noqa: SIM905  # readable
COMPANY_KINDS = """
    field fork bridge works labs systems media logistics foods energy partners studio clinic dental roofing
    legal realty
""".split()  # noqa: SIM905  # readable
LEGAL_FORMS = ("Inc", "LLC", "Ltd", "GmbH", "Group")

# One lead per number n of generate_series; h is a well mixed non-negative integer of it.
_INSERT = """
INSERT INTO leads_lead (
    id, workspace_id, email, email_bison_lead_id, first_name, last_name, company_name, job_title, phone,
    phone_national, phone_country, linkedin_url, linkedin_connection, status, blacklist_reason, sentiment_tag,
    overall_score, snoozed_until, snooze_until_reply, last_inbound_at, last_outbound_at, last_answer_at,
    last_message_at, last_message_direction, due_at, channels, assigned_to_id, email_open_count,
    has_pending_draft, has_review_draft, has_ai_sent, followups_blocked, alternate_emails, tags, attributes,
    enrichment_retry_count, auto_reply_enabled, auto_follow_up_enabled, auto_book_meetings_enabled, sms_dnd_active,
    sms_consecutive_blocked_count, appointment_check_errors, routing_status, routing_completed_at, routing_attempts,
    routing_excluded_workspace_ids, source, created_at, updated_at, changed_at
)
SELECT
    md5(%(workspace)s || ':' || n)::uuid, %(workspace)s::uuid,
    lower(first_name || '.' || last_name || n || '@' || company || '.example'), n::text,
    first_name, last_name, initcap(company) || ' ' || (%(forms)s::text[])[1 + h %% 5],
    (ARRAY['Owner', 'Head of Sales', 'Managing Director', 'Marketing Manager'])[1 + h %% 4],
    CASE WHEN h %% 3 = 0 THEN '+1415' || lpad((2000000 + n %% 7999999)::text, 7, '0') END,
    CASE WHEN h %% 3 = 0 THEN '415' || lpad((2000000 + n %% 7999999)::text, 7, '0') END,
    CASE WHEN h %% 3 = 0 THEN 'US' END,
    CASE WHEN h %% 4 = 0 THEN 'https://linkedin.com/in/' || lower(first_name || '-' || last_name || '-' || n) END,
    'unknown', status, CASE WHEN status = 'blacklisted' THEN 'opt_out' END, tag,
    CASE WHEN wrote AND h %% 5 < 3 THEN CASE WHEN status = 'blacklisted' THEN 1 ELSE 1 + h %% 4 END END,
    CASE WHEN wrote AND h %% 61 = 0 THEN %(now)s + interval '3 days' END,
    wrote AND h %% 97 = 0,
    CASE WHEN wrote THEN moment END,
    CASE WHEN wrote AND NOT answered THEN moment - interval '2 days' ELSE moment + interval '3 hours' END,
    CASE WHEN wrote AND answered THEN moment + interval '3 hours' END,
    CASE WHEN wrote AND NOT answered THEN moment ELSE moment + interval '3 hours' END,
    CASE WHEN wrote AND NOT answered THEN 'inbound' ELSE 'outbound' END,
    -- All of them overdue; the working hours do not matter to a list.
    CASE WHEN wrote AND NOT answered AND status NOT IN ('blacklisted', 'unqualified')
         AND tag IN ('Meeting Requested', 'Information Requested', 'Interested')
         THEN moment + interval '15 minutes' END,
    (CASE h %% 10 WHEN 0 THEN '{email,sms}' WHEN 1 THEN '{linkedin}' WHEN 2 THEN '{sms}' ELSE '{email}' END)::varchar[],
    CASE WHEN wrote AND h %% 2 = 0 AND cardinality(%(setters)s::uuid[]) > 0
         THEN (%(setters)s::uuid[])[1 + h %% greatest(cardinality(%(setters)s::uuid[]), 1)] END,
    h %% 4,
    wrote AND NOT answered AND h %% 3 = 0 AND status NOT IN ('blacklisted', 'unqualified'),
    wrote AND NOT answered AND h %% 15 = 0 AND status NOT IN ('blacklisted', 'unqualified'),
    wrote AND answered AND h %% 6 = 0, false,
    CASE WHEN h %% 20 = 0 THEN ARRAY[lower('office' || n || '@' || company || '.example')] ELSE '{}' END,
    '{}', '{}', 0, false, false, true, false, 0, 0, %(routed)s, moment, 0, '{}', 'sample',
    moment - interval '20 days', moment, moment
FROM (
    SELECT n, h, wrote, answered, moment, tag,
        (%(first_names)s::text[])[1 + (h / 7) %% %(first_name_count)s] AS first_name,
        (%(last_names)s::text[])[1 + (h / 1009) %% %(last_name_count)s] AS last_name,
        lower((%(company_words)s::text[])[1 + (h / 31) %% %(company_word_count)s]
            || (%(company_kinds)s::text[])[1 + (h / 911) %% %(company_kind_count)s]) || (h / 13) %% 997 AS company,
        CASE tag
            WHEN 'Blacklist' THEN 'blacklisted' WHEN 'Not Interested' THEN 'not_interested'
            WHEN 'Meeting Booked' THEN 'meeting_booked' WHEN 'Meeting Requested' THEN 'meeting_requested'
            WHEN 'Interested' THEN 'qualified' WHEN 'Information Requested' THEN 'qualified'
            ELSE CASE WHEN h %% 1500 = 0 THEN 'needs_repair' WHEN h %% 130 = 0 THEN 'unqualified' ELSE 'new' END
        END AS status
    FROM (
        SELECT n, h, h %% 10 < 3 AS wrote, (h / 10) %% 10 < 7 AS answered,
            %(now)s::timestamptz - ((h / 17) %% 31536000) * interval '1 second' AS moment,
            CASE WHEN h %% 10 < 3 THEN (ARRAY[
                'Neutral', 'Not Interested', 'Not Interested', 'Interested', 'Information Requested', 'Follow Up',
                'Meeting Requested', 'Meeting Booked', 'Blacklist', 'Out of Office', 'Objection', 'New'
            ])[1 + (h / 100) %% 12] ELSE 'New' END AS tag
        FROM (
            SELECT n, ('x' || substr(md5(n || 'lead'), 1, 8))::bit(32)::bigint AS h
            FROM generate_series(%(first)s::int, %(last)s::int) AS n
        ) AS numbered
    ) AS drawn
) AS lead
ON CONFLICT DO NOTHING
"""


def fill_workspace(
    workspace_id: UUID, count: int, *, now: datetime, setters: Sequence[UUID] = (), first: int = 1
) -> Iterator[int]:
    """Make sure leads number `first` to `count` exist; yields the last number after each committed batch.

    About a third of them wrote; their last message lies within the year before `now`; half of those
    who wrote are shared among `setters`.
    """
    parameters: dict[str, Any] = {
        "workspace": str(workspace_id),
        "now": now,
        "setters": list(setters),
        "forms": list(LEGAL_FORMS),
        "routed": RoutingStatus.ROUTED.value,
        "first_names": FIRST_NAMES,
        "first_name_count": len(FIRST_NAMES),
        "last_names": LAST_NAMES,
        "last_name_count": len(LAST_NAMES),
        "company_words": COMPANY_WORDS,
        "company_word_count": len(COMPANY_WORDS),
        "company_kinds": COMPANY_KINDS,
        "company_kind_count": len(COMPANY_KINDS),
    }
    for start in range(first, count + 1, BATCH_ROWS):
        last = min(start + BATCH_ROWS - 1, count)
        with tenant(workspace_id), connection.cursor() as cursor:
            cursor.execute(_INSERT, {**parameters, "first": start, "last": last})
        yield last
