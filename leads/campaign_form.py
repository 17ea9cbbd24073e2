"""The edit panel of one campaign, in the words of people: percent, minutes, yes and no."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from leads.enums import ResponseMode
from leads.models.campaign import MAX_DELAY_SECONDS
from leads.services.campaign_settings import Campaign, campaign_version
from zrg.ai.models import Persona
from zrg.lib.errors import ZrgError
from zrg.lib.spoken import spoken_choices
from zrg.workspaces.enums import AutoSendScheduleMode
from zrg.workspaces.forms.schedule import ScheduleField
from zrg.workspaces.models import WorkspaceSettings

CSRF = "csrfmiddlewaretoken"
MAX_REASON = 500
MINUTE = 60

# Names of the form by the column they write.
FIELD_OF = {
    "persona_id": "persona",
    "auto_send_confidence_threshold": "threshold",
    "auto_send_skip_human_review": "skip_review",
    "auto_send_delay_min_seconds": "delay_min",
    "auto_send_delay_max_seconds": "delay_max",
}


class CampaignForm(forms.Form):
    """Who answers the replies of a campaign, how sure the machine must be, and when it sends."""

    version = forms.CharField(widget=forms.HiddenInput)
    response_mode = forms.ChoiceField(
        label=_("Who answers"),
        choices=spoken_choices(ResponseMode.choices),
        widget=forms.RadioSelect,
    )
    auto_send_shadow = forms.BooleanField(
        required=False,
        label=_("Try it out"),
        help_text=_(
            "Every reply is decided as if the machine might send; the decision is kept beside what people did. "
            "Nothing is sent by it."
        ),
    )
    threshold = forms.DecimalField(
        label=_("How sure it must be (percent)"),
        min_value=50,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        help_text=_("Below it a person decides. Below 50 nothing may be sent at all."),
    )
    skip_review = forms.ChoiceField(
        required=False,
        label=_("If the check asks for a person"),
        help_text=_("Only where it is sure enough. What must never be sent is never sent."),
    )
    delay_min = forms.DecimalField(label=_("Waits at least (minutes)"), min_value=0, max_value=60, decimal_places=2)
    delay_max = forms.DecimalField(
        label=_("and at most"),
        min_value=0,
        max_value=60,
        decimal_places=2,
        help_text=_("Counted from the reply. Each answer waits differently, so they do not look timed."),
    )
    auto_send_schedule_mode = forms.ChoiceField(required=False, label=_("When it sends"))
    auto_send_custom_schedule = ScheduleField(label=_("Own hours"))
    persona = forms.ModelChoiceField(Persona.objects.none(), required=False, label=_("Persona"))
    reason = forms.CharField(
        required=False, max_length=MAX_REASON, label=_("Why"), help_text=_("Kept in the audit beside the change.")
    )

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        campaign: Campaign,
        workspace: WorkspaceSettings,
        read_only: bool = False,
    ) -> None:
        super().__init__(data, initial=_initial(campaign), auto_id=f"id_{campaign.pk.hex[:8]}_%s")
        skip = gettext("it is sent") if workspace.auto_send_skip_human_review else gettext("a person decides")
        self._choices(
            "skip_review",
            [
                ("", gettext("As the workspace ({skip})").format(skip=skip)),
                ("no", gettext("A person decides")),
                ("yes", gettext("It is sent")),
            ],
        )
        hours = gettext(AutoSendScheduleMode(workspace.auto_send_schedule_mode).label).lower()
        own = spoken_choices(AutoSendScheduleMode.choices)
        self._choices(
            "auto_send_schedule_mode", [("", gettext("As the workspace ({hours})").format(hours=hours)), *own]
        )
        persona = self.fields["persona"]
        assert isinstance(persona, forms.ModelChoiceField)
        persona.queryset = Persona.objects.in_workspace(campaign.workspace_id).active().order_by("-is_default", "name")
        persona.empty_label = gettext("The default persona")
        for made in self.fields.values():
            made.disabled = read_only

    def unknown_names(self) -> list[str]:
        """What was sent that this form does not have."""
        schedule = self.fields["auto_send_custom_schedule"].widget.names("auto_send_custom_schedule")  # type: ignore[attr-defined]
        return sorted(set(self.data) - {*self.fields, *schedule, CSRF})

    def changes(self) -> dict[str, Any]:
        """The columns of the campaign."""
        typed = self.cleaned_data
        return {
            "persona_id": typed["persona"].pk if typed["persona"] else None,
            "response_mode": typed["response_mode"],
            "auto_send_shadow": typed["auto_send_shadow"],
            "auto_send_confidence_threshold": float(typed["threshold"] / 100),
            "auto_send_skip_human_review": {"": None, "yes": True, "no": False}[typed["skip_review"]],
            "auto_send_delay_min_seconds": round(typed["delay_min"] * MINUTE),
            "auto_send_delay_max_seconds": round(typed["delay_max"] * MINUTE),
            "auto_send_schedule_mode": typed["auto_send_schedule_mode"] or None,
            "auto_send_custom_schedule": typed["auto_send_custom_schedule"],
        }

    def refuse(self, error: ZrgError) -> None:
        """Put what the service refused beside the field concerned."""
        column = str(error.data.get("field") or "")
        name = FIELD_OF.get(column, column)
        self.add_error(name if name in self.fields else None, str(error))

    def start_over_from(self, campaign: Campaign) -> None:
        """After a conflict: what was typed stays, beside what is stored now."""
        stored = _initial(campaign)
        for name in ("response_mode", "threshold", "delay_min", "delay_max", "auto_send_schedule_mode", "skip_review"):
            if str(self.cleaned_data.get(name)) != str(stored[name]):
                self[name].help_text = gettext("Stored now: {value}").format(
                    value=_label(self.fields[name], stored[name])
                )
        self.data = {**dict(self.data.items()), **_lists(self.data), "version": campaign_version(campaign)}

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def _label(made: forms.Field, value: Any) -> str:
    if not isinstance(made, forms.ChoiceField):
        return str(value)
    return next((str(label) for key, label in made.widget.choices if key == value), str(value))  # type: ignore[attr-defined]


def _initial(campaign: Campaign) -> dict[str, Any]:
    return {
        "version": campaign_version(campaign),
        "response_mode": campaign.response_mode,
        "auto_send_shadow": campaign.auto_send_shadow,
        "threshold": _plain(Decimal(str(campaign.auto_send_confidence_threshold)) * 100),
        "skip_review": {None: "", True: "yes", False: "no"}[campaign.auto_send_skip_human_review],
        "delay_min": _minutes(campaign.auto_send_delay_min_seconds),
        "delay_max": _minutes(campaign.auto_send_delay_max_seconds),
        "auto_send_schedule_mode": campaign.auto_send_schedule_mode or "",
        "auto_send_custom_schedule": campaign.auto_send_custom_schedule,
        "persona": campaign.persona_id,
    }


def _lists(data: Any) -> dict[str, Any]:
    name = "auto_send_custom_schedule-days"
    return {name: data.getlist(name)} if hasattr(data, "getlist") else {}


def _minutes(seconds: int) -> Decimal:
    return _plain(round(Decimal(min(seconds, MAX_DELAY_SECONDS)) / MINUTE, 2))


def _plain(number: Decimal) -> Decimal:
    """Without zeros nobody typed."""
    return number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
