"""What the lists of work share: a default age, search by exact keys, confirmed actions."""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html

from zrg.jobs.services.replaying import REPLAY_LIMIT
from zrg.lib.text import read_number
from zrg.workspaces.admin.base import TenantModelAdmin
from zrg.workspaces.decorators import access_of
from zrg.workspaces.models import Workspace

DEFAULT_DAYS = "7"
# Further back lies nothing, and soon no date either.
MAX_DAYS = 36_500
SAMPLE = 10
MAX_PAYLOAD_CHARACTERS = 100_000

Act = Callable[[list[UUID], str, Workspace | None], int]


class AgeFilter(admin.SimpleListFilter):
    """The last seven days, unless another span is asked for."""

    title = "age"
    parameter_name = "age"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        return (("1", "Last day"), ("30", "Last 30 days"), ("all", "Everything"))

    def choices(self, changelist: Any) -> Any:
        """The first one is what is shown without a choice; Django would call it "All"."""
        first, *others = super().choices(changelist)
        return [first | {"display": f"Last {DEFAULT_DAYS} days"}, *others]

    def queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> "QuerySet[Any]":
        days = read_number(self.value() or DEFAULT_DAYS)
        if days is None or days > MAX_DAYS:
            return queryset
        return queryset.filter(created_at__gte=timezone.now() - timedelta(days=days))


class OperatedAdmin(TenantModelAdmin):
    """Rows nobody edits; platform people act on them through services, after a confirmation."""

    exact_search: tuple[str, ...] = ()
    exact_uuid_search: tuple[str, ...] = ("id",)
    search_fields = ("=id",)
    ordering = ("-created_at",)

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> tuple["QuerySet[Any]", bool]:
        """Exact values of indexed columns; anything else would read the whole table."""
        term = search_term.strip()
        if not term:
            return queryset, False
        condition = Q()
        for name in self.exact_search:
            condition |= Q(**{name: term})
        if (uuid := as_uuid(term)) is not None:
            for name in self.exact_uuid_search:
                condition |= Q(**{name: uuid})
        return (queryset.filter(condition) if condition else queryset.none()), False

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Who may act on work: platform people."""
        return bool(access_of(request).platform)

    def confirm(
        self,
        request: HttpRequest,
        rows: "QuerySet[Any]",
        *,
        title: str,
        act: Act,
        with_reason: bool = False,
        with_workspace: bool = False,
    ) -> HttpResponse | None:
        """Show what will happen to how many rows; do it when the page comes back confirmed."""
        ids = list(rows.values_list("pk", flat=True)[:REPLAY_LIMIT])
        if request.POST.get("confirmed"):
            chosen = as_uuid(request.POST.get("workspace", ""))
            workspace = Workspace.objects.filter(pk=chosen).first() if chosen else None
            reason = request.POST.get("reason", "").strip()
            if (with_reason and not reason) or (with_workspace and workspace is None):
                self.message_user(request, "Nothing was changed: please fill in the form.", messages.ERROR)
            else:
                count = act(ids, reason, workspace)
                self.message_user(request, f"{title}: {count} of {len(ids)} changed.", messages.SUCCESS)
                return None
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "action": request.POST.get("action", ""),
            "count": len(ids),
            "sample": list(rows[:SAMPLE]),
            "ids": ids,
            "with_reason": with_reason,
            "workspaces": list(Workspace.objects.not_deleted()) if with_workspace else None,
        }
        return TemplateResponse(request, "zrg/jobs/admin/confirm.html", context)


def as_uuid(text: str) -> UUID | None:
    """The id a person pasted, if it is one."""
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def json_block(value: Any) -> str:
    """A value as readable JSON, escaped and cut."""
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True, default=str)
    return format_html("<pre>{}</pre>", text[:MAX_PAYLOAD_CHARACTERS])


def age_text(moment: Any) -> str:
    """How long ago, in the largest unit that fits."""
    if moment is None:
        return "–"
    seconds = (timezone.now() - moment).total_seconds()
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"
