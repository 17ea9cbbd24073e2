"""The terms of an agreement as a person edits them; each side has its own part."""

from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext

from assignment.forms.conditions import Conditions, conditions_of, read_conditions
from assignment.forms.limits import Limits, limits_of, read_limits, whole
from assignment.models import RoutingPartner
from zrg.lib.errors import BadInput


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsDraft:
    """What stands in the form."""

    limits: Limits
    asks: Conditions = field(default_factory=Conditions)
    credit: str = ""
    return_days: str = ""
    notes: str = ""

    def edited(self, act: str) -> "TermsDraft":
        """The draft after a condition was added or removed."""
        return replace(self, asks=self.asks.edited(act))

    def at_fault(self, pointer: str, message: str) -> "TermsDraft":
        """The draft with the server's words at the row the pointer names."""
        return replace(self, asks=self.asks.at_fault(pointer, message))

    def columns(self, row: RoutingPartner, sides: frozenset[str]) -> dict[str, Any]:
        """What these sides may save and changed. Raises `BadInput` for what cannot be read."""
        values: dict[str, Any] = {"notes": self.notes.strip()}
        if "destination" in sides:
            values |= {"accept_conditions": self.asks.stored(), **self.limits.columns()}
        if "source" in sides:
            values |= {
                "credit_amount": self.credit.strip(),
                "return_window_days": whole(self.return_days, "return_window_days"),
            }
            # Terms that stay what they were ask nobody again.
            if self._has_same_price(row, values["return_window_days"]):
                del values["credit_amount"], values["return_window_days"]
        return values

    def _has_same_price(self, row: RoutingPartner, return_days: int) -> bool:
        try:
            same = Decimal(self.credit.strip()) == row.credit_amount
        except InvalidOperation:
            return False
        return same and return_days == row.return_window_days


def read_terms(data: QueryDict) -> TermsDraft:
    """The form as it was posted."""
    return TermsDraft(
        limits=read_limits(data),
        asks=read_conditions(data),
        credit=data.get("credit", ""),
        return_days=data.get("return_days", ""),
        notes=data.get("notes", ""),
    )


def terms_of(row: RoutingPartner, zone: str) -> TermsDraft:
    """A stored agreement as the form shows it."""
    return TermsDraft(
        limits=limits_of(row, zone),
        asks=conditions_of(row.accept_conditions),
        credit=str(row.credit_amount),
        return_days=str(row.return_window_days),
        notes=row.notes,
    )


def read_proposal(data: QueryDict) -> tuple[UUID, dict[str, Any]]:
    """The workspace that should take leads, and the source's terms. Raises `BadInput`."""
    text = data.get("id", "").strip() or data.get("destination", "")
    try:
        destination = UUID(text)
    except ValueError as error:
        raise BadInput(gettext("Choose a workspace, or enter its id."), field="destination") from error
    values: dict[str, Any] = {"notes": data.get("notes", "").strip()}
    if credit := data.get("credit", "").strip():
        values["credit_amount"] = credit
    if days := data.get("return_days", "").strip():
        values["return_window_days"] = whole(days, "return_window_days")
    return destination, values
