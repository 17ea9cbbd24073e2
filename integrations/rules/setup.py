"""What the settings say about each provider: its words, its fields, where its values come from.

One entry per page of the tab Integrations. What a field may hold is decided in `rules.connections`;
this is only how people are asked for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from django.utils.translation import gettext_noop as _

from integrations.enums import Provider

EMAIL_GROUP = _("E-mail · a workspace uses one of these")
CHANNELS_GROUP = _("SMS and LinkedIn")
TOOLS_GROUP = _("Calendar, team and mail")
LEADS_GROUP = _("Leads")
HOSTS_GROUP = _("Platform")

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
    on_disconnect: str = _("Its credentials are erased here. Nothing changes at the provider.")

    @property
    def title(self) -> str:
        """The provider's name."""
        return str(self.provider.label)


_LEAVES_EMAIL = _(
    "Its credentials and the list of its mailboxes are erased here, and its lead ids are dropped. "
    "E-mail cannot be sent until a provider is connected; the conversations stay."
)

SETUPS: tuple[Setup, ...] = (
    Setup(
        provider=Provider.EMAILBISON,
        key="emailbison",
        group=EMAIL_GROUP,
        position=10,
        purpose=_("E-mail through an EmailBison instance"),
        account=FieldWords(
            label=_("Workspace id"),
            hint=_("The number shown beside the workspace's name in EmailBison. “# 123” may be pasted as it is."),
        ),
        has_host=True,
        secrets={
            "api_key": FieldWords(label=_("API key"), hint=_("EmailBison → Settings → Developer API.")),
            "webhook_secret": FieldWords(
                label=_("Webhook secret"),
                hint=_(
                    "Optional, recommended. Calls of the provider must carry it. EmailBison's form has no field for "
                    "it: add &secret=… to the address below."
                ),
            ),
        },
        generated="webhook_secret",
        webhook=_(
            "EmailBison → Settings → Webhooks. Choose all events of replies, of sent, opened and bounced mails, of "
            "unsubscribes and of accounts."
        ),
        on_disconnect=_LEAVES_EMAIL,
    ),
    Setup(
        provider=Provider.SMARTLEAD,
        key="smartlead",
        group=EMAIL_GROUP,
        position=20,
        purpose=_("E-mail through SmartLead campaigns"),
        secrets={
            "api_key": FieldWords(label=_("API key"), hint=_("SmartLead → Settings → API key.")),
            "webhook_secret": FieldWords(
                label=_("Webhook secret"), hint=_("Required. Calls of the provider must carry it.")
            ),
        },
        generated="webhook_secret",
        webhook=_("SmartLead → Settings → Webhooks, with the webhook secret as its secret key."),
        on_disconnect=_LEAVES_EMAIL,
    ),
    Setup(
        provider=Provider.INSTANTLY,
        key="instantly",
        group=EMAIL_GROUP,
        position=30,
        purpose=_("E-mail through Instantly campaigns"),
        secrets={
            "api_key": FieldWords(
                label=_("API key"), hint=_("Instantly → Settings → Integrations → API keys (version 2).")
            ),
            "webhook_secret": FieldWords(
                label=_("Webhook secret"), hint=_("Required. Calls of the provider must carry it.")
            ),
        },
        generated="webhook_secret",
        webhook=_("Instantly → Settings → Webhooks, with the header x-instantly-secret set to the webhook secret."),
        on_disconnect=_LEAVES_EMAIL,
    ),
    Setup(
        provider=Provider.GHL,
        key="gohighlevel",
        group=CHANNELS_GROUP,
        position=40,
        purpose=_("SMS, contacts and calendars"),
        account=FieldWords(label=_("Location id"), hint=_("GoHighLevel → Settings → Business profile.")),
        secrets={
            "private_key": FieldWords(
                label=_("Private integration key"),
                hint=_("GoHighLevel → Settings → Private integrations; starts with pit-."),
            ),
            "webhook_secret": FieldWords(
                label=_("Webhook secret"),
                hint=_("Optional, recommended. Calls of the provider must carry it. Sent as header x-webhook-secret."),
            ),
        },
        generated="webhook_secret",
        webhook=_("The “Webhook” action of the GoHighLevel workflow that runs on inbound SMS."),
        on_disconnect=_("Its credentials are erased here. SMS and its calendars stop until it is connected again."),
    ),
    Setup(
        provider=Provider.UNIPILE,
        key="unipile",
        group=CHANNELS_GROUP,
        position=50,
        purpose=_("LinkedIn messages and invitations"),
        account=FieldWords(
            label=_("Account id"),
            hint=_("Unipile → Accounts. The key of the service itself belongs to the installation."),
        ),
        secrets={},
        webhook=_(
            "Unipile → Webhooks, for messages, relations and account status. Whoever runs the installation does "
            "this once for all workspaces; the header Unipile-Auth holds UNIPILE_WEBHOOK_SECRET."
        ),
        on_disconnect=_("The account is released. LinkedIn messages stop until an account is connected again."),
    ),
    Setup(
        provider=Provider.CALENDLY,
        key="calendly",
        group=TOOLS_GROUP,
        position=60,
        purpose=_("Free slots, bookings and cancellations"),
        secrets={
            "access_token": FieldWords(
                label=_("Personal access token"),
                hint=_("Calendly → Integrations → API and webhooks. Checked before it is kept."),
            ),
        },
        on_disconnect=_(
            "The token and our webhook subscription at Calendly are removed. Bookings are no longer noticed."
        ),
    ),
    Setup(
        provider=Provider.SLACK,
        key="slack",
        group=TOOLS_GROUP,
        position=70,
        purpose=_("Notifications in channels, approvals in messages"),
        secrets={
            "bot_token": FieldWords(
                label=_("Bot token"),
                hint=_("Slack app → OAuth & Permissions; starts with xoxb-. Checked before it is kept."),
            ),
            "signing_secret": FieldWords(
                label=_("Signing secret"),
                hint=_(
                    "Slack app → Basic information. Needed for the buttons of approval messages, "
                    "unless the installation has one."
                ),
            ),
        },
        webhook=_(
            "Slack app → Interactivity & Shortcuts → Request URL. Without it the buttons of approval messages "
            "do nothing."
        ),
        on_disconnect=_("The token is erased. Nothing is posted to Slack for this workspace any more."),
    ),
    Setup(
        provider=Provider.LEAD_PUSH,
        key="lead-push",
        group=TOOLS_GROUP,
        position=75,
        purpose=_("New leads that other programs push here"),
        secrets={
            "webhook_secret": FieldWords(
                label=_("Webhook secret"),
                hint=_("Required. Sent as Authorization: Bearer or as header x-lead-push-secret."),
            ),
        },
        generated="webhook_secret",
        webhook=_(
            "The program that collects leads, one JSON object per person. The last part of the address names it: "
            "api, datashopper, audience_labs or clay."
        ),
        on_disconnect=_("The secret is erased here. Pushed leads are refused until there is a new one."),
    ),
    Setup(
        provider=Provider.RESEND,
        key="resend",
        group=TOOLS_GROUP,
        position=80,
        purpose=_("Mails of this workspace from its own address"),
        config={
            "from_email": FieldWords(
                label=_("From address"),
                hint=_(
                    "name@your-domain.example or Name <name@your-domain.example>. "
                    "Blank: the address of the installation."
                ),
            )
        },
        secrets={
            "api_key": FieldWords(
                label=_("API key"),
                hint=_("Resend → API keys; starts with re_. Without one the key of the installation is used."),
            ),
        },
        on_disconnect=_(
            "Key and address are erased. Mails leave through the installation's account, where it has one."
        ),
    ),
)

SETUP_OF: Mapping[str, Setup] = {setup.provider: setup for setup in SETUPS}
