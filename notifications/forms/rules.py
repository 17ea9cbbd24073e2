"""The table of tags: when each is told, and where."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from notifications.enums import Destination
from notifications.rules.sentiment import (
    DAILY,
    DESTINATIONS,
    OFF,
    REALTIME,
    TAGS,
    TagRule,
    normalize_rules,
    rule_problems,
    rules_as_json,
)

MODES = ((OFF, _("Never")), (REALTIME, _("At once")), (DAILY, _("Once a day")))
WORDS = dict(MODES)
SLUGS = {tag: tag.lower().replace(" ", "-") for tag in TAGS}


class RulesWidget(forms.Widget):
    """One line for each tag; controls are named `<field>-<tag>-<part>`."""

    template_name = "notifications/settings/rules.html"

    def names(self, name: str) -> list[str]:
        """The names this control sends."""
        return [f"{name}-{slug}-{part}" for slug in SLUGS.values() for part in ("mode", *DESTINATIONS)]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, Any]:
        """The rules as typed, in the form they are stored in."""
        return {
            tag: {
                "mode": data.get(f"{name}-{slug}-mode", OFF),
                "destinations": {one: f"{name}-{slug}-{one}" in data for one in DESTINATIONS},
            }
            for tag, slug in SLUGS.items()
        }

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Unticked boxes are sent by no browser; the choices always are."""
        return not any(one in data for one in self.names(name))

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """What the template prints."""
        context = super().get_context(name, None, attrs)
        rules = normalize_rules(value)
        labels = [gettext(Destination(one).label) for one in DESTINATIONS]
        context["widget"] |= {
            "rows": [_row(name, tag, rules.get(tag, TagRule())) for tag in TAGS],
            "labels": labels,
            "modes": [(mode, gettext(words)) for mode, words in MODES],
        }
        return context


class RulesField(forms.Field):
    """The stored object; None when no tag has a rule."""

    widget = RulesWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def clean(self, value: Any) -> dict[str, Any] | None:
        """Refuses what nobody could have chosen on the page, and a rule that names no place."""
        if problems := rule_problems(value):
            raise ValidationError(
                gettext("Not known here: {names}.").format(names=", ".join(problems)[:200]), code="rules"
            )
        rules = normalize_rules(value)
        if aimless := [tag for tag, rule in rules.items() if rule.mode != OFF and not rule.destinations]:
            raise ValidationError(
                gettext("Choose where to tell {names}, or never.").format(names=", ".join(aimless)), code="aimless"
            )
        return rules_as_json({tag: rule for tag, rule in rules.items() if rule != TagRule()}) or None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether a rule would be another one."""
        return not self.disabled and _counting(initial) != _counting(data)

    def words(self, value: Any) -> str:
        """Stored rules in words."""
        told = [
            f"{tag} {WORDS[rule.mode].lower()} ({', '.join(one for one in DESTINATIONS if one in rule.destinations)})"
            for tag, rule in normalize_rules(value).items()
            if rule.mode != OFF
        ]
        return "; ".join(told) or "nothing"


def _row(name: str, tag: str, rule: TagRule) -> dict[str, Any]:
    prefix = f"{name}-{SLUGS[tag]}"
    boxes = [
        {"name": f"{prefix}-{one}", "label": gettext(Destination(one).label), "on": one in rule.destinations}
        for one in DESTINATIONS
    ]
    return {"tag": tag, "mode_name": f"{prefix}-mode", "mode": rule.mode, "boxes": boxes}


def _counting(value: Any) -> dict[str, TagRule]:
    return {tag: rule for tag, rule in normalize_rules(value).items() if rule != TagRule()}
