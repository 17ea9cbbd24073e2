"""Whose address a delivery report is about."""

import re
from uuid import UUID

from leads.models import Lead
from zrg.lib.addresses import normalize_email

REPORT_LIMIT = 100_000
"""Characters of a report that are searched."""
_HEADER = re.compile(r"(?:final|original)-recipient:\s*(?:rfc822;)?\s*<?([^\s<>;]+@[^\s<>;]+)", re.I)
_PROSE = re.compile(r"delivered to:?\s+<?([^\s<>;]+@[^\s<>;,]+)", re.I)
_ADDRESS = re.compile(r"[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")


def find_failed_lead(workspace_id: UUID, report: str) -> Lead | None:
    """The lead a report names: its recipient headers, then "delivered to", then the only known address."""
    text = report[:REPORT_LIMIT]
    for pattern in (_HEADER, _PROSE):
        for match in pattern.finditer(text):
            if lead := _lead_with(workspace_id, {match.group(1)}):
                return lead
    return _lead_with(workspace_id, set(_ADDRESS.findall(text)))


def _lead_with(workspace_id: UUID, addresses: set[str]) -> Lead | None:
    known = {email for address in addresses if (email := normalize_email(address.rstrip(".")))}
    if not known:
        return None
    leads = list(Lead.objects.in_workspace(workspace_id).filter(email__in=known)[:2])
    return leads[0] if len(leads) == 1 else None
