"""The pages of the tab Integrations: one per provider, with test, new webhook secret and disconnect."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from integrations.calendly.subscription import PLAN_OR_ROLE
from integrations.enums import Provider
from integrations.errors import ProviderUnavailable, SettingsChanged, SeveralEmailProviders
from integrations.forms.settings import ConnectionForm, make_secret
from integrations.results import ProviderResult
from integrations.rules.setup import Setup
from integrations.rules.standing import trouble
from integrations.services.cards import Card, email_provider_in_use, load_card, public_standing
from integrations.services.connecting import check_now, clear_secret, connect, disconnect, repair_calendly
from integrations.services.connections import ConnectionInput
from integrations.services.inspection import look_at
from integrations.services.resend import send_test_mail
from zrg.lib.errors import BadInput, Conflict, NotVisible, ZrgError
from zrg.workspaces.access import can, context_of, require
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.registry import SettingsSection, settings_section
from zrg.workspaces.settings_frame import settings_page
from zrg.workspaces.step_up import recently_authenticated

TAB = "integrations"
EDIT = "settings.edit_integrations"
TEMPLATE = "integrations/settings/provider.html"

CHANGED_MEANWHILE = _(
    "These settings changed meanwhile: somebody saved them after you opened this page. What you typed is still here, "
    "except secrets. Look at what is stored now, then save again."
)
CONFIRM_SWITCH = _("Tick this to use it instead; nothing was changed.")

_LEVELS = {
    "info": messages.INFO,
    "success": messages.SUCCESS,
    "warning": messages.WARNING,
    "error": messages.ERROR,
}

Act = Callable[[HttpRequest, UUID, Setup], HttpResponse]


def section_of(setup: Setup) -> SettingsSection:
    """The settings page of a provider."""
    return SettingsSection(
        tab=TAB,
        key=setup.key,
        title=setup.title,
        purpose=setup.purpose,
        group=setup.group,
        position=setup.position,
        action=EDIT,
        view=_declared("settings.view", page, setup),
        acts={
            "test": _declared(EDIT, check, setup),
            "webhook-secret": _declared("secret.set", new_webhook_secret, setup),
            "secret-removal": _declared("secret.remove", secret_removal, setup),
            "disconnection": _declared("secret.remove", disconnection, setup),
            "test-mail": _declared(EDIT, test_mail, setup),
            "repair": _declared(EDIT, repair, setup),
        },
    )


def page(request: HttpRequest, workspace_id: UUID, setup: Setup) -> HttpResponse:
    """The provider's page, or the save of its form."""
    if request.method != "POST":
        return _show(request, workspace_id, setup)
    require(access_of(request), "secret.set", workspace_id)
    form = _form(request, workspace_id, setup, bound=True)
    if unknown := form.unknown_names():
        raise BadInput(
            gettext("Unknown field: {unknown}").format(unknown=unknown[0]),
            code="unknown_field",
            http_status=400,
            field=unknown[0],
        )
    if not recently_authenticated(request):
        return _show(request, workspace_id, setup, form=form, status=403)
    if not form.is_valid():
        return _show(request, workspace_id, setup, form=form, status=422)
    try:
        done = connect(workspace_id, setup.provider, form.to_input(), by=person_of(request))
    except ZrgError as refused:
        return _refused(request, workspace_id, setup, form, refused)
    _tell(request, setup, done.check, saved=True)
    if form.generated:
        return _show(request, workspace_id, setup, new_secret=form.generated)
    return HttpResponseRedirect(_url(workspace_id, setup))


def check(request: HttpRequest, workspace_id: UUID, setup: Setup) -> HttpResponse:
    """Ask the provider now; a page fragment answers in place."""
    card = _card(request, workspace_id, setup)
    result = check_now(card.connection) if card.connection is not None and card.is_in_use else None
    if getattr(request, "htmx", False):
        sentence, tone = _verdict(setup, result)
        return _show(request, workspace_id, setup, part="#health", verdict=sentence, verdict_tone=tone)
    _tell(request, setup, result, saved=False)
    return HttpResponseRedirect(_url(workspace_id, setup))


def new_webhook_secret(request: HttpRequest, workspace_id: UUID, setup: Setup) -> HttpResponse:
    """Replace the webhook secret by one of ours; this answer is the only place that shows it."""
    if not setup.generated:
        raise NotVisible
    if not recently_authenticated(request):
        return _to_step_up(workspace_id, setup)
    secret = make_secret()
    connect(workspace_id, setup.provider, ConnectionInput(secrets={setup.generated: secret}), by=person_of(request))
    return _show(request, workspace_id, setup, new_secret=secret)


def test_mail(request: HttpRequest, workspace_id: UUID, setup: Setup) -> HttpResponse:
    """Send one mail to the person who asks, as mails of this workspace are sent."""
    if setup.provider != Provider.RESEND:
        raise NotVisible
    person = person_of(request)
    result = send_test_mail(workspace_id, to=person.email)
    if result.ok:
        messages.success(request, gettext("A test mail is on its way to {email}.").format(email=person.email))
    else:
        messages.error(request, trouble(setup.title, result.code or "", result.message))
    return HttpResponseRedirect(_url(workspace_id, setup))


def repair(request: HttpRequest, workspace_id: UUID, setup: Setup) -> HttpResponse:
    """Make Calendly call us again."""
    if setup.provider != Provider.CALENDLY:
        raise NotVisible
    done = repair_calendly(workspace_id)
    if done.is_well:
        messages.success(request, gettext("Calendly calls this workspace about bookings."))
    elif done.state == "plan_or_role":
        messages.error(request, f"{PLAN_OR_ROLE}.")
    else:
        problem = done.problem
        sentence = (
            trouble(setup.title, problem.code or "", problem.message) if problem else "Calendly is not connected."
        )
        messages.error(request, sentence)
    return HttpResponseRedirect(_url(workspace_id, setup))


def secret_removal(request: HttpRequest, workspace_id: UUID, setup: Setup) -> HttpResponse:
    """Clear one secret the provider can do without."""
    if not recently_authenticated(request):
        return _to_step_up(workspace_id, setup)
    name = request.POST.get("name", "")
    if name not in setup.secrets:
        raise BadInput(
            gettext("Unknown secret: {name}").format(name=name), code="unknown_field", http_status=400, field="name"
        )
    clear_secret(workspace_id, setup.provider, name, by=person_of(request))
    messages.success(request, gettext("{label} removed.").format(label=gettext(setup.secrets[name].label)))
    return HttpResponseRedirect(_url(workspace_id, setup))


def disconnection(request: HttpRequest, workspace_id: UUID, setup: Setup) -> HttpResponse:
    """Stop using the provider and erase its credentials."""
    if not recently_authenticated(request):
        return _to_step_up(workspace_id, setup)
    if disconnect(workspace_id, setup.provider, by=person_of(request)):
        messages.success(
            request, gettext("{title} is disconnected; its credentials are erased.").format(title=setup.title)
        )
    return HttpResponseRedirect(_url(workspace_id, setup))


def _declared(action: str, act: Act, setup: Setup) -> Callable[..., Any]:
    @requires(action, transaction=False)
    @wraps(act)
    def view(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
        return act(request, workspace_id, setup)

    return view


def _show(
    request: HttpRequest,
    workspace_id: UUID,
    setup: Setup,
    *,
    form: ConnectionForm | None = None,
    status: int = 200,
    part: str = "",
    new_secret: str = "",
    **context: Any,
) -> HttpResponse:
    """The page (or a part of it) as the rows are now."""
    access = access_of(request)
    with context_of(access):
        card = load_card(workspace_id, setup)
        may_edit = can(access, EDIT, workspace_id)
        return settings_page(
            request,
            workspace_id,
            tab=TAB,
            section=settings_section(TAB, setup.key),
            template=TEMPLATE + part,
            status=status,
            setup=setup,
            card=card,
            standing=card.standing if may_edit else public_standing(card.connection),
            form=form or _form(request, workspace_id, setup),
            replaces=email_provider_in_use(workspace_id, other_than=setup.provider),
            acts_url=_url(workspace_id, setup),
            step_up_url="" if recently_authenticated(request) else _step_up_url(workspace_id, setup),
            warnings=_warnings(card) if may_edit else [],
            new_secret=new_secret,
            new_address=f"{card.webhook_address}&secret={new_secret}" if setup.provider == Provider.EMAILBISON else "",
            **context,
        )


def _form(request: HttpRequest, workspace_id: UUID, setup: Setup, *, bound: bool = False) -> ConnectionForm:
    access = access_of(request)
    with context_of(access):
        return ConnectionForm(
            request.POST if bound else None,
            setup=setup,
            connection=load_card(workspace_id, setup).connection,
            replaces=email_provider_in_use(workspace_id, other_than=setup.provider),
            read_only=not can(access, EDIT, workspace_id),
        )


def _warnings(card: Card) -> list[str]:
    """What the page does not say elsewhere."""
    if card.connection is None or not card.is_in_use:
        return []
    findings = look_at(card.connection, now=timezone.now())
    return [finding.text for finding in findings if finding.code in ("silent", "no_subscription")]


def _card(request: HttpRequest, workspace_id: UUID, setup: Setup) -> Card:
    with context_of(access_of(request)):
        return load_card(workspace_id, setup)


def _refused(
    request: HttpRequest, workspace_id: UUID, setup: Setup, form: ConnectionForm, refused: ZrgError
) -> HttpResponse:
    """The form again with the reason beside the field; what was typed stays, secrets do not."""
    if isinstance(refused, SettingsChanged):
        with context_of(access_of(request)):
            form.start_over_from(load_card(workspace_id, setup).connection)
        return _show(
            request, workspace_id, setup, form=form, status=refused.http_status, conflict=gettext(CHANGED_MEANWHILE)
        )
    if isinstance(refused, SeveralEmailProviders):
        form.add_error("switch" if "switch" in form.fields else None, f"{refused} {gettext(CONFIRM_SWITCH)}")
        return _show(request, workspace_id, setup, form=form, status=refused.http_status)
    if not isinstance(refused, BadInput | Conflict | ProviderUnavailable):
        raise refused
    form.refuse(refused)
    status = 422 if isinstance(refused, BadInput) else refused.http_status
    return _show(request, workspace_id, setup, form=form, status=status)


def _verdict(setup: Setup, result: ProviderResult | None) -> tuple[str, str]:
    """What a test found, and the level of the message."""
    if result is None:
        return f"{setup.title} cannot be tested from here.", "info"
    if result.ok:
        return f"{setup.title} answers: the credential works.", "success"
    return trouble(setup.title, result.code or "", result.message), "error"


def _tell(request: HttpRequest, setup: Setup, result: ProviderResult | None, *, saved: bool) -> None:
    sentence, level = _verdict(setup, result)
    if saved:
        sentence = "Saved." if result is None else f"Saved. {sentence}" if result.ok else f"Saved, but: {sentence}"
        level = "warning" if level == "error" else "success"
    messages.add_message(request, _LEVELS[level], sentence)


def _to_step_up(workspace_id: UUID, setup: Setup) -> HttpResponse:
    return HttpResponseRedirect(_step_up_url(workspace_id, setup))


def _step_up_url(workspace_id: UUID, setup: Setup) -> str:
    return f"{reverse('account_reauthenticate')}?{urlencode({'next': _url(workspace_id, setup)})}"


def _url(workspace_id: UUID, setup: Setup) -> str:
    return reverse("settings_section", args=[workspace_id, TAB, setup.key])
