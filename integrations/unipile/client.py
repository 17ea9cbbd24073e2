"""Calls to the platform's Unipile server for one workspace's LinkedIn account.

Every method returns a `ProviderResult` and raises nothing for what the provider does; `data` holds the
types of `integrations.unipile.types`. Call outside transactions only.
"""

from urllib.parse import quote
from uuid import UUID

from django.utils.translation import gettext

from integrations.enums import Provider
from integrations.env import unipile_api_key, unipile_dsn, unipile_timeout_seconds
from integrations.errors import NotConfigured
from integrations.results import ProviderResult
from integrations.services.clients import Account, ClientSpec, get_client
from integrations.transport import Credential, RetryPolicy, Transport
from integrations.unipile import answers
from integrations.unipile.owner import remember_owner
from integrations.wire import Call
from zrg.workspaces.context import tenant


class UnipileClient:
    """Typed calls over a `Transport`, all in the name of `account_id`."""

    def __init__(self, transport: Transport, account_id: str):
        self._transport = transport
        self.account_id = account_id

    def get_profile(self, person: str) -> ProviderResult:
        """A member by public or member id; data: Profile."""
        return self._get(f"/users/{quote(person, safe='')}", "/users/{id}", answers.profile)

    def get_own_profile(self) -> ProviderResult:
        """The member the account belongs to; data: Profile."""
        return self._get("/users/me", "/users/me", answers.profile)

    def start_chat(self, member_id: str, text: str, *, inmail_subject: str | None = None) -> ProviderResult:
        """Write to a member, as InMail when a subject is given; data: ChatStarted. Never repeated after an
        unknown outcome.
        """
        body: dict[str, object] = {"account_id": self.account_id, "attendees_ids": [member_id], "text": text}
        if inmail_subject is not None:
            body |= {"subject": inmail_subject, "linkedin": {"inmail": True}}
        return self._transport.request(
            Call(method="POST", path="/chats", template="/chats", json=body), answers.chat_started
        )

    def invite(self, member_id: str, note: str) -> ProviderResult:
        """Ask a member to connect. Never repeated after an unknown outcome."""
        body = {"account_id": self.account_id, "provider_id": member_id, "message": note}
        return self._transport.request(
            Call(method="POST", path="/users/invite", template="/users/invite", json=body), answers.invited
        )

    def get_inmail_balance(self) -> ProviderResult:
        """InMail credits that are left; data: InmailBalance."""
        return self._get("/linkedin/inmail_balance", "/linkedin/inmail_balance", answers.inmail_balance)

    def _get(self, path: str, template: str, read: object) -> ProviderResult:
        call = Call(method="GET", path=path, template=template, params={"account_id": self.account_id})
        return self._transport.request(call, read)  # type: ignore[arg-type]


def _make(transport: Transport, account: Account) -> UnipileClient:
    connection = account.connection
    return UnipileClient(transport, (connection.external_account_id if connection else None) or "")


def _base_url(account: Account) -> str:
    if not (dsn := unipile_dsn()):
        raise NotConfigured(gettext("UNIPILE_DSN not configured"))
    return f"{dsn}/api/v1"


def _credential(account: Account) -> Credential:
    if not (key := unipile_api_key()):
        raise NotConfigured(gettext("UNIPILE_API_KEY not configured"))
    if account.connection is None or not account.connection.external_account_id:
        raise NotConfigured(gettext("{label} is not connected").format(label=Provider.UNIPILE.label))
    return Credential(headers={"X-API-KEY": key, "Accept": "application/json"})


SPEC: ClientSpec[UnipileClient] = ClientSpec(
    provider=Provider.UNIPILE,
    make=_make,
    base_url=_base_url,
    credential=_credential,
    timeout=unipile_timeout_seconds,
    retries=RetryPolicy,
    explain=lambda base_url: answers.explain,
    platform_wide=True,
)


def check(workspace_id: UUID) -> ProviderResult:
    """Ask for the account's own profile: the cheapest call that needs both key and account. Writes the
    connection's health, and whose account it is (02.own-echo-never-inbound).
    """
    client = get_client(workspace_id, SPEC)
    result = client.get_own_profile()
    if result.ok:
        with tenant(workspace_id):
            remember_owner(workspace_id, client.account_id, result.data.member_id)
    return result
