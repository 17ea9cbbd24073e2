"""The editor of reply times: minutes for each sentiment that can wait for an answer."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from zrg.workspaces.constants import MAX_REPLY_TARGET_MINUTES, REPLY_TARGET_TAGS

_DIGITS = re.compile(r"[0-9]{1,6}")


class ReplyTargetsWidget(forms.Widget):
    """One number per sentiment, named `<field>-<place in the list>`."""

    template_name = "zrg/settings/reply_targets.html"

    def names(self, name: str) -> list[str]:
        """The names this control sends."""
        return [f"{name}-{number}" for number in range(len(REPLY_TARGET_TAGS))]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        """The numbers as typed, blanks left out."""
        typed = zip(REPLY_TARGET_TAGS, self.names(name), strict=True)
        return {tag: text for tag, key in typed if (text := (data.get(key) or "").strip())}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Whether none of the controls was on the page."""
        return not any(one in data for one in self.names(name))

    def format_value(self, value: Any) -> Any:
        """Numbers by sentiment, stored or typed."""
        return value if isinstance(value, Mapping) else {}

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """What the template prints."""
        context = super().get_context(name, value, attrs)
        minutes = self.format_value(value)
        rows = zip(REPLY_TARGET_TAGS, self.names(name), strict=True)
        context["widget"] |= {
            "most": MAX_REPLY_TARGET_MINUTES,
            "rows": [{"tag": tag, "name": key, "minutes": minutes.get(tag, "")} for tag, key in rows],
        }
        return context


class ReplyTargetsField(forms.Field):
    """`{sentiment: minutes}`; a blank number means no target."""

    widget = ReplyTargetsWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def prepare_value(self, value: Any) -> Any:
        """The stored object as it is."""
        return value

    def clean(self, value: Any) -> dict[str, int]:
        """Whole minutes; how many are allowed is the column's own rule."""
        bad = [tag for tag, text in (value or {}).items() if not _DIGITS.fullmatch(text)]
        if bad:
            raise ValidationError(
                gettext("{names}: write whole minutes, or leave it blank.").format(names=", ".join(bad)), code="minutes"
            )
        return {tag: int(text) for tag, text in (value or {}).items()}

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the object would be another one."""
        stored = {tag: str(minutes) for tag, minutes in (initial or {}).items()}
        return not self.disabled and stored != (data or {})
