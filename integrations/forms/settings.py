"""The form of one provider in the settings: secrets go in and never come out."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from integrations.enums import Provider
from integrations.models import Connection, EmailBisonBaseHost
from integrations.rules.connections import SECRETS
from integrations.rules.setup import FieldWords, Setup
from integrations.services.connections import UNCHANGED, ConnectionInput, describe, version_of
from zrg.lib.errors import ZrgError

GENERATED_BYTES = 32
GENERATE = "generate"
CSRF = "csrfmiddlewaretoken"

# Why a typed secret is refused, and what to do about it (reasons of `zrg.lib.secrets_hygiene`).
_REASONS = {
    "whitespace": _("There is a space or a line break inside. Copy it again, without anything around it."),
    "control_characters": _("There are invisible characters inside. Copy it again as plain text."),
    "placeholder": _("This looks like an example. Paste the value from {provider}."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretRow:
    """A write-only field with what the page says about the stored value."""

    field: BoundField
    name: str
    mask: str
    is_optional: bool


class ConnectionForm(forms.Form):
    """Account, host, public settings and write-only secrets of one provider.

    Blank secrets keep what is stored. `switch` is asked for while `replaces`, another e-mail provider,
    is in use. A disabled form (`read_only`) shows no mask.
    """

    version = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: Mapping[str, str] | None = None,
        *,
        setup: Setup,
        connection: Connection | None,
        replaces: Provider | None = None,
        read_only: bool = False,
    ) -> None:
        self.setup = setup
        self.stored = connection or Connection(provider=setup.provider, is_active=False)
        self.generated: str | None = None
        super().__init__(data, initial={"version": version_of(self.stored)})
        self._add_fields()
        if replaces is not None:
            self.fields["switch"] = forms.BooleanField(
                required=False,
                label=gettext("Use {title} instead of {label}").format(title=setup.title, label=replaces.label),
            )
        for field in self.fields.values():
            field.disabled = read_only
        self._masks = {} if read_only else describe(self.stored).masked

    def unknown_names(self) -> list[str]:
        """What was sent that this form does not have."""
        return sorted(set(self.data) - {*self.fields, CSRF, GENERATE})

    def plain_rows(self) -> list[BoundField]:
        """The fields whose values may be shown."""
        hidden = {"version", "switch", *self.setup.secrets}
        return [self[name] for name in self.fields if name not in hidden]

    def secret_rows(self) -> list[SecretRow]:
        """The secrets, in the order of the provider's description."""
        required = SECRETS[self.setup.provider]
        return [
            SecretRow(field=self[name], name=name, mask=self._masks.get(name, ""), is_optional=not required[name])
            for name in self.setup.secrets
        ]

    def to_input(self) -> ConnectionInput:
        """What was typed, for the service; makes the webhook secret when the person asked for one."""
        typed: dict[str, str | None] = {name: self.cleaned_data[name] for name in self.setup.secrets}
        if (name := self.setup.generated) and self.data.get(GENERATE) and not typed[name]:
            self.generated = typed[name] = make_secret()
        return ConnectionInput(
            secrets=typed,
            external_account_id=self.cleaned_data["external_account_id"] if self.setup.account else UNCHANGED,
            base_host=self.cleaned_data["base_host"] if self.setup.has_host else UNCHANGED,
            config={name: self.cleaned_data[name] for name in self.setup.config},
            switch=self.cleaned_data.get("switch", False),
            version=self.cleaned_data["version"],
        )

    def refuse(self, error: ZrgError) -> None:
        """Show what the service refused beside the field it concerns."""
        name = str(error.data.get("field") or "")
        advice = _REASONS.get(str(error.data.get("reason") or ""))
        text = gettext(advice).format(provider=self.setup.title) if advice else str(error)
        self.add_error(name if name in self.fields else None, text)

    def start_over_from(self, connection: Connection | None) -> None:
        """After a conflict: what was typed stays (never secrets), beside what is stored now."""
        self.stored = connection or Connection(provider=self.setup.provider, is_active=False)
        for row in self.plain_rows():
            now = self._stored_text(row.name)
            row.help_text = (
                gettext("Stored now: {value}").format(value=now) if now else gettext("Nothing is stored now.")
            )
        self.data = {**dict(self.data.items()), "version": version_of(self.stored)}

    def _add_fields(self) -> None:
        if self.setup.account:
            self.fields["external_account_id"] = _text(self.setup.account, self.stored.external_account_id)
        if self.setup.has_host:
            self.fields["base_host"] = forms.ModelChoiceField(
                EmailBisonBaseHost.objects.order_by("host"),
                required=False,
                label=gettext("Instance"),
                empty_label=gettext("The default instance"),
                initial=self.stored.base_host_id,
                help_text=gettext("The key is sent to this host only. Platform administrators add hosts."),
            )
        for name, words in self.setup.config.items():
            self.fields[name] = _text(words, self.stored.config.get(name))
        for name, words in self.setup.secrets.items():
            self.fields[name] = _secret(words)

    def _stored_text(self, name: str) -> str:
        if name == "base_host":
            return str(self.stored.base_host or gettext("the default instance"))
        if name == "external_account_id":
            return self.stored.external_account_id or ""
        return str(self.stored.config.get(name) or "")


def make_secret() -> str:
    """A webhook secret nobody can guess."""
    return secrets.token_urlsafe(GENERATED_BYTES)


def _text(words: FieldWords, stored: str | None) -> forms.CharField:
    return forms.CharField(
        required=False,
        label=gettext(words.label),
        help_text=gettext(words.hint),
        initial=stored or "",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


def _secret(words: FieldWords) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password", "spellcheck": "false"}, render_value=False)
    return forms.CharField(required=False, label=gettext(words.label), help_text=gettext(words.hint), widget=widget)
