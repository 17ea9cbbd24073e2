"""Choosing name and password from an invitation."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zrg.workspaces.models import User
from zrg.workspaces.services.accounts import MAX_PASSWORD


class AcceptForm(forms.Form):
    """Name, password, and the password again."""

    display_name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=MAX_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least twelve characters; a short sentence works well."),
    )
    password_again = forms.CharField(
        label=_("Password again"),
        max_length=MAX_PASSWORD,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        self.email = email
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """The password rules, and both entries equal."""
        cleaned = super().clean() or {}
        password = cleaned.get("password")
        if not password:
            return cleaned
        if password != cleaned.get("password_again"):
            self.add_error("password_again", gettext("The two entries differ."))
        try:
            validate_password(password, User(email=self.email, display_name=cleaned.get("display_name", "")))
        except ValidationError as error:
            self.add_error("password", error)
        return cleaned
