"""Forms of the pages about many leads, read into typed values."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext

from leads.enums import DuplicateHandling
from leads.services.importing.starting import ImportOptions
from zrg.lib.errors import BadInput


def read_options(form: Mapping[str, Any]) -> ImportOptions:
    """How people who are there already are treated, from a form or a JSON body."""
    handling = form.get("on_duplicate") or DuplicateHandling.SKIP.value
    if handling not in DuplicateHandling.values:
        raise BadInput(gettext("Choose what happens to people who are there already."), field="on_duplicate")
    return ImportOptions(
        on_duplicate=DuplicateHandling(handling),
        overwrite_names=form.get("overwrite_names") in (True, "on", "true", "1"),
        route=form.get("route", True) not in (False, "off", "false", "0"),
    )


def read_mapping_form(form: QueryDict, columns: tuple[str, ...]) -> dict[str, object]:
    """`column-<number>` of each column; numbers, because the names of columns are anybody's text."""
    return {column: form.get(f"column-{number}", "") for number, column in enumerate(columns)}
