"""Saving, switching and clearing the connections of a workspace.

All functions join the caller's context and transaction; permission and step-up are the caller's
business. Secrets go in and never come out: reads return booleans and masks.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext

from integrations.contracts import ConnectionSaved, ConnectionStateChanged, ProviderSwitched
from integrations.enums import ConnectionStatus, Provider
from integrations.errors import (
    AccountTaken,
    ConnectionRefused,
    SecretUnreadable,
    SettingsChanged,
    SeveralEmailProviders,
)
from integrations.models import Connection, EmailBisonBaseHost, EmailSender, ProviderBudget, WebhookRoute
from integrations.rules.connections import (
    CONFIG,
    OUR_SECRETS,
    SECRETS,
    is_complete,
    missing_account,
    missing_secrets,
    normalise_account_id,
    normalise_sender,
    requirement,
)
from integrations.rules.routes import account_key, route_hash
from integrations.services.checking import request_check
from integrations.services.hosts import effective_host
from integrations.services.routes import refresh_routes
from integrations.services.secrets import read_secrets, seal
from integrations.services.senders import request_refresh
from zrg.jobs.services.announce import announce
from zrg.lib.errors import BadInput
from zrg.lib.hashing import canonical_json
from zrg.lib.log_events import CONNECTION_SAVED
from zrg.lib.secrets_hygiene import clean_secret_input, mask_secret
from zrg.workspaces.models import User, Workspace
from zrg.workspaces.services.audit import record_audit

logger = structlog.get_logger(__name__)


class Unchanged:
    """Marks a setting the caller does not touch."""


UNCHANGED = Unchanged()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionInput:
    """What was typed. Blank or masked secrets stay as they are; `remove` names secrets to clear.

    `switch=True` confirms that another active e-mail provider may be deactivated and its secrets erased.
    `checked=True`: the provider itself has confirmed the credential (see `needs_check`).
    `version` is that of the row the person looked at (`version_of`); None skips the comparison.
    """

    secrets: Mapping[str, str | None] = field(default_factory=dict)
    remove: frozenset[str] = frozenset()
    external_account_id: str | Unchanged | None = UNCHANGED
    base_host: EmailBisonBaseHost | Unchanged | None = UNCHANGED
    config: Mapping[str, Any] = field(default_factory=dict)
    switch: bool = False
    checked: bool = False
    version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionView:
    """What people with settings rights may read of a connection."""

    provider: str
    connected: bool
    status: str
    masked: dict[str, str]


def active_email_provider(workspace_id: UUID) -> str | None:
    """The e-mail provider the workspace uses; None when it uses none."""
    rows = Connection.objects.in_workspace(workspace_id).active().email()
    return rows.values_list("provider", flat=True).first()


@transaction.atomic
def save_connection(
    workspace: Workspace, provider: str, given: ConnectionInput, *, by: User | str | None
) -> Connection:
    """Create or change a connection; returns the saved row.

    Raises `SeveralEmailProviders` while another e-mail provider is complete and `switch` is not
    confirmed, `AccountTaken` when another workspace has the account, `ConnectionRefused` for an
    incomplete or malformed one, `SettingsChanged` when `version` is not the row's any more. Saving the
    same values again changes nothing but the audit.
    """
    if needs_check(provider) and not given.checked and any(given.secrets.values()):
        raise ConnectionRefused(
            gettext("{label} is connected on the workspace's settings page").format(label=Provider(provider).label)
        )
    connection = _locked(workspace, provider)
    if given.version is not None and given.version != version_of(connection):
        raise SettingsChanged
    before, had_account = _identity(connection), connection.external_account_id is not None
    is_new = connection._state.adding
    changed = _apply(connection, given)
    others = _other_email_providers(connection)
    if others and not given.switch and any(other.secrets for other in others):
        raise SeveralEmailProviders
    _refuse_taken_account(connection)
    switched_from = _deactivate(others)
    _store(connection)
    if switched_from or _moved(before, _identity(connection)):
        forget_provider(workspace.pk, connection.provider)
    refresh_routes(connection)
    first = is_new or (provider == Provider.UNIPILE and not had_account)
    _after_save(connection, changed, first=first, by=by)
    return connection


@transaction.atomic
def clear_email_provider(workspace: Workspace, *, by: User | str | None) -> int:
    """Use no e-mail provider: all three deactivated, their secrets erased; returns how many there were."""
    active = list(Connection.objects.select_for_update().in_workspace(workspace).active().email())
    for connection in active:
        disable_connection(connection, by=by)
    return len(active)


@transaction.atomic
def disable_connection(connection: Connection, *, by: User | str | None) -> None:
    """Stop using a connection and erase its secrets; its inbound calls are then answered as ignored.

    An account that is no e-mail provider's is released as well, so that another workspace may have it.
    """
    if not connection.is_active:
        return
    _deactivate([connection])
    if connection.is_email:
        forget_provider(connection.workspace_id, None)
    else:
        connection.external_account_id = None
        connection.save(update_fields=["external_account_id", "updated_at"])
        refresh_routes(connection)
    _audit(connection, ["is_active", "secrets"], by=by, action="connection.disabled")


@transaction.atomic
def delete_connection(connection: Connection, *, by: User | str | None) -> None:
    """Remove a connection with its credential and its routes."""
    _audit(connection, ["secrets"], by=by, action="connection.deleted")
    connection.delete()


def needs_check(provider: str) -> bool:
    """Whether a credential is stored only after the provider said whose it is. That call cannot be made
    inside the transaction of a save, so such a provider has a service of its own (`connect_slack`,
    `connect_calendly`).
    """
    return provider in (Provider.SLACK, Provider.CALENDLY)


def forget_provider(workspace_id: UUID, provider: str | None) -> None:
    """Ids of the former provider point at strangers now: mailboxes go, leads drop theirs on the event."""
    EmailSender.objects.in_workspace(workspace_id).delete()
    announce(ProviderSwitched(workspace_id=workspace_id, switch_id=uuid4(), provider=provider))


def version_of(connection: Connection) -> str:
    """Changes with what a person sets on a connection, not with what calls and jobs write on it."""
    try:
        secrets = {name: value for name, value in read_secrets(connection).items() if name not in OUR_SECRETS}
    except SecretUnreadable:
        secrets = {"": connection.secrets}
    names = CONFIG.get(connection.provider, ())
    parts = [
        connection.is_active,
        connection.external_account_id,
        str(connection.base_host_id),
        {name: connection.config.get(name) for name in names},
        secrets,
    ]
    return salted_hmac("integrations.connection", canonical_json(parts), algorithm="sha256").hexdigest()[:24]


def describe(connection: Connection) -> ConnectionView:
    """Booleans and masks only."""
    try:
        secrets = read_secrets(connection)
    except SecretUnreadable:
        secrets = {}
    complete = is_complete(connection.provider, secrets)
    return ConnectionView(
        provider=connection.provider,
        connected=connection.is_active and complete and connection.status != ConnectionStatus.DISCONNECTED,
        status=connection.status,
        masked={name: mask_secret(secrets.get(name)) for name in SECRETS[connection.provider]},
    )


def _locked(workspace: Workspace, provider: str) -> Connection:
    rows = Connection.objects.select_for_update(of=("self",)).in_workspace(workspace).of(provider)
    found = rows.select_related("workspace", "base_host").first()
    return found or Connection(workspace=workspace, provider=provider, is_active=False)


def _apply(connection: Connection, given: ConnectionInput) -> list[str]:
    """Set what was typed on the row; returns the names of what changed."""
    changed = _apply_secrets(connection, given)
    if not isinstance(given.external_account_id, Unchanged):
        account_id = normalise_account_id(connection.provider, given.external_account_id)
        changed += ["external_account_id"] if account_id != connection.external_account_id else []
        connection.external_account_id = account_id
    if sentence := missing_account(connection.provider, connection.external_account_id):
        raise ConnectionRefused(sentence, field="external_account_id")
    if not isinstance(given.base_host, Unchanged):
        if given.base_host is not None and connection.provider != Provider.EMAILBISON:
            raise ConnectionRefused(gettext("Only EmailBison has base hosts"), field="base_host")
        changed += ["base_host"] if given.base_host != connection.base_host else []
        connection.base_host = given.base_host
    for name, typed in given.config.items():
        value = normalise_sender(typed) if name == "from_email" else typed
        changed += [name] if connection.config.get(name) != value else []
        connection.config = {**connection.config, name: value}
    if {"external_account_id", "base_host"} & set(changed):
        _reset_health(connection)
    if not connection.is_active:
        connection.is_active = True
        changed.append("is_active")
    return changed


def _apply_secrets(connection: Connection, given: ConnectionInput) -> list[str]:
    known = SECRETS[connection.provider]
    if unknown := sorted((given.secrets.keys() | given.remove) - known.keys()):
        raise BadInput(gettext("Unknown secret: {unknown}").format(unknown=unknown[0]), field=unknown[0])
    typed = {name: value for name, raw in given.secrets.items() if (value := clean_secret_input(name, raw))}
    stored = _stored_secrets(connection, replaced=set(typed) | given.remove)
    secrets = {name: value for name, value in {**stored, **typed}.items() if name not in given.remove}
    if missing_secrets(connection.provider, secrets):
        raise ConnectionRefused(
            requirement(connection.provider), field=missing_secrets(connection.provider, secrets)[0]
        )
    changed = sorted(name for name in known if secrets.get(name) != stored.get(name))
    if changed:
        connection.secrets = seal(connection.workspace_id, connection.provider, secrets)
        _reset_health(connection)
    return changed


def _stored_secrets(connection: Connection, *, replaced: set[str]) -> dict[str, str]:
    try:
        return read_secrets(connection)
    except SecretUnreadable:
        # Whoever types the required secrets anew repairs a connection whose key was lost.
        if missing := set(missing_secrets(connection.provider, {})) - replaced:
            raise ConnectionRefused(
                gettext("The stored credential cannot be read; {what}").format(what=requirement(connection.provider)),
                field=sorted(missing)[0],
            ) from None
        return {}


def _reset_health(connection: Connection) -> None:
    """What was learned concerned the former settings; whoever waits for the lost connection hears of it."""
    if connection.status == ConnectionStatus.DISCONNECTED:
        announce(
            ConnectionStateChanged(
                workspace_id=connection.workspace_id,
                connection_id=connection.pk,
                provider=connection.provider,
                state=ConnectionStatus.UNKNOWN.value,
                detail="the settings were changed",
                changed_at=timezone.now(),
            )
        )
    connection.status = ConnectionStatus.UNKNOWN
    connection.consecutive_failures = 0
    connection.disconnected_at = connection.last_error_at = None
    connection.last_error_code = connection.last_error_message = None


def _other_email_providers(connection: Connection) -> list[Connection]:
    if not connection.is_email:
        return []
    rows = Connection.objects.select_for_update().in_workspace(connection.workspace_id).active().email()
    return list(rows.exclude(provider=connection.provider))


def _deactivate(connections: list[Connection]) -> bool:
    for connection in connections:
        connection.is_active = False
        connection.secrets = ""
        connection.config = {}
        _reset_health(connection)
        connection.save()
    return bool(connections)


def _refuse_taken_account(connection: Connection) -> None:
    account = connection.external_account_id
    if account is None or connection.provider not in (Provider.EMAILBISON, Provider.GHL, Provider.UNIPILE):
        return
    emailbison = connection.provider == Provider.EMAILBISON
    key = account_key(account, effective_host(connection.base_host) if emailbison else None)
    # The look-up table is the one place that knows the accounts of all workspaces.
    rows = WebhookRoute.objects.filter(provider=connection.provider, key_hash=route_hash(key))
    if rows.exclude(target_id=connection.workspace_id).exists():
        raise AccountTaken(gettext("Another workspace is connected to this account"))


def _store(connection: Connection) -> None:
    try:
        with transaction.atomic():
            connection.save()
    except IntegrityError as refused:
        constraint = getattr(getattr(refused.__cause__, "diag", None), "constraint_name", "")
        if constraint == "connection_one_email_provider":
            raise SeveralEmailProviders from refused
        if constraint in ("connection_emailbison_account", "connection_ghl_account", "connection_unipile_account"):
            raise AccountTaken(gettext("Another workspace is connected to this account")) from refused
        raise


def _identity(connection: Connection) -> tuple[str, str | None, str | None] | None:
    """What the ids of the provider depend on; None before the first save."""
    if connection._state.adding or not connection.is_email:
        return None
    host = effective_host(connection.base_host) if connection.provider == Provider.EMAILBISON else None
    return connection.provider, host, connection.external_account_id


def _moved(before: tuple[str, str | None, str | None] | None, after: tuple[str, str | None, str | None] | None) -> bool:
    """Whether ids known so far belong to another account. Naming an account for the first time does not
    move it."""
    if before is None or after is None or before == after:
        return False
    return before[:2] != after[:2] or before[2] is not None


def _after_save(connection: Connection, changed: list[str], *, first: bool, by: User | str | None) -> None:
    if changed:
        ProviderBudget.objects.filter(workspace_id=connection.workspace_id, provider=connection.provider).delete()
    if first:
        announce(
            ConnectionSaved(
                workspace_id=connection.workspace_id, connection_id=connection.pk, provider=connection.provider
            )
        )
    if connection.provider == Provider.UNIPILE and changed:
        # The test also learns whose account it is.
        request_check(connection)
    if connection.provider == Provider.EMAILBISON and changed:
        request_refresh(connection.workspace_id, now=timezone.now())
    _audit(connection, changed, by=by, action="connection.saved")


def _audit(connection: Connection, changed: list[str], *, by: User | str | None, action: str) -> None:
    record_audit(
        action,
        actor=by,
        workspace=connection.workspace_id,
        obj=connection,
        after={"provider": connection.provider, "fields": sorted(changed)},
    )
    logger.info(
        CONNECTION_SAVED,
        workspace=str(connection.workspace_id),
        connection=str(connection.pk),
        provider=connection.provider,
        fields=sorted(changed),
    )
