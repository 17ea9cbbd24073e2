"""The URLs of the fast path of zrg/wsgi.py: inbound calls of providers, and errors answered as elsewhere."""

from django.urls import include, path

urlpatterns = [path("", include("integrations.urls"))]

handler400 = "zrg.workspaces.views.errors.bad_request"
handler403 = "zrg.workspaces.views.errors.forbidden"
handler404 = "zrg.workspaces.views.errors.not_found"
handler500 = "zrg.workspaces.views.errors.server_error"
