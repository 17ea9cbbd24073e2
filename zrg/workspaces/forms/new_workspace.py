"""What a new workspace begins with; everything else has its place in the set-up list."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from zrg.workspaces.constants import DEFAULT_TIMEZONE
from zrg.workspaces.services.workspaces import MAX_NAME
from zrg.workspaces.validators import TIMEZONES


class NewWorkspaceForm(forms.Form):
    """Its name, where it works, and the company it writes for."""

    name = forms.CharField(label=_("Name"), max_length=MAX_NAME, help_text=_("In the selector, in mails and in Slack."))
    company_name = forms.CharField(
        label=_("Company"),
        max_length=200,
        required=False,
        help_text=_("Whom drafts write for. It can be filled in later."),
    )
    timezone = forms.ChoiceField(
        label=_("Time zone"),
        choices=[(name, name.replace("_", " ")) for name in sorted(TIMEZONES)],
        initial=DEFAULT_TIMEZONE,
    )

    def settings(self) -> dict[str, Any]:
        """The columns that were filled in."""
        return {name: self.cleaned_data[name] for name in ("company_name", "timezone")}
