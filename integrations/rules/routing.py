"""Which workspace a call belongs to, from what its payload says about itself."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from integrations.rules.routes import account_key, name_candidates, name_key, route_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteKeys:
    """Hashes to look up; `names` in the order they are tried."""

    account_on_host: str | None
    account: str | None
    names: tuple[str, ...]

    def all(self) -> list[str]:
        """Every hash, for one query."""
        return [key for key in (self.account_on_host, self.account, *self.names) if key]


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """The workspace found; `by_name` when only its name said so; `ambiguous` when a key fits several."""

    workspace_id: UUID | None = None
    by_name: bool = False
    ambiguous: bool = False


def route_keys(account_id: str | None, host: str | None, name: str | None) -> RouteKeys:
    """What to look up for a call of an instance's workspace."""
    return RouteKeys(
        account_on_host=route_hash(account_key(account_id, host)) if account_id and host else None,
        account=route_hash(account_key(account_id)) if account_id else None,
        names=tuple(route_hash(name_key(candidate)) for candidate in name_candidates(name)) if name else (),
    )


def pick_workspace(keys: RouteKeys, rows: Iterable[tuple[str, UUID]], *, host_known: bool) -> Routed:
    """The first key that fits exactly one workspace: the account on its instance; the account alone
    only when the call names no instance we know (ids collide across instances); then the name.
    """
    found: dict[str, set[UUID]] = {}
    for key_hash, workspace_id in rows:
        found.setdefault(key_hash, set()).add(workspace_id)
    ambiguous = False
    order = [keys.account_on_host, None if host_known else keys.account, *keys.names]
    for key in order:
        matches = found.get(key or "", set())
        if len(matches) == 1:
            return Routed(workspace_id=next(iter(matches)), by_name=key in keys.names, ambiguous=ambiguous)
        ambiguous = ambiguous or len(matches) > 1
    return Routed(ambiguous=ambiguous)
