"""A choice among the workspaces that take leads of this one."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from assignment.services.routing.fallback import active_partners

NOBODY = _("None chosen")


class PartnerField(forms.TypedChoiceField):
    """Workspaces with an active agreement; what is stored and has none any more stays in the list. A UUID or None."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, coerce=UUID, empty_value=None, **options)
        self._listed: list[tuple[str, str]] = []

    def use_workspace(self, workspace_id: UUID) -> None:
        """The agreements of this workspace."""
        self._listed = [
            ("", gettext(NOBODY)),
            *((str(key), name) for key, name in active_partners(workspace_id).items()),
        ]
        self.choices = self._listed

    def prepare_value(self, value: Any) -> Any:
        """The stored id as the list has it; one without an agreement is added."""
        shown = "" if value is None else str(value)
        if shown and shown not in dict(self._listed):
            self.choices = [*self._listed, (shown, "A workspace without an active agreement")]
        return shown
