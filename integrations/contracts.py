"""What a provider's event means, in our words.

The worker parses an event into exactly one of these and hands it, inside the event's transaction, to
the receiver registered for the class (`integrations.registry`). All ids are strings whatever the
provider sends; unknown values are None; addresses are as received, trimmed and lower-cased. Nothing
here knows a lead: finding or making one is the receiver's business. The last three are
announced by this app.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from zrg.jobs.contracts import Event

Channel = Literal["email", "sms", "linkedin", "slack"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """One mailbox of a header line."""

    email: str
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDetails:
    """Who the event is about, as far as the provider says."""

    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    job_title: str | None = None
    linkedin_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderIds:
    """Ids of the person at the provider of the event; only meaningful inside the event's workspace."""

    ghl_contact_id: str | None = None
    email_bison_lead_id: str | None = None
    linkedin_id: str | None = None
    linkedin_url: str | None = None
    linkedin_company_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignRef:
    """The provider's campaign; `name` may change, `id` does not."""

    id: str
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderAccount:
    """The mailbox of ours the thread runs through."""

    id: str | None = None
    email: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that came with a message; only its address is known."""

    kind: str
    url: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent:
    """Common fields. `event_key` is the event's dedupe key, unique over all workspaces."""

    workspace_id: UUID
    event_id: UUID
    event_key: str
    event_type: str
    provider: str
    channel: Channel
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage(ProviderEvent):
    """A person wrote to us.

    `provider_message_id` is unique per workspace and provider. `interested` is the provider's own
    flag, None when it has no opinion. `person` is whom the provider's lead record names; the writer
    is `from_address` and may be a colleague. With `create_lead=False` only an existing lead counts.
    `thread_json` is what must be kept beside a `thread_handle` that holds only a hash of it.
    """

    provider_message_id: str
    thread_handle: str | None = None
    thread_json: str | None = None
    person: PersonDetails
    ids: ProviderIds = field(default_factory=ProviderIds)
    campaign: CampaignRef | None = None
    sms_label: str | None = None
    sender_account: SenderAccount | None = None
    from_address: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    body_truncated: bool = False
    attachments: tuple[Attachment, ...] = ()
    sent_at: datetime
    interested: bool | None = None
    automated: bool = False
    create_lead: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage(ProviderEvent):
    """A message of ours left the provider.

    `campaign_step`: written by the provider's campaign. `echo`: possibly one of our own sends coming
    back. `confirm_only`: it may only complete a message we already have, never add one.
    """

    provider_message_id: str | None = None
    scheduled_id: str | None = None
    thread_handle: str | None = None
    person: PersonDetails
    ids: ProviderIds = field(default_factory=ProviderIds)
    campaign: CampaignRef | None = None
    sender_account: SenderAccount | None = None
    from_address: Address | None = None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    subject: str | None = None
    text: str | None = None
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    sent_at: datetime
    campaign_step: bool = True
    echo: bool = False
    confirm_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce(ProviderEvent):
    """An e-mail of ours could not be delivered; `text` is the report as far as the provider has it."""

    person: PersonDetails
    ids: ProviderIds = field(default_factory=ProviderIds)
    campaign: CampaignRef | None = None
    sender_account: SenderAccount | None = None
    failed_recipient: str | None = None
    reason: str | None = None
    status_code: str | None = None
    text: str | None = None
    html: str | None = None
    subject: str | None = None
    provider_message_id: str | None = None
    scheduled_id: str | None = None
    from_address: Address | None = None
    bounced_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsubscribe(ProviderEvent):
    """The person used the provider's unsubscribe link."""

    person: PersonDetails
    ids: ProviderIds = field(default_factory=ProviderIds)
    campaign: CampaignRef | None = None
    sender_account: SenderAccount | None = None
    unsubscribed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailOpened(ProviderEvent):
    """An e-mail was opened; touches an existing lead only."""

    person: PersonDetails
    ids: ProviderIds = field(default_factory=ProviderIds)
    campaign: CampaignRef | None = None
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedInConnected(ProviderEvent):
    """A connection request was accepted."""

    person: PersonDetails
    linkedin_id: str | None = None
    profile_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrichmentAnswer(ProviderEvent):
    """What an enrichment service found about a lead we asked for."""

    lead_id: UUID
    kind: Literal["linkedin", "phone"]
    status: Literal["success", "not_found", "error"]
    phone: str | None = None
    linkedin_url: str | None = None
    linkedin_id: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadPush(ProviderEvent):
    """A lead delivered from outside; `row` holds its columns as sent."""

    source: str
    external_id: str | None = None
    row: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingChange(ProviderEvent):
    """A calendar event of Calendly; unverified ones are hints to ask the provider."""

    envelope: dict[str, Any]
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackClick(ProviderEvent):
    """A button was pressed under a message of ours in Slack."""

    team_id: str
    user_id: str
    action_id: str
    value: str | None = None
    channel_id: str | None = None
    message_ts: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSwitched(Event):
    """The workspace's e-mail provider, or its account or instance there, changed: ids of the former one
    point at strangers now. `switch_id` makes each switch its own event.
    """

    switch_id: UUID
    provider: str | None

    @property
    def key(self) -> str:
        return str(self.switch_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSaved(Event):
    """A connection became usable for the first time."""

    connection_id: UUID
    provider: str

    @property
    def key(self) -> str:
        return str(self.connection_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionStateChanged(Event):
    """A connection was lost or came back; `detail` is short and redacted."""

    connection_id: UUID
    provider: str
    state: str
    detail: str
    changed_at: datetime

    @property
    def key(self) -> str:
        return f"{self.connection_id}:{self.state}:{int(self.changed_at.timestamp())}"
