"""AI operations of a workspace: what the pipeline did with each reply, and whom a model stopped."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from inbox.enums import StageState
from inbox.pipeline import ANSWERING, READING
from inbox.services.pipeline_feed import FeedFilters, blacklisted_by_model, pipeline_feed
from inbox.views.answers import Refusal, attempt
from inbox.views.context import fragment, lead_in, moment, scope_of, uuid_or_none
from leads.services.status import clear_blacklist
from zrg.ai.prompts import all_prompts
from zrg.lib.errors import BadInput
from zrg.lib.spoken import spoken_choices
from zrg.workspaces.access import can, require
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.hours import resolve_zone

VIEW = "aiops.view"
COST = "analytics.view_ai_cost"
LIFT = "lead.clear_blacklist"
STAGES = tuple(dict.fromkeys(stage.name for stage in (*READING, *ANSWERING)))


@require_GET
@requires(VIEW)
def feed(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """The newest replies with their stages; with a cursor, the next ones only."""
    access = access_of(request)
    workspace = require(access, VIEW, workspace_id)
    assert workspace is not None
    filters, cursor = read_filters(request.GET), request.GET.get("cursor", "")
    page = pipeline_feed(workspace_id, filters, now=moment(), cursor=cursor, with_cost=can(access, COST, workspace_id))
    context = {
        "workspace": workspace,
        "workspace_id": workspace_id,
        "zone": resolve_zone(workspace.timezone),
        "inbox_url": f"/?view=inbox&clientId={workspace_id}",
        "page": page,
        "filters": filters,
        "is_filtered": filters != FeedFilters(),
        "query": urlencode({key: value for key, value in filters.as_json().items() if value}),
        "stages": STAGES,
        "states": spoken_choices(StageState.choices),
        "prompts": [prompt.key for prompt in all_prompts()],
        "stopped": [] if cursor else blacklisted_by_model(workspace_id, now=moment()),
        "may_lift": can(access, LIFT, workspace_id),
    }
    return fragment(request, "inbox/ai_ops.html#items" if cursor else "inbox/ai_ops.html", context)


@require_POST
@requires(LIFT)
def lifting(request: HttpRequest, workspace_id: UUID, lead_id: UUID) -> HttpResponse:
    """Undo a model's blacklist, with a note that says why."""
    lead = lead_in(scope_of(request, workspace_id), lead_id, LIFT)
    done = attempt(lead, lambda: clear_blacklist(lead, person_of(request), request.POST.get("note", "")))
    if isinstance(done, Refusal):
        messages.error(request, done.sentence)
    else:
        messages.success(request, gettext("{shown_name} may be written to again.").format(shown_name=lead.shown_name))
    response = HttpResponseRedirect(reverse("ai_ops", args=[workspace_id]))
    response.status_code = 303
    return response


def read_filters(query: Mapping[str, str]) -> FeedFilters:
    """Filters of a query; unknown words are refused, an id that is none too."""
    stage, state, lead = query.get("stage", ""), query.get("state", ""), query.get("lead", "")
    if stage and stage not in STAGES:
        raise BadInput(gettext("Unknown stage."), code="bad_input", field="stage", http_status=400)
    if state and state not in StageState.values:
        raise BadInput(gettext("Unknown state."), code="bad_input", field="state", http_status=400)
    lead_id = uuid_or_none(lead)
    if lead and lead_id is None:
        raise BadInput(gettext("lead is no id."), code="bad_input", field="lead", http_status=400)
    return FeedFilters(stage=stage, state=state, prompt=query.get("prompt", "")[:80], lead_id=lead_id)
