"""What the settings say about each provider: its words, its fields, where its values come from.

One entry per page of the tab Integrations. What a field may hold is decided in `rules.connections`;
this is only how people are asked for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from integrations.enums import Provider

EMAIL_GROUP = "E-mail · a workspace uses one of these"
CHANNELS_GROUP = "SMS and LinkedIn"
TOOLS_GROUP = "Calendar, team and mail"
HOSTS_GROUP = "Platform"

GeneratedSecret = Literal["webhook_secret", ""]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldWords:
    """How one value is asked for."""

    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """The page of one provider. `secrets` in the order of the form; `generated` names the secret we can
    make ourselves; `webhook` says where the webhook address goes, "" when there is none to paste.
    """

    provider: Provider
    key: str
    group: str
    position: int
    purpose: str
    secrets: Mapping[str, FieldWords]
    account: FieldWords | None = None
    has_host: bool = False
    config: Mapping[str, FieldWords] = field(default_factory=dict)
    generated: GeneratedSecret = ""
    webhook: str = ""
    on_disconnect: str = "Its credentials are erased here. Nothing changes at the provider."

    @property
    def title(self) -> str:
        """The provider's name."""
        return str(self.provider.label)


_LEAVES_EMAIL = (
    "Its credentials and the list of its mailboxes are erased here, and its lead ids are dropped. "
    "E-mail cannot be sent until a provider is connected; the conversations stay."
)
_HOOK = "Calls of the provider must carry it."

SETUPS: tuple[Setup, ...] = (
    Setup(
        provider=Provider.EMAILBISON,
        key="emailbison",
        group=EMAIL_GROUP,
        position=10,
        purpose="E-mail through an EmailBison instance",
        account=FieldWords(
            label="Workspace id",
            hint="The number shown beside the workspace's name in EmailBison. “# 123” may be pasted as it is.",
        ),
        has_host=True,
        secrets={
            "api_key": FieldWords(label="API key", hint="EmailBison → Settings → Developer API."),
            "webhook_secret": FieldWords(
                label="Webhook secret",
                hint=f"Optional, recommended. {_HOOK} EmailBison's form has no field for it: "
                "add &secret=… to the address below.",
            ),
        },
        generated="webhook_secret",
        webhook="EmailBison → Settings → Webhooks. Choose all events of replies, of sent, opened and bounced mails, of "
        "unsubscribes and of accounts.",
        on_disconnect=_LEAVES_EMAIL,
    ),
    Setup(
        provider=Provider.SMARTLEAD,
        key="smartlead",
        group=EMAIL_GROUP,
        position=20,
        purpose="E-mail through SmartLead campaigns",
        secrets={
            "api_key": FieldWords(label="API key", hint="SmartLead → Settings → API key."),
            "webhook_secret": FieldWords(label="Webhook secret", hint=f"Required. {_HOOK}"),
        },
        generated="webhook_secret",
        webhook="SmartLead → Settings → Webhooks, with the webhook secret as its secret key.",
        on_disconnect=_LEAVES_EMAIL,
    ),
    Setup(
        provider=Provider.INSTANTLY,
        key="instantly",
        group=EMAIL_GROUP,
        position=30,
        purpose="E-mail through Instantly campaigns",
        secrets={
            "api_key": FieldWords(label="API key", hint="Instantly → Settings → Integrations → API keys (version 2)."),
            "webhook_secret": FieldWords(label="Webhook secret", hint=f"Required. {_HOOK}"),
        },
        generated="webhook_secret",
        webhook="Instantly → Settings → Webhooks, with the header x-instantly-secret set to the webhook secret.",
        on_disconnect=_LEAVES_EMAIL,
    ),
    Setup(
        provider=Provider.GHL,
        key="gohighlevel",
        group=CHANNELS_GROUP,
        position=40,
        purpose="SMS, contacts and calendars",
        account=FieldWords(label="Location id", hint="GoHighLevel → Settings → Business profile."),
        secrets={
            "private_key": FieldWords(
                label="Private integration key", hint="GoHighLevel → Settings → Private integrations; starts with pit-."
            ),
            "webhook_secret": FieldWords(
                label="Webhook secret", hint=f"Optional, recommended. {_HOOK} Sent as header x-webhook-secret."
            ),
        },
        generated="webhook_secret",
        webhook="The “Webhook” action of the GoHighLevel workflow that runs on inbound SMS.",
        on_disconnect="Its credentials are erased here. SMS and its calendars stop until it is connected again.",
    ),
    Setup(
        provider=Provider.UNIPILE,
        key="unipile",
        group=CHANNELS_GROUP,
        position=50,
        purpose="LinkedIn messages and invitations",
        account=FieldWords(
            label="Account id", hint="Unipile → Accounts. The key of the service itself belongs to the installation."
        ),
        secrets={},
        webhook="Unipile → Webhooks, for messages, relations and account status. Whoever runs the installation does "
        "this once for all workspaces; the header Unipile-Auth holds UNIPILE_WEBHOOK_SECRET.",
        on_disconnect="The account is released. LinkedIn messages stop until an account is connected again.",
    ),
    Setup(
        provider=Provider.CALENDLY,
        key="calendly",
        group=TOOLS_GROUP,
        position=60,
        purpose="Free slots, bookings and cancellations",
        secrets={
            "access_token": FieldWords(
                label="Personal access token",
                hint="Calendly → Integrations → API and webhooks. Checked before it is kept.",
            ),
        },
        on_disconnect="The token and our webhook subscription at Calendly are removed. Bookings are no longer noticed.",
    ),
    Setup(
        provider=Provider.SLACK,
        key="slack",
        group=TOOLS_GROUP,
        position=70,
        purpose="Notifications in channels, approvals in messages",
        secrets={
            "bot_token": FieldWords(
                label="Bot token",
                hint="Slack app → OAuth & Permissions; starts with xoxb-. Checked before it is kept.",
            ),
            "signing_secret": FieldWords(
                label="Signing secret",
                hint="Slack app → Basic information. Needed for the buttons of approval messages, "
                "unless the installation has one.",
            ),
        },
        webhook="Slack app → Interactivity & Shortcuts → Request URL. Without it the buttons of approval messages "
        "do nothing.",
        on_disconnect="The token is erased. Nothing is posted to Slack for this workspace any more.",
    ),
    Setup(
        provider=Provider.LEAD_PUSH,
        key="lead-push",
        group=TOOLS_GROUP,
        position=75,
        purpose="New leads that other programs push here",
        secrets={
            "webhook_secret": FieldWords(
                label="Webhook secret",
                hint="Required. Sent as Authorization: Bearer or as header x-lead-push-secret.",
            ),
        },
        generated="webhook_secret",
        webhook="The program that collects leads, one JSON object per person. The last part of the address names it: "
        "api, datashopper, audience_labs or clay.",
        on_disconnect="The secret is erased here. Pushed leads are refused until there is a new one.",
    ),
    Setup(
        provider=Provider.RESEND,
        key="resend",
        group=TOOLS_GROUP,
        position=80,
        purpose="Mails of this workspace from its own address",
        config={
            "from_email": FieldWords(
                label="From address",
                hint="name@your-domain.example or Name <name@your-domain.example>. "
                "Blank: the address of the installation.",
            )
        },
        secrets={
            "api_key": FieldWords(
                label="API key",
                hint="Resend → API keys; starts with re_. Without one the key of the installation is used.",
            ),
        },
        on_disconnect="Key and address are erased. Mails leave through the installation's account, where it has one.",
    ),
)

SETUP_OF: Mapping[str, Setup] = {setup.provider: setup for setup in SETUPS}
