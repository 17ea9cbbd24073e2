"""How an act of a person is answered: the fragment, a refusal beside the text, or the whole page."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils.translation import gettext
from django_htmx.http import trigger_client_event

from inbox.contracts import Decision
from inbox.rules.sentences import DRAFT_STATES, refusal_sentence
from inbox.services.station_page import load_station
from inbox.views.context import (
    Scope,
    drawer_context,
    fragment,
    lead_context,
    moment,
    station_context,
)
from inbox.views.shell import shell_context
from leads.models import Lead
from zrg.lib.errors import BadInput, Conflict, Forbidden
from zrg.workspaces.context import tenant
from zrg.workspaces.rules.deep_links import ActiveWorkspace, read_link

Outcome = TypeVar("Outcome")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why an act was not done, and what the page shows with it."""

    code: str
    sentence: str
    http_status: int
    data: dict[str, Any] = field(default_factory=dict)


def attempt(lead: Lead, act: Callable[[], Outcome]) -> Outcome | Refusal:
    """Run one service as the lead's workspace; what it refuses leaves nothing written.

    The person was asked for before. The act itself needs rows a setter may not read (mailboxes,
    opt-outs, the connection), so it runs like the same act of a worker.
    """
    try:
        with tenant(lead.workspace_id):
            return act()
    except (BadInput, Conflict, Forbidden) as error:
        return Refusal(
            code=error.code,
            sentence=refusal_sentence(error.code, str(error)),
            http_status=error.http_status,
            data=dict(error.data),
        )


def refusal_of(decision: Decision) -> Refusal | None:
    """A blocked decision as a refusal."""
    if decision.state != "blocked":
        return None
    return Refusal(
        code=decision.code,
        sentence=refusal_sentence(decision.code, decision.detail),
        http_status=decision.http_status,
        data=decision.data or {},
    )


def decided_sentence(decision: Decision) -> str:
    """What a second approval or rejection is told."""
    data = decision.data or {}
    state = str(data.get("state"))
    words = gettext("approved") if state == "approved" else gettext(DRAFT_STATES.get(state, state))
    if not data.get("by"):
        return gettext("This draft was already {state}.").format(state=words)
    return gettext("This draft was already {state} by {person}.").format(state=words, person=data["by"])


def station_answer(
    request: HttpRequest,
    scope: Scope,
    lead: Lead,
    *,
    channel: str,
    notice: str = "",
    sent: bool = False,
    **typed: Any,
) -> HttpResponse:
    """The station as it is now; the page hears that the lead changed. Without HTMX: back to the lead."""
    if not getattr(request, "htmx", False):
        return back_to(request, lead)
    now = moment()
    station = load_station(lead, channel=channel, now=now)
    context = {
        **lead_context(request, scope, lead, now=now),
        **station_context(request, station, **typed),
        "station_notice": notice,
    }
    response = fragment(request, "inbox/conversation.html#station", context)
    if sent:
        trigger_client_event(response, "zrg:sent", {"lead": str(lead.pk), "channel": channel})
    # The station says it where the person looks; nothing pops up beside it.
    return changed(response, lead)


def drawer_answer(
    request: HttpRequest,
    scope: Scope,
    lead: Lead,
    *,
    section: str,
    notice: str,
    aside: bool = False,
    gone: bool = False,
) -> HttpResponse:
    """One section of the drawer as it is now; `gone`: the lead left the workspace, and the page leaves it too."""
    if not getattr(request, "htmx", False):
        return back_to(request, lead, gone=gone)
    now = moment()
    context = {
        **lead_context(request, scope, lead, now=now),
        **drawer_context(request, scope, lead, now=now, section=section),
    }
    return changed(fragment(request, "inbox/drawer.html#sections", context), lead, notice, aside=aside, gone=gone)


def refused(
    request: HttpRequest, scope: Scope, lead: Lead, refusal: Refusal, *, section: str = "", **typed: Any
) -> HttpResponse:
    """The refusal beside the text, or in the drawer's `section`; what was typed stays (07.typed-text-kept)."""
    if section and getattr(request, "htmx", False):
        now = moment()
        context = {
            **lead_context(request, scope, lead, now=now),
            **drawer_context(request, scope, lead, now=now, section=section),
            "problem": refusal.sentence,
            "problem_field": refusal.data.get("field"),
            "typed": typed,
        }
        return fragment(request, "inbox/drawer.html#sections", context, status=refusal.http_status)
    if getattr(request, "htmx", False):
        context = {**lead_context(request, scope, lead, now=moment()), "refusal": refusal}
        response = fragment(request, "inbox/conversation.html#refusal", context, status=refusal.http_status)
        response["HX-Retarget"], response["HX-Reswap"] = "#station-refusal", "innerHTML"
        return trigger_client_event(response, "zrg:refused", {"code": refusal.code, "lead": str(lead.pk)})
    return refused_page(request, lead, refusal, typed)


def refused_page(
    request: HttpRequest, lead: Lead, refusal: Refusal, typed: dict[str, Any] | None = None, **more: Any
) -> HttpResponse:
    """The whole page with the refusal, what was typed into the composer, and what `more` the page shows."""
    link = read_link({"clientId": str(lead.workspace_id), "leadId": str(lead.pk)})
    active = ActiveWorkspace(workspace_id=lead.workspace_id, reason="lead")
    context = shell_context(request, link, active, refusal=refusal, **more)
    if typed:
        context |= station_context(request, context["station"], **typed)
    return fragment(request, "inbox/shell.html", context, status=refusal.http_status)


def changed(
    response: HttpResponse, lead: Lead, notice: str = "", *, aside: bool = False, gone: bool = False
) -> HttpResponse:
    """Tell the page which lead to fetch again, what to announce, and whether the lead was put `aside` or is `gone`."""
    detail: dict[str, Any] = {"lead": str(lead.pk), "notice": notice}
    detail |= {"aside": True} if aside else {}
    return trigger_client_event(response, "zrg:changed", detail | {"gone": True} if gone else detail)


def back_to(request: HttpRequest, lead: Lead, *, gone: bool = False) -> HttpResponse:
    """See the conversation again, or the list alone, as it was (`list` carries its parameters)."""
    query = {"view": "inbox", "clientId": str(lead.workspace_id)}
    query |= {} if gone else {"leadId": str(lead.pk)}
    kept = QueryDict(request.POST.get("list", "")).urlencode()
    address = f"/?{urlencode(query)}{'&' + kept if kept else ''}"
    response = HttpResponseRedirect(address)
    response.status_code = 303
    return response
