"""Instances of EmailBison a key may be sent to: for platform administrators."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_noop as _

from integrations.errors import HostInUse, HostRefused
from integrations.models import EmailBisonBaseHost
from integrations.rules.setup import HOSTS_GROUP
from integrations.services.hosts import add_base_host, delete_base_host
from integrations.views.connections import TAB
from zrg.workspaces.access import admin_context_of, context_of, require
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.registry import SettingsSection
from zrg.workspaces.settings_frame import settings_page
from zrg.workspaces.step_up import recently_authenticated

KEY = "hosts"
MANAGE = "platform.host_allowlist"


class HostForm(forms.Form):
    """One more instance; a pasted address is reduced to its host name."""

    host = forms.CharField(
        max_length=300,
        label=gettext_lazy("Host"),
        help_text=gettext_lazy("send.example.com, or the address of the instance."),
    )
    label = forms.CharField(
        max_length=100,
        required=False,
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("Shown in the list of instances."),
    )


@requires("settings.view", transaction=False)
def hosts(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """The list, and adding to it."""
    require(access_of(request), MANAGE)
    if request.method != "POST":
        return _page(request, workspace_id, HostForm())
    if not recently_authenticated(request):
        return _to_step_up(workspace_id)
    form = HostForm(request.POST)
    if not form.is_valid():
        return _page(request, workspace_id, form, status=422)
    try:
        with admin_context_of(access_of(request)):
            host = add_base_host(form.cleaned_data["host"], label=form.cleaned_data["label"], by=person_of(request))
    except HostRefused as refused:
        form.add_error("host", str(refused))
        return _page(request, workspace_id, form, status=422)
    messages.success(request, gettext("{host} may be chosen now.").format(host=host.host))
    return HttpResponseRedirect(_url(workspace_id))


@requires("settings.view", transaction=False)
def removal(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """Take an instance nobody uses from the list."""
    require(access_of(request), MANAGE)
    if not recently_authenticated(request):
        return _to_step_up(workspace_id)
    with admin_context_of(access_of(request)):
        host = EmailBisonBaseHost.objects.filter(host=request.POST.get("host", "")).first()
        try:
            if host is not None:
                delete_base_host(host, by=person_of(request))
        except HostInUse:
            messages.error(
                request,
                gettext("{host} is used by a workspace. Choose another instance there first.").format(host=host),
            )
        else:
            messages.success(request, gettext("The host is removed."))
    return HttpResponseRedirect(_url(workspace_id))


SECTION = SettingsSection(
    tab=TAB,
    key=KEY,
    title=_("EmailBison instances"),
    purpose=_("Hosts an API key may be sent to, for all workspaces"),
    group=HOSTS_GROUP,
    position=90,
    action="settings.edit_integrations",
    view=hosts,
    acts={"removal": removal},
    platform=True,
)


def _page(request: HttpRequest, workspace_id: UUID, form: HostForm, *, status: int = 200) -> HttpResponse:
    with context_of(access_of(request)):
        return settings_page(
            request,
            workspace_id,
            tab=TAB,
            section=SECTION,
            template="integrations/settings/hosts.html",
            status=status,
            form=form,
            hosts=EmailBisonBaseHost.objects.order_by("host"),
            acts_url=_url(workspace_id),
        )


def _to_step_up(workspace_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?next={_url(workspace_id)}")


def _url(workspace_id: UUID) -> str:
    return reverse("settings_section", args=[workspace_id, TAB, KEY])
