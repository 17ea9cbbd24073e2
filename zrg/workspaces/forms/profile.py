"""Name and preferences of the signed-in person."""

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from zrg.lib.spoken import spoken_choices
from zrg.workspaces.enums import TimeDisplay
from zrg.workspaces.models import User, UserPreference


class ProfileForm(forms.Form):
    """What a person sets about themselves."""

    display_name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Shown to your team."))
    time_display = forms.ChoiceField(label=_("Times"), choices=spoken_choices(TimeDisplay.choices))
    undo_seconds = forms.IntegerField(
        label=_("Undo after sending, seconds"), min_value=0, max_value=60, help_text=_("0 sends at once.")
    )
    enter_sends = forms.BooleanField(
        label=_("Enter sends, Shift+Enter starts a new line"),
        required=False,
        help_text=_("Off: Enter starts a new line and Ctrl+Enter sends."),
    )
    shortcuts = forms.BooleanField(
        label=_("Single keys act in the inbox"),
        required=False,
        help_text=_("j and k for the next and the previous conversation, and the other keys the keyboard list names."),
    )

    def __init__(self, *args: Any, user: User, preference: UserPreference, **kwargs: Any) -> None:
        self.user, self.preference = user, preference
        initial = {
            "display_name": user.display_name,
            "time_display": preference.time_display,
            "undo_seconds": preference.undo_seconds,
            "enter_sends": preference.enter_sends,
            "shortcuts": preference.shortcuts,
        }
        super().__init__(*args, **{**kwargs, "initial": initial})

    def save(self) -> None:
        """Store both rows."""
        values = dict(self.cleaned_data)
        with transaction.atomic():
            User.objects.filter(pk=self.user.pk).update(display_name=values.pop("display_name"))
            UserPreference.objects.filter(pk=self.preference.pk).update(**values)
