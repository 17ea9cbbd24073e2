"""access_matrix: the capability matrix, the effective role, the answer's status."""

from dataclasses import dataclass
from typing import Any

from zrg.workspaces.enums import Role
from zrg.workspaces.rules.permissions import answer, decide, effective_extras, effective_role

LEADS = {"mine": "mine", "outside": "outside", "other_workspace": "outside", "foreign": "outside", "missing": "outside"}


@dataclass(frozen=True)
class Row:
    role: str
    is_active: bool
    extra_permissions: list[str]


def run(case_input: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    if "person" not in case_input:
        return {role: decide(role, (), case_input["action"]) for role in Role.values} | {
            "NON_MEMBER": decide(None, (), case_input["action"])
        }
    person = case_input["person"]
    rows = [Row(**row) for row in person["memberships"]]
    role = effective_role(person["is_owner"], rows, person["platform"])
    lead = case_input.get("lead")
    given = answer(
        role,
        effective_extras(rows),
        case_input["action"],
        user_active=person["user_active"],
        workspace_status=case_input["workspace_status"],
        lead=None if lead is None else LEADS.get(lead, "other"),
    )
    return {"effective_role": role, "allow": given.allow, "status": given.status, "decision": given.decision}
