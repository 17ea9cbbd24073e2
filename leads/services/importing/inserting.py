"""Many new leads in one statement: the values travel as one JSON text, the database takes them apart.

A lead has some 130 columns; building that many parameters per row is what made an import slow.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from leads.enums import EnrichmentStatus, LeadSource
from leads.models import Lead, LeadImportJob
from leads.rules.importing.planning import RowPlan
from leads.rules.importing.rows import column_values
from leads.services.matching import first_enrichment_status
from leads.services.status import blacklisted_columns

_INSERT = """
INSERT INTO leads_lead ({columns})
SELECT {values} FROM jsonb_to_recordset(%(rows)s::jsonb) AS given({types})
ON CONFLICT DO NOTHING
"""


def new_lead_columns(
    job: LeadImportJob, plan: RowPlan, now: datetime, *, sms_campaign_id: UUID | None
) -> dict[str, Any]:
    """The columns of one lead an import makes; what is not named gets the model's default."""
    row, identity = plan.row, plan.row.identity
    enrichment = first_enrichment_status(identity)
    columns = {
        "id": plan.lead_id,
        "workspace_id": job.workspace_id,
        "source": LeadSource.IMPORT.value,
        "source_workspace_id": job.workspace_id,
        "import_job_id": job.pk,
        "created_at": now,
        "updated_at": now,
        "email": identity.email,
        "phone": identity.phone.e164,
        "phone_national": identity.phone.national,
        "phone_country": identity.phone.country,
        "phone_raw": identity.phone_raw,
        "linkedin_id": identity.linkedin_id,
        "linkedin_url": identity.linkedin_url,
        "tags": list(row.tags),
        "attributes": dict(row.attributes),
        "sms_campaign_id": sms_campaign_id,
        "timezone_source": "provider" if "timezone" in row.facts else None,
        "enrichment_status": enrichment,
        "enrichment_last_retry": now if enrichment == EnrichmentStatus.PENDING else None,
        **column_values(row),
    }
    if row.status and not row.stops:
        columns["status"] = row.status.value
    if plan.stop_reason:
        columns |= blacklisted_columns(plan.stop_reason, now)
    return columns


def insert_leads(workspace_id: UUID, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert leads by column; returns how many. A person another writer made meanwhile is left out."""
    if not rows:
        return 0
    # In one order, so that two imports of the same people wait for each other instead of deadlocking.
    ordered = sorted(rows, key=lambda row: (row["email"] or "", row["linkedin_url"] or "", str(row["id"])))
    given = sorted({name for row in rows for name in row})
    defaults = _defaults()
    complete = [{name: row[name] if name in row else defaults.get(name) for name in given} for row in ordered]
    with connection.cursor() as cursor:
        cursor.execute(
            _statement(tuple(given)), {"rows": json.dumps(complete, cls=DjangoJSONEncoder), **_constants(given)}
        )
        return cursor.rowcount


def _statement(given: tuple[str, ...]) -> str:
    types = ", ".join(f'"{name}" {_columns()[name].db_type(connection)}' for name in given)
    constants = _constants(given)
    columns = [*given, *constants]
    values = [*(f'given."{name}"' for name in given), *(f"%({name})s" for name in constants)]
    return _INSERT.format(columns=", ".join(f'"{name}"' for name in columns), values=", ".join(values), types=types)


def _constants(given: Sequence[str]) -> dict[str, Any]:
    """The defaults of columns no row speaks of."""
    names = set(given)
    prepared = {name: value for name, value in _defaults().items() if name not in names}
    return {name: _columns()[name].get_db_prep_save(value, connection) for name, value in prepared.items()}


@cache
def _columns() -> dict[str, models.Field]:  # type: ignore[type-arg]
    return {field.attname: field for field in Lead._meta.concrete_fields if not field.generated}


@cache
def _defaults() -> dict[str, Any]:
    """Columns that may not be null and have no default in the database, with the model's default."""
    return {
        name: field.get_default()
        for name, field in _columns().items()
        if not field.null and field.db_default is models.NOT_PROVIDED and field.has_default()
    }
