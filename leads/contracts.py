"""What leads announce and hand to other apps."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from zrg.jobs.contracts import Event


class ContactDetails(Protocol):
    """Who somebody is, as a provider or a form says it; any field may be missing."""

    @property
    def email(self) -> str | None: ...
    @property
    def phone(self) -> str | None: ...
    @property
    def first_name(self) -> str | None: ...
    @property
    def last_name(self) -> str | None: ...
    @property
    def company_name(self) -> str | None: ...
    @property
    def job_title(self) -> str | None: ...
    @property
    def linkedin_url(self) -> str | None: ...


class ContactIds(Protocol):
    """Ids of the person at a provider, meaningful inside one workspace."""

    @property
    def ghl_contact_id(self) -> str | None: ...
    @property
    def email_bison_lead_id(self) -> str | None: ...
    @property
    def linkedin_id(self) -> str | None: ...
    @property
    def linkedin_url(self) -> str | None: ...
    @property
    def linkedin_company_url(self) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadStopped(Event):
    """Outreach to a lead ends: blacklisted or unqualified. `change_id` makes each stop its own event."""

    lead_id: UUID
    reason: str
    change_id: str

    @property
    def key(self) -> str:
        return f"{self.lead_id}:{self.change_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadDataChanged(Event):
    """Facts a blocked follow-up may wait for changed; announced only while `followups_blocked`."""

    lead_id: UUID
    change_id: str

    @property
    def key(self) -> str:
        return f"{self.lead_id}:{self.change_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadAutomationChanged(Event):
    """A person turned a switch of the lead on or off: `switch` is a value of `Automation`."""

    lead_id: UUID
    switch: str
    on: bool
    change_id: str

    @property
    def key(self) -> str:
        return f"{self.lead_id}:{self.change_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichmentFinished(Event):
    """A question about a lead has its final answer: `kind` linkedin or phone, `result` the status of the
    request. A question asked anew (`attempt`) ends anew.
    """

    lead_id: UUID
    request_id: UUID
    kind: str
    result: str
    attempt: int

    @property
    def key(self) -> str:
        return f"{self.request_id}:{self.attempt}:{self.result}"
