"""Log-in and the pages of one's own account, as thin layers over allauth."""

import secrets
from typing import Any

import structlog
from allauth.account.forms import LoginForm
from allauth.account.views import LoginView as AllauthLoginView
from allauth.account.views import PasswordResetView as AllauthPasswordResetView
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from zrg.lib import log_events
from zrg.workspaces.access import CACHE_ERRORS
from zrg.workspaces.decorators import access_of, person_of, requires
from zrg.workspaces.errors import CacheUnavailable
from zrg.workspaces.forms.profile import ProfileForm
from zrg.workspaces.metrics import count_login
from zrg.workspaces.models import User, UserPreference
from zrg.workspaces.services.sessions import end_session, end_sessions, sessions_of

LOGIN_WINDOW_SECONDS = 15 * 60
RESET_WINDOW_SECONDS = 3600
PROBE_SECONDS = 10

logger = structlog.get_logger(__name__)


class LoginView(AllauthLoginView):
    """Log-in. While attempts cannot be counted nobody gets in; running sessions go on."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """503 without a cache, 429 over a limit (a right password included)."""
        require_counting()
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the name of the single sign-on, where one is configured."""
        return {
            **super().get_context_data(**kwargs),
            "single_sign_on": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        }

    def form_invalid(self, form: LoginForm) -> HttpResponse:
        """422 with the one error text; 429 when it was one attempt too many."""
        response = super().form_invalid(form)
        if _over_limit(form):
            logger.info(log_events.AUTH_RATE_LIMITED)
            count_login("rate_limited")
            response.status_code = 429
            response["Retry-After"] = str(LOGIN_WINDOW_SECONDS)
            return response
        count_login("failed")
        response.status_code = 422
        return response


class PasswordResetView(AllauthPasswordResetView):
    """Asking for a link; the answer never tells whether the account exists."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """503 without a cache, for the same reason as the log-in."""
        require_counting()
        response = super().post(request, *args, **kwargs)
        if response.status_code == 429:
            response["Retry-After"] = str(RESET_WINDOW_SECONDS)
        return response


def require_counting() -> None:
    """Raise 503 unless the cache keeps what is written to it."""
    key, token = f"counting:{secrets.token_hex(8)}", secrets.token_hex(4)
    try:
        cache.set(key, token, PROBE_SECONDS)
        counted = cache.get(key) == token
    except CACHE_ERRORS:
        counted = False
    if not counted:
        logger.error(log_events.AUTH_CACHE_UNAVAILABLE)
        raise CacheUnavailable


def login_redirect(request: HttpRequest) -> HttpResponse:
    """The short address of the log-in."""
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(reverse("account_login") + (f"?{query}" if query else ""))


@requires("self.sessions")
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """One's name and preferences. The address cannot be changed by oneself."""
    user = User.objects.get(pk=access_of(request).user_id)
    preference, _ = UserPreference.objects.get_or_create(user=user)
    form = ProfileForm(request.POST or None, user=user, preference=preference)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, gettext("Saved."))
        return HttpResponseRedirect(reverse("account_profile"))
    status = 422 if form.is_bound else 200
    return render(request, "account/profile.html", {"form": form}, status=status)


@requires("self.sessions")
@require_GET
def sessions(request: HttpRequest) -> HttpResponse:
    """Where this person is signed in."""
    rows = sessions_of(person_of(request), current=request.session.session_key)
    return render(request, "account/sessions.html", {"sessions": rows, "days": settings.SESSION_DAYS})


@requires("self.sessions")
@require_POST
def end_one_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign this person out in one other place; what runs no more, or is not theirs, answers alike."""
    if end_session(person_of(request), session_id, keep_session=request.session.session_key):
        messages.success(request, gettext("Signed out there."))
    else:
        messages.info(request, gettext("That session had ended already."))
    return HttpResponseRedirect(reverse("account_sessions"))


@requires("self.sessions")
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """End every other session of this person."""
    ended = end_sessions(person_of(request), keep_session=request.session.session_key)
    told = ngettext("Signed out {n} other session.", "Signed out {n} other sessions.", ended).format(n=ended)
    messages.success(request, told)
    return HttpResponseRedirect(reverse("account_sessions"))


def _over_limit(form: LoginForm) -> bool:
    return any(error.code == "too_many_login_attempts" for error in form.non_field_errors().as_data())
