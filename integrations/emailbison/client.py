"""Calls to one EmailBison instance with one workspace's key.

Every method returns a `ProviderResult` and raises nothing for what the provider does; `data` holds the
types of `integrations.emailbison.types`. Call outside transactions only.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from integrations.contracts import Address
from integrations.emailbison import answers
from integrations.enums import Code, Provider
from integrations.env import emailbison_max_retries, emailbison_timeout_seconds
from integrations.results import ProviderResult
from integrations.rules.hosts import host_of, same_origin
from integrations.services.clients import Account, ClientSpec, get_client, required_secret
from integrations.services.hosts import base_url_of
from integrations.transport import Credential, RetryPolicy, Transport, failure
from integrations.wire import Call

MAX_PAGES = 200
# Parameters under which instances of different age find a lead by address, best first.
_LEAD_SEARCHES = ("filters[search]", "search", "filters[email]", "filters[email_address]")


class EmailBisonClient:
    """Typed calls over a `Transport` (which knows address, key, retries and health)."""

    def __init__(self, transport: Transport):
        self._transport = transport

    def list_campaigns(self) -> ProviderResult:
        """All campaigns; data: tuple[Campaign, …]."""
        return self._list("/api/campaigns", "/api/campaigns", answers.campaign)

    def list_campaign_leads(self, campaign_id: str) -> ProviderResult:
        """Leads of a campaign; data: tuple[LeadRecord, …]."""
        return self._list(f"/api/campaigns/{_id(campaign_id)}/leads", "/api/campaigns/{id}/leads", answers.lead)

    def stop_future_emails(self, campaign_id: str, lead_ids: Sequence[str]) -> ProviderResult:
        """No further step of this campaign goes to these leads; ok only when the provider says so."""
        return self._transport.request(
            Call(
                method="POST",
                path=f"/api/campaigns/{_id(campaign_id)}/leads/stop-future-emails",
                template="/api/campaigns/{id}/leads/stop-future-emails",
                json={"lead_ids": [_number(lead_id) for lead_id in lead_ids]},
            ),
            answers.stopped,
        )

    def send_reply(
        self,
        *,
        reply_id: str,
        message_html: str,
        sender_email_id: str,
        to: Sequence[Address],
        cc: Sequence[Address] = (),
        subject: str | None = None,
    ) -> ProviderResult:
        """Answer on the thread of `reply_id`; data: SentReply. Never repeated after an unknown outcome."""
        if not sender_email_id.isdecimal():
            return failure(Code.SENDER_INVALID, "the sender's id is no number")
        body = {
            "message": message_html,
            "content_type": "html",
            "sender_email_id": int(sender_email_id),
            "to_emails": [_recipient(address) for address in to],
            "cc_emails": [_recipient(address) for address in cc],
            "bcc_emails": [],
            "inject_previous_email_body": False,
            **({"subject": subject} if subject else {}),
        }
        return self._transport.request(
            Call(
                method="POST",
                path=f"/api/replies/{_id(reply_id)}/reply",
                template="/api/replies/{id}/reply",
                json=body,
            ),
            answers.sent_reply,
        )

    def get_lead(self, lead_id: str) -> ProviderResult:
        """One lead; data: LeadRecord."""
        return self._transport.request(
            Call(method="GET", path=f"/api/leads/{_id(lead_id)}", template="/api/leads/{id}"), answers.single_lead
        )

    def set_lead_variables(self, lead_id: str, variables: dict[str, str]) -> ProviderResult:
        """Write custom variables of a lead; data: LeadRecord."""
        named = [{"name": name, "value": value} for name, value in variables.items()]
        return self._transport.request(
            Call(
                method="PATCH",
                path=f"/api/leads/{_id(lead_id)}",
                template="/api/leads/{id}",
                json={"custom_variables": named},
            ),
            answers.single_lead,
        )

    def find_lead(self, email: str) -> ProviderResult:
        """The lead with exactly this address; data: LeadRecord or None."""
        wanted = email.strip().lower()
        result = failure(Code.NOT_FOUND, "")
        for parameter in _LEAD_SEARCHES:
            call = Call(
                method="GET", path="/api/leads", template="/api/leads", params={parameter: wanted, "per_page": "200"}
            )
            result = self._transport.request(call, answers.list_of(answers.lead))
            found = next((lead for lead in result.data or () if lead.email == wanted), None) if result.ok else None
            if found or (not result.ok and result.code not in (Code.BAD_REQUEST, Code.UNPROCESSABLE)):
                return ProviderResult(outcome="ok", status=result.status, data=found) if result.ok else result
        return ProviderResult(outcome="ok", status=result.status) if result.ok else result

    def create_lead(self, *, email: str, first_name: str | None = None, last_name: str | None = None) -> ProviderResult:
        """Add a lead; data: LeadRecord."""
        body = {"email": email, "first_name": first_name or "", "last_name": last_name or ""}
        return self._transport.request(
            Call(method="POST", path="/api/leads", template="/api/leads", json=body), answers.single_lead
        )

    def list_replies(self, lead_id: str, *, folder: str = "all") -> ProviderResult:
        """E-mails of a lead's threads; data: tuple[ReplyRecord, …]."""
        return self._list(
            f"/api/leads/{_id(lead_id)}/replies", "/api/leads/{id}/replies", answers.reply, {"filters[folder]": folder}
        )

    def list_sent_emails(self, lead_id: str) -> ProviderResult:
        """Campaign steps sent to a lead; data: tuple[ScheduledEmail, …]."""
        return self._list(f"/api/leads/{_id(lead_id)}/sent-emails", "/api/leads/{id}/sent-emails", answers.scheduled)

    def list_scheduled_emails(self, lead_id: str) -> ProviderResult:
        """Campaign steps due for a lead; data: tuple[ScheduledEmail, …]."""
        return self._list(
            f"/api/leads/{_id(lead_id)}/scheduled-emails", "/api/leads/{id}/scheduled-emails", answers.scheduled
        )

    def search_replies(self, *, folder: str, search: str) -> ProviderResult:
        """E-mails of the workspace; data: tuple[ReplyRecord, …]."""
        return self._list(
            "/api/replies", "/api/replies", answers.reply, {"filters[folder]": folder, "filters[search]": search}
        )

    def list_sender_emails(self) -> ProviderResult:
        """Mailboxes of the workspace; data: tuple[SenderEmail, …]. Ok means the listing is complete."""
        return self._list("/api/sender-emails", "/api/sender-emails", answers.sender)

    def _list(
        self,
        path: str,
        template: str,
        make: Callable[[dict[str, Any]], Any],
        params: dict[str, str] | None = None,
    ) -> ProviderResult:
        """All pages of a list. `links.next` is followed only within the instance's own origin."""
        found: list[Any] = []
        call = Call(method="GET", path=path, template=template, params=params or {})
        seen: set[str] = set()
        for _ in range(MAX_PAGES):
            result = self._transport.request(call, lambda body: (answers.list_of(make)(body), answers.next_page(body)))
            if not result.ok:
                return result
            rows, following = result.data
            found.extend(rows)
            if following is None or following in seen:
                break
            if not same_origin(following, self._transport.base_url):
                return failure(Code.HOST_REFUSED, "the next page lies on another host")
            seen.add(following)
            parts = urlsplit(following)
            call = Call(
                method="GET", path=_below(parts.path, self._transport.base_url) + f"?{parts.query}", template=template
            )
        return ProviderResult(outcome="ok", status=200, data=tuple(found))


def check(workspace_id: UUID) -> ProviderResult:
    """Ask the provider whether the workspace's key works (list the mailboxes); writes its health."""
    return get_client(workspace_id, SPEC).list_sender_emails()


def _recipient(address: Address) -> dict[str, str | None]:
    return {"name": address.name, "email_address": address.email}


def _id(value: str) -> str:
    """An id as one path segment, so that no value can reach another route."""
    return quote(str(value), safe="")


def _number(value: str) -> int | str:
    return int(value) if value.isdecimal() else value


def _below(path: str, base_url: str) -> str:
    """`path` relative to the base address (which has a path of its own only at the simulator)."""
    return path.removeprefix(urlsplit(base_url).path.rstrip("/"))


def _make(transport: Transport, account: Account) -> EmailBisonClient:
    return EmailBisonClient(transport)


def _base_url(account: Account) -> str:
    assert account.connection is not None
    return base_url_of(account.connection)


def _credential(account: Account) -> Credential:
    key = required_secret(account, "api_key", Provider.EMAILBISON)
    return Credential(headers={"Authorization": f"Bearer {key}", "Accept": "application/json"})


def _retries() -> RetryPolicy:
    times = emailbison_max_retries()
    return RetryPolicy(rate_limited=times, network=times)


SPEC: ClientSpec[EmailBisonClient] = ClientSpec(
    provider=Provider.EMAILBISON,
    make=_make,
    base_url=_base_url,
    credential=_credential,
    timeout=emailbison_timeout_seconds,
    retries=_retries,
    explain=lambda base_url: partial(answers.explain, host=host_of(base_url) or "the host"),
)
