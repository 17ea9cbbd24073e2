"""The e-mail participant functions by name; results in the words of `expect`."""

from collections.abc import Callable
from typing import Any

from leads.rules import participants
from zrg.lib import addresses

_RENAMED: dict[str, Callable[..., dict[str, Any]]] = {
    "normalize_email": lambda **given: {"email": addresses.normalize_email(**given)},
    "parse_address": lambda **given: _parsed(addresses.parse_address(**given)),
    "emails_match": lambda **given: {"match": addresses.emails_match(**given)},
    "is_machine_address": lambda **given: {"is_machine": addresses.is_machine_address(**given)},
    "is_own_sender": lambda **given: {"is_own": addresses.is_own_sender(**given)},
    "is_cc_replier": lambda **given: {"is_cc_replier": participants.is_cc_replier(**given)},
    "add_alternate_email": lambda **given: {"alternate_emails": participants.add_alternate_email(**given)},
}


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in case_input.items() if name != "fn"}
    name = case_input["fn"]
    function = _RENAMED.get(name) or getattr(participants, name)
    return dict(function(**given))


def _parsed(parsed: addresses.ParsedAddress) -> dict[str, Any]:
    return {"email": parsed.email, "name": parsed.name}
