"""URLs of accounts, access, provisioning and health."""

from allauth.account import views as account_views
from allauth.socialaccount import views as social_views
from django.urls import include, path, re_path

from zrg.workspaces.api import provisioning
from zrg.workspaces.api.rollout import RevisionRollout
from zrg.workspaces.api.workspaces import WorkspaceCapabilities, WorkspaceList
from zrg.workspaces.views import account, branding, health, invitations, new_workspace, settings

account_patterns = [
    path("login/", account.LoginView.as_view(), name="account_login"),
    path("logout/", account_views.logout, name="account_logout"),
    path("inactive/", account_views.account_inactive, name="account_inactive"),
    path("signup/", account_views.signup, name="account_signup"),
    path("reauthenticate/", account_views.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account_views.password_change, name="account_change_password"),
    path("password/set/", account_views.password_set, name="account_set_password"),
    path("password/reset/", account.PasswordResetView.as_view(), name="account_reset_password"),
    path("password/reset/done/", account_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("", account.profile, name="account_profile"),
    path("sessions/", account.sessions, name="account_sessions"),
    path("sessions/end-others/", account.sign_out_everywhere, name="account_sign_out_everywhere"),
    path("sessions/<int:session_id>/end/", account.end_one_session, name="account_end_session"),
    path("2fa/", include("allauth.mfa.urls")),
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("oidc/cancelled/", social_views.login_cancelled, name="socialaccount_login_cancelled"),
    path("oidc/error/", social_views.login_error, name="socialaccount_login_error"),
]

settings_patterns = [
    path("", settings.first_tab, name="settings"),
    path("<slug:tab>", settings.tab_page, name="settings_tab"),
    path("<slug:tab>/<slug:section>", settings.section_page, name="settings_section"),
    path("<slug:tab>/<slug:section>/<slug:act>", settings.section_act, name="settings_act"),
    path("<slug:tab>/<slug:section>/of/<str:item>", settings.item_page, name="settings_item"),
    path("<slug:tab>/<slug:section>/of/<str:item>/<slug:act>", settings.item_act, name="settings_item_act"),
]

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/health", health.readyz, name="api_health"),
    path("favicon.ico", health.favicon, name="favicon"),
    path("metrics", health.metrics, name="metrics"),
    path("login", account.login_redirect, name="login"),
    path("login/", account.login_redirect),
    path("invite/<str:token>", invitations.accept, name="invitation"),
    path("account/", include(account_patterns)),
    path("workspaces/new", new_workspace.new_workspace, name="new_workspace"),
    path("w/<uuid:workspace_id>/settings/", include(settings_patterns)),
    path("w/<uuid:workspace_id>/logo/<str:name>", branding.show_logo, name="workspace_logo"),
    path("api/admin/workspaces", provisioning.Workspaces.as_view(), name="provision_workspace"),
    path("api/admin/workspaces/bootstrap", provisioning.Bootstrap.as_view(), name="provision_bootstrap"),
    path("api/admin/workspaces/members", provisioning.Members.as_view(), name="provision_members"),
    path("api/admin/workspaces/<uuid:workspace_id>", provisioning.WorkspaceStatus.as_view(), name="provision_status"),
    path("api/admin/rollout/autosend-revision", RevisionRollout.as_view(), name="rollout_autosend_revision"),
    path("api/admin/users/reset-link", provisioning.ResetLink.as_view(), name="provision_reset_link"),
    path("api/workspaces", WorkspaceList.as_view(), name="api_workspaces"),
    path(
        "api/workspaces/<uuid:workspace_id>/capabilities",
        WorkspaceCapabilities.as_view(),
        name="api_workspace_capabilities",
    ),
]
