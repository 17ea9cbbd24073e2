"""Making a workspace: the first step of a new agency's first day."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from zrg.lib.errors import BadInput, Conflict
from zrg.workspaces.context import platform
from zrg.workspaces.decorators import person_of, requires
from zrg.workspaces.forms.new_workspace import NewWorkspaceForm
from zrg.workspaces.forms.strict import refuse_unknown
from zrg.workspaces.services.workspaces import open_workspace

CREATE = "platform.create_workspace"


@require_http_methods(["GET", "POST"])
@requires(CREATE, transaction=False)
def new_workspace(request: HttpRequest) -> HttpResponse:
    """Name, company and zone; then the list of what else the workspace needs. Who makes it owns it."""
    form = NewWorkspaceForm(request.POST or None)
    if request.method != "POST":
        return render(request, "zrg/new_workspace.html", {"form": form})
    refuse_unknown(request, set(form.fields))
    if not form.is_valid():
        return render(request, "zrg/new_workspace.html", {"form": form}, status=422)
    person = person_of(request)
    try:
        with platform(user_id=person.pk):
            made = open_workspace(form.cleaned_data["name"], person, settings=form.settings())
    except Conflict as refused:
        form.add_error("name", str(refused))
        return render(request, "zrg/new_workspace.html", {"form": form}, status=409)
    except BadInput as refused:
        form.add_error(None, str(refused))
        return render(request, "zrg/new_workspace.html", {"form": form}, status=422)
    return HttpResponseRedirect(reverse("settings_section", args=[made.pk, "general", "setup"]))
