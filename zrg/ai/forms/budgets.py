"""How much each kind of model call may be told, as lines people can write."""

from typing import Any

from django import forms
from django.utils.translation import gettext

from zrg.ai.context import PROFILES
from zrg.workspaces.validators import MAX_BUNDLE_BUDGET


class BudgetsField(forms.CharField):
    """`draft: 3000` per line; nothing for what the product takes by itself."""

    widget = forms.Textarea

    def prepare_value(self, value: Any) -> Any:
        """The stored object as lines."""
        return "\n".join(f"{kind}: {size}" for kind, size in value.items()) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        """The lines as an object; a line that is none is named."""
        lines = [line.strip() for line in (value or "").splitlines() if line.strip()]
        return dict(map(_entry, lines)) or None


def _entry(line: str) -> tuple[str, int]:
    kind, _colon, size = (part.strip() for part in line.partition(":"))
    if kind not in PROFILES:
        raise forms.ValidationError(gettext("{kind} is no kind of call.").format(kind=kind[:40]), code="kind")
    if not size.isdecimal() or int(size) > MAX_BUNDLE_BUDGET:
        raise forms.ValidationError(
            gettext("{kind}: a whole number from 0 to {max_bundle_budget}.").format(
                kind=kind, max_bundle_budget=MAX_BUNDLE_BUDGET
            ),
            code="size",
        )
    return kind, int(size)
