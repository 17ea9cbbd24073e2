"""Forms take the names they have and no others."""

from collections.abc import Set as AbstractSet

from django.http import HttpRequest
from django.utils.translation import gettext

from zrg.lib.errors import BadInput

CSRF = "csrfmiddlewaretoken"


def refuse_unknown(request: HttpRequest, known: AbstractSet[str]) -> None:
    """Names of the form that nobody asked for: 400 with the first."""
    if unknown := sorted({*request.POST, *request.FILES} - known - {CSRF}):
        raise BadInput(
            gettext("Unknown field: {unknown}").format(unknown=unknown[0]),
            code="unknown_field",
            http_status=400,
            field=unknown[0],
        )
