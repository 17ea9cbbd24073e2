"""Forms of the admin: credentials are write-only."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldBooleanWidget

from integrations.enums import EMAIL_PROVIDERS, Provider
from integrations.models import Connection, EmailBisonBaseHost
from integrations.rules.connections import SECRETS
from integrations.services.connections import UNCHANGED, ConnectionInput, describe

SECRET_PREFIX = "secret_"  # noqa: S105  # a name
REMOVE_PREFIX = "remove_"
ALL_SECRETS = tuple(dict.fromkeys(name for names in SECRETS.values() for name in names))


class ConnectionForm(forms.ModelForm):  # type: ignore[type-arg]
    """A connection and its credentials. Stored secrets are shown as masks; a blank field keeps them."""

    switch = forms.BooleanField(
        required=False,
        widget=UnfoldBooleanWidget,
        label=_("Replace the present e-mail provider"),
        help_text=_("Its credentials are erased, and ids of leads and mailboxes there are dropped."),
    )

    class Meta:
        model = Connection
        fields = ("workspace", "provider", "external_account_id", "base_host")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        existing = not self.instance._state.adding
        masked = describe(self.instance).masked if existing else dict.fromkeys(ALL_SECRETS, "")
        for name, mask in masked.items():
            self.fields[SECRET_PREFIX + name] = _secret_field(name, mask)
            if mask and not SECRETS[self.instance.provider][name]:
                self.fields[REMOVE_PREFIX + name] = forms.BooleanField(
                    required=False,
                    widget=UnfoldBooleanWidget,
                    label=gettext("Remove the {name}").format(name=_words(name)),
                )
        if existing and self.instance.provider not in EMAIL_PROVIDERS:
            del self.fields["switch"]

    def validate_constraints(self) -> None:
        """The service decides (a confirmed switch deactivates the other provider first)."""

    def validate_unique(self) -> None:
        """Saving a provider that is there already changes its row."""

    @property
    def provider(self) -> str:
        """The provider of the row, chosen once."""
        return str(self.cleaned_data.get("provider") or self.instance.provider)

    def to_input(self) -> ConnectionInput:
        """What was typed, for the service."""
        known = SECRETS[self.provider]
        typed = {name: self.cleaned_data.get(SECRET_PREFIX + name) for name in known}
        removed = frozenset(name for name in known if self.cleaned_data.get(REMOVE_PREFIX + name))
        host: EmailBisonBaseHost | None = self.cleaned_data.get("base_host")
        return ConnectionInput(
            secrets=typed,
            remove=removed,
            external_account_id=self.cleaned_data.get("external_account_id"),
            base_host=host if self.provider == Provider.EMAILBISON else UNCHANGED,
            switch=bool(self.cleaned_data.get("switch")),
        )


def _secret_field(name: str, mask: str) -> forms.CharField:
    used_by = ", ".join(str(Provider(provider).label) for provider, names in SECRETS.items() if name in names)
    return forms.CharField(
        required=False,
        strip=True,
        widget=UnfoldAdminPasswordWidget(
            attrs={"autocomplete": "new-password", "placeholder": mask}, render_value=False
        ),
        label=_words(name).capitalize(),
        help_text=gettext("Stored: {mask}. Leave blank to keep it.").format(mask=mask)
        if mask
        else gettext("Used by {used_by}.").format(used_by=used_by),
    )


def _words(name: str) -> str:
    return name.replace("api_key", "API key").replace("_", " ")
