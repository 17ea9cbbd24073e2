"""The database's answer to "has anything been done with this lead": made from the tables that exist.

A lead with activity never changes its workspace. Apps beside and above this one own some of the tables,
so they are named here as text; the functions are made anew after every migrate (post_migrate), because
a table may come with a later migration of another app.
"""

from collections.abc import Collection
from typing import Any

from django.db import connections

# table: condition under which a row of it counts
ACTIVITY_TABLES = {
    "inbox_message": "",
    "inbox_draft": "",
    "inbox_sendorder": "",
    "inbox_draftrequest": "",
    "inbox_leadmemoryentry": "",
    "inbox_meetingoverseerdecision": "",
    "inbox_leadnote": "",
    "followups_followupinstance": "",
    "followups_followuptask": "",
    "followups_reactivationenrollment": "",
    "booking_bookingprogress": "",
    "booking_bookingattempt": "",
    "booking_offeredslot": "",
    "booking_appointment": "",
}
# Jobs have no index by lead; those of one workspace that wait or run are few.
_JOBS = """
    SELECT job.lead_id FROM public.jobs_backgroundjob job
    WHERE job.workspace_id = p_workspace_id AND job.status = 'PENDING' AND job.lead_id {match}
    UNION ALL
    SELECT job.lead_id FROM public.jobs_backgroundjob job WHERE job.status = 'RUNNING' AND job.lead_id {match}
"""
_FUNCTIONS = """
CREATE OR REPLACE FUNCTION public.zrg_leads_with_activity(p_lead_ids uuid[], p_workspace_id uuid)
RETURNS SETOF uuid LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN QUERY SELECT DISTINCT found.lead_id FROM ({many}) AS found(lead_id);
END $$;
CREATE OR REPLACE FUNCTION public.zrg_lead_has_activity(p_lead_id uuid, p_workspace_id uuid)
RETURNS boolean LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN EXISTS ({one});
END $$;
REVOKE ALL ON FUNCTION public.zrg_leads_with_activity(uuid[], uuid) FROM PUBLIC;
REVOKE ALL ON FUNCTION public.zrg_lead_has_activity(uuid, uuid) FROM PUBLIC;
"""


def activity_functions(existing: Collection[str]) -> str:
    """SQL of both functions, over those of the tables that exist."""
    tables = {table: condition for table, condition in ACTIVITY_TABLES.items() if table in existing}
    return _FUNCTIONS.format(many=_union(tables, "= ANY (p_lead_ids)"), one=_union(tables, "= p_lead_id"))


def make_activity_functions(*, using: str, **_: Any) -> None:
    """After migrate, as the owner of the schema."""
    from django.conf import settings  # noqa: PLC0415  # read at run time: the module is imported before settings

    connection = connections[using]
    if not settings.ZRG_MIGRATING:
        return
    with connection.cursor() as cursor:
        existing = set(connection.introspection.table_names(cursor))
        if {"inbox_message", "jobs_backgroundjob"} <= existing:
            cursor.execute(activity_functions(existing))


def _union(tables: dict[str, str], match: str) -> str:
    parts = [
        f"SELECT t.lead_id FROM public.{table} t WHERE t.lead_id {match}"  # noqa: S608  # names of our own
        + (f" AND {condition}" if condition else "")
        for table, condition in tables.items()
    ]
    return " UNION ALL ".join([*parts, _JOBS.format(match=match)])
