"""Settings → Integrations → Lead routing: which leads go where, tried on the newest before anything is saved."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _
from django.views.decorators.http import require_GET

from assignment.forms.conditions import FIELDS, MATCHES
from assignment.forms.routing import RuleDraft, draft_of_rule, new_draft, read_rule_draft
from assignment.models import RoutingPartner, RoutingRule, RoutingRuleRevision
from assignment.services.routing import rules
from assignment.services.routing.fallback import active_partners
from assignment.services.routing.trying import RuleTrial, partner_names, shares_now, try_rule
from assignment.views.agreements import SECTION as AGREEMENTS
from assignment.views.condition_words import outline_of_text
from assignment.views.rule_words import Version, rule_lines, versions_of
from zrg.lib.errors import BadInput, Conflict, NotVisible, ZrgError
from zrg.workspaces.decorators import requires
from zrg.workspaces.models import User, WorkspaceSettings
from zrg.workspaces.registry import SectionState, SettingsSection
from zrg.workspaces.settings_frame import item_url, section_url, settings_page

TAB = "integrations"
KEY = "routing"
VIEW = "routing.view"
EDIT = "routing.configure"
NEW = "new"
SHOWN_VERSIONS = 20
CHANGED = _("This rule changed meanwhile. Look at it again, then save: your entries still stand here.")


@require_GET
@requires(VIEW)
def rule_list(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """The rules as they are tried, and where the newest leads would go."""
    names = partner_names(workspace_id)
    found = RoutingRule.objects.in_workspace(workspace_id).not_archived().in_order()
    lines = rule_lines(found, names, keep=workspace_id, active=active_partners(workspace_id))
    looked_at, places = shares_now(workspace_id)
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template="assignment/settings/routing.html",
        is_on=_is_on(workspace_id),
        rules=[(line, item_url(workspace_id, SECTION, line.id)) for line in lines],
        agreements_url=section_url(workspace_id, AGREEMENTS),
        partners=names,
        looked_at=looked_at,
        places=places,
        new_url=item_url(workspace_id, SECTION, NEW),
    )


@require_GET
@requires(VIEW)
def rule_page(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """The editor of one rule."""
    rule, zone = _rule(workspace_id, item), _zone(workspace_id)
    return _page(request, workspace_id, item, draft_of_rule(rule, zone) if rule else new_draft(zone))


@requires(EDIT)
def edit_rule(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """A condition more or less, or another field: the form again, nothing saved."""
    _rule(workspace_id, item)
    draft = read_rule_draft(request.POST, _zone(workspace_id)).edited(request.POST.get("act", ""))
    return _page(request, workspace_id, item, draft, is_edited=True)


@requires(EDIT)
def save_rule(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Save, or say what is wrong at its row."""
    rule, draft = _rule(workspace_id, item), read_rule_draft(request.POST, _zone(workspace_id))
    person = request.user
    assert isinstance(person, User)
    try:
        if rule is None:
            rules.create_rule(workspace_id, draft.columns(), by=person)
        else:
            rules.change_rule(rule, draft.columns(), by=person, version=draft.version)
    except BadInput as refused:
        shown = draft.at_fault(str(refused.data.get("pointer", "")), str(refused))
        return _page(request, workspace_id, item, shown, status=422, problem=_problem(refused))
    except Conflict:
        return _page(request, workspace_id, item, draft, status=409, problem=gettext(CHANGED))
    messages.success(request, gettext("Saved. Leads that found no place are tried again."))
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


@requires(EDIT)
def archive_rule(request: HttpRequest, workspace_id: UUID, item: str) -> HttpResponse:
    """Take the rule out for good; the log goes on naming it."""
    rule = _rule(workspace_id, item)
    person = request.user
    assert isinstance(person, User)
    if rule is None:
        raise NotVisible
    rules.archive_rule(rule, by=person)
    messages.success(request, gettext("{name} takes no more leads.").format(name=rule.name))
    return HttpResponseRedirect(section_url(workspace_id, SECTION))


def section_state(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """How routing stands, for the tab's page."""
    if not _is_on(workspace_id):
        return {KEY: SectionState(text=gettext("Off"))}
    active = RoutingRule.objects.in_workspace(workspace_id).not_archived().filter(is_active=True).count()
    if not active:
        return {KEY: SectionState(text=gettext("No rule"), tone="warn")}
    return {KEY: SectionState(text=ngettext("{n} rule", "{n} rules", active).format(n=active), tone="good")}


SECTION = SettingsSection(
    tab=TAB,
    key=KEY,
    title=_("Lead routing"),
    purpose=_("Which workspace gets a lead that was collected here"),
    group=_("Leads"),
    position=95,
    action=EDIT,
    seen_with=VIEW,
    view=rule_list,
    item=rule_page,
    item_acts={"edit": edit_rule, "save": save_rule, "archive": archive_rule},
)


def _page(
    request: HttpRequest,
    workspace_id: UUID,
    item: str,
    draft: RuleDraft,
    *,
    status: int = 200,
    problem: str = "",
    is_edited: bool = False,
) -> HttpResponse:
    lead = request.POST.get("lead", "").strip()
    trial, trouble = _trial(workspace_id, item, draft, lead)
    return settings_page(
        request,
        workspace_id,
        tab=TAB,
        section=SECTION,
        template="assignment/settings/routing_rule.html",
        status=status,
        item=item,
        is_new=item == NEW,
        draft=draft,
        asks=draft.asks,
        outline=outline_of_text(draft.asks.raw),
        limits=draft.limits,
        fields={name: gettext(words) for name, words in FIELDS.items()},
        matches={match: gettext(words) for match, words in MATCHES.items()},
        destinations=_destinations(workspace_id, draft),
        problem=problem,
        trial=trial,
        trouble=trouble,
        lead=lead,
        versions=_versions(workspace_id, item),
        is_edited=is_edited or bool(problem),
        acts_url=item_url(workspace_id, SECTION, item),
    )


def _trial(workspace_id: UUID, item: str, draft: RuleDraft, lead: str) -> tuple[RuleTrial | None, str]:
    """What the rule would do, or why that cannot be said yet."""
    try:
        values = rules.clean_values(draft.columns())
    except ZrgError as error:
        return None, str(error)
    return try_rule(workspace_id, values, rule_id=None if item == NEW else UUID(item), lead=lead), ""


def _versions(workspace_id: UUID, item: str) -> list[Version]:
    if item == NEW:
        return []
    found = RoutingRuleRevision.objects.in_workspace(workspace_id).filter(rule_id=UUID(item))
    newest = list(found.select_related("changed_by").order_by("-version")[:SHOWN_VERSIONS])
    return versions_of(newest, partner_names(workspace_id), keep=workspace_id)


def _destinations(workspace_id: UUID, draft: RuleDraft) -> list[tuple[str, str]]:
    """Workspaces there is an agreement with, this one, and what is stored although its agreement ended."""
    names = partner_names(workspace_id)
    agreements = RoutingPartner.objects.from_source(workspace_id).exclude(status="ended")
    active, closed = active_partners(workspace_id), gettext("takes no leads now")
    found = [
        (str(pk), active.get(pk) or f"{names.get(str(pk), pk)} ({closed})")
        for pk in agreements.values_list("destination_workspace", flat=True)
    ]
    found.sort(key=lambda one: one[1].lower())
    found.append((str(workspace_id), gettext("Keep here")))
    if draft.destination and draft.destination not in dict(found):
        name = names.get(draft.destination) or gettext("Unknown workspace")
        found.append((draft.destination, f"{name} ({gettext('no agreement')})"))
    return found


def _problem(refused: BadInput) -> str:
    fields = refused.data.get("fields")
    if isinstance(fields, Mapping):
        return " ".join(f"{name}: {' '.join(map(str, words))}" for name, words in fields.items())
    return str(refused)


def _rule(workspace_id: UUID, item: str) -> RoutingRule | None:
    """The rule of the path; None for a new one."""
    if item == NEW:
        return None
    try:
        key = UUID(item)
    except ValueError as error:
        raise NotVisible from error
    found = RoutingRule.objects.in_workspace(workspace_id).not_archived().filter(pk=key).first()
    if found is None:
        raise NotVisible
    return found


def _is_on(workspace_id: UUID) -> bool:
    return WorkspaceSettings.objects.filter(workspace_id=workspace_id, lead_routing_enabled=True).exists()


def _zone(workspace_id: UUID) -> str:
    return WorkspaceSettings.objects.values_list("timezone", flat=True).get(workspace_id=workspace_id)
