"""The subscription through which Calendly calls us: one per workspace, signed with a key of ours."""

import secrets as random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import structlog
from django.utils import timezone

from integrations.calendly.client import SPEC, CalendlyClient
from integrations.calendly.payload import EVENTS
from integrations.calendly.types import CalendlyUser, Subscription
from integrations.enums import Code, Provider
from integrations.errors import SecretUnreadable
from integrations.models import Connection
from integrations.results import ProviderResult
from integrations.services.clients import get_client
from integrations.services.secrets import read_secrets, seal
from integrations.services.webhook_urls import webhook_url
from zrg.jobs.services.enqueue import enqueue_job
from zrg.lib.log_events import CALENDLY_SUBSCRIPTION
from zrg.workspaces.context import tenant

SUBSCRIPTION_JOB = "CALENDLY_SUBSCRIPTION"
KEY_BYTES = 32
# Somebody else may repair at the same moment; whoever stores second begins anew.
ATTEMPTS = 3
PLAN_OR_ROLE = "Calendly does not let this account receive calls: the plan or the role of the token's owner is too low"

State = Literal["kept", "created", "would_create", "not_connected", "plan_or_role", "failed"]

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ensured:
    """What `ensure_calendly_webhook` found or did. `problem` is the call that went wrong, for `failed` and
    `plan_or_role`; `removed` counts subscriptions of ours that were deleted (or would be).
    """

    state: State
    removed: int = 0
    problem: ProviderResult | None = None

    @property
    def is_well(self) -> bool:
        """Whether Calendly calls us now, and we can check that it does."""
        return self.state in ("kept", "created")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    """The connection as it was read: `token` is the sealed credential, by which a change is noticed."""

    connection_id: UUID
    token: str
    has_key: bool
    config: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    callback_url: str
    user: CalendlyUser

    def agrees(self, found: Subscription) -> bool:
        """Whether a subscription is the one we would make."""
        return (
            found.callback_url == self.callback_url
            and found.organization == self.user.organization
            and found.state == "active"
            and found.events >= frozenset(EVENTS)
        )


def request_subscription(connection: Connection) -> bool:
    """Queue one look at the subscription, at most one every ten seconds. Joins the caller's transaction."""
    moment = int(timezone.now().timestamp()) // 10
    return enqueue_job(
        SUBSCRIPTION_JOB,
        connection.workspace_id,
        dedupe_key=f"{connection.workspace_id}:{connection.pk}:{SUBSCRIPTION_JOB}:{moment}",
        payload={"connection_id": str(connection.pk)},
    )


def ensure_calendly_webhook(workspace_id: UUID, *, dry_run: bool = False) -> Ensured:
    """Make Calendly call this workspace, signed with a key we hold; safe to repeat, for outside of
    transactions.

    A subscription is kept only while callback, organisation, state and events are ours and it is the one
    whose key we stored; others that lead to us are deleted. The key is drawn before the call and stored
    with the subscription's address in one write: a crash between leaves a subscription whose key nobody
    knows, which the next run finds and replaces.
    """
    done = Ensured(state="failed")
    for _ in range(ATTEMPTS):
        stored = _read(workspace_id)
        if stored is None:
            return Ensured(state="not_connected")
        done = _ensure(workspace_id, stored, dry_run=dry_run)
        if done.problem is None or done.problem.code != Code.CONFLICT:
            break
    logger.info(
        CALENDLY_SUBSCRIPTION,
        workspace=str(workspace_id),
        state=done.state,
        removed=done.removed,
        code=done.problem.code if done.problem else None,
    )
    return done


def delete_subscription_of(workspace_id: UUID) -> None:
    """Delete the workspace's subscription at Calendly as far as that can be done now."""
    stored = _read(workspace_id)
    uri = stored.config.get("webhook_subscription_uri") if stored else None
    if uri:
        get_client(workspace_id, SPEC).delete_subscription(uri)


def _ensure(workspace_id: UUID, stored: _Stored, *, dry_run: bool) -> Ensured:
    client = get_client(workspace_id, SPEC)
    me = client.get_user()
    if not me.ok:
        return Ensured(state="failed", problem=me)
    wanted = _Wanted(callback_url=webhook_url(Provider.CALENDLY, workspace_id) or "", user=me.data)
    listed = _list(client, me.data)
    if not listed.ok:
        return Ensured(state="failed", problem=listed)
    kept, stale = _sort(listed.data, wanted, stored)
    if dry_run:
        return Ensured(state="kept" if kept else "would_create", removed=len(stale))
    for subscription in stale:
        deleted = client.delete_subscription(subscription.uri)
        if not deleted.ok and deleted.code != Code.NOT_FOUND:
            return Ensured(state="failed", problem=deleted)
    if kept:
        _store(workspace_id, stored, _config(me.data, kept.uri))
        return Ensured(state="kept", removed=len(stale))
    return _create(client, workspace_id, stored, wanted, removed=len(stale))


def _list(client: CalendlyClient, user: CalendlyUser) -> ProviderResult:
    """Subscriptions of both scopes; those of the organisation only as far as the role may see them."""
    of_user = client.list_subscriptions(user.organization, user=user.uri)
    of_organization = client.list_subscriptions(user.organization)
    if not of_user.ok:
        return of_user
    if of_organization.status == 403:
        return of_user
    if not of_organization.ok:
        return of_organization
    by_uri = {found.uri: found for found in (*of_user.data, *of_organization.data)}
    return ProviderResult(outcome="ok", data=tuple(by_uri.values()))


def _sort(
    found: Iterable[Subscription], wanted: _Wanted, stored: _Stored
) -> tuple[Subscription | None, list[Subscription]]:
    """The subscription to keep, and those of ours to delete. What leads elsewhere belongs to others."""
    known_uri = stored.config.get("webhook_subscription_uri")
    kept: Subscription | None = None
    stale = []
    for subscription in found:
        if subscription.uri == known_uri and stored.has_key and wanted.agrees(subscription):
            kept = subscription
        elif subscription.uri == known_uri or subscription.callback_url == wanted.callback_url:
            stale.append(subscription)
    return kept, stale


def _create(client: CalendlyClient, workspace_id: UUID, stored: _Stored, wanted: _Wanted, *, removed: int) -> Ensured:
    key = random.token_hex(KEY_BYTES)
    created = _subscribe(client, wanted, key)
    if created.status == 403:
        refused = {"webhook_subscription_uri": None, "subscription_state": "plan_or_role"}
        _store(workspace_id, stored, {**_config(wanted.user, None), **refused})
        return Ensured(state="plan_or_role", removed=removed, problem=created)
    if not created.ok:
        return Ensured(state="failed", removed=removed, problem=created)
    if not _store(workspace_id, stored, _config(wanted.user, created.data.uri), signing_key=key):
        # The credential changed meanwhile: this subscription belongs to nobody now.
        client.delete_subscription(created.data.uri)
        conflict = ProviderResult(outcome="failed", code=Code.CONFLICT, message="the connection changed meanwhile")
        return Ensured(state="failed", removed=removed, problem=conflict)
    return Ensured(state="created", removed=removed)


def _subscribe(client: CalendlyClient, wanted: _Wanted, key: str) -> ProviderResult:
    """For the whole organisation, or for the token's owner where the role allows no more."""
    parts: dict[str, Any] = {
        "callback_url": wanted.callback_url,
        "events": EVENTS,
        "organization": wanted.user.organization,
        "signing_key": key,
    }
    created = client.create_subscription(**parts)
    return client.create_subscription(**parts, user=wanted.user.uri) if created.status == 403 else created


def _config(user: CalendlyUser, subscription_uri: str | None) -> dict[str, Any]:
    return {
        "user_uri": user.uri,
        "organization_uri": user.organization,
        "webhook_subscription_uri": subscription_uri,
        "subscription_state": "active",
    }


def _read(workspace_id: UUID) -> _Stored | None:
    with tenant(workspace_id):
        row = Connection.objects.in_workspace(workspace_id).of(Provider.CALENDLY).active().first()
        if row is None:
            return None
        try:
            held = read_secrets(row)
        except SecretUnreadable:
            # The client answers with the reason.
            held = {}
        return _Stored(
            connection_id=row.pk, token=row.secrets, has_key="webhook_signing_key" in held, config=row.config
        )


def _store(workspace_id: UUID, stored: _Stored, config: dict[str, Any], *, signing_key: str | None = None) -> bool:
    """Write what Calendly said, with the key in the same statement; False when the credential is not the
    one the calls were made with.
    """
    with tenant(workspace_id):
        rows = Connection.objects.select_for_update().in_workspace(workspace_id).filter(pk=stored.connection_id)
        row = rows.filter(secrets=stored.token, is_active=True).first()
        if row is None:
            return False
        fields = ["updated_at"]
        if {**row.config, **config} != row.config:
            row.config = {**row.config, **config}
            fields.append("config")
        if signing_key:
            row.secrets = seal(workspace_id, row.provider, {**read_secrets(row), "webhook_signing_key": signing_key})
            fields.append("secrets")
        if len(fields) > 1:
            row.save(update_fields=fields)
        return True
