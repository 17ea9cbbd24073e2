"""What Clay is told about a person."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The person a question is about; what is None is left out."""

    lead_id: UUID
    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    company_domain: str | None = None
    state: str | None = None
    linkedin_url: str | None = None
