"""Keys by which a call from outside finds its workspace."""

from collections.abc import Iterator

from integrations.enums import Provider, RouteProvider
from zrg.lib.hashing import sha

# Endings agencies put behind a client's name at the provider.
NAME_SUFFIXES = (" - Inboxxia Client", " - EmailBison Client", " - Inboxxia", " - EmailBison")


def route_hash(key: str) -> str:
    """How a key is stored."""
    return sha(key)


def account_key(external_account_id: str, host: str | None = None) -> str:
    """Key of a provider account, or of an account on one instance."""
    return f"{host}|{external_account_id}" if host else external_account_id


def name_key(workspace_name: str) -> str:
    """Key of a workspace name, without regard to case."""
    return f"name:{workspace_name.strip().lower()}"


def name_candidates(name: str) -> Iterator[str]:
    """The name as given, then without one of the known endings."""
    given = name.strip()
    yield given
    for suffix in NAME_SUFFIXES:
        if given.lower().endswith(suffix.lower()) and len(given) > len(suffix):
            yield given[: -len(suffix)].strip()
            return


def connection_keys(
    provider: str, external_account_id: str | None, *, host: str | None = None, workspace_name: str = ""
) -> list[str]:
    """All keys under which calls of a connection may come."""
    if provider == Provider.EMAILBISON:
        account = external_account_id
        keys = [account_key(account), account_key(account, host)] if account else []
        return [*keys, name_key(workspace_name)] if workspace_name.strip() else keys
    if provider in RouteProvider.values and external_account_id:
        return [account_key(external_account_id)]
    return []
