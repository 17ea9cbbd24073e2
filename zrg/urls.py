"""All URLs of the product, composed from the apps."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("zrg.workspaces.urls")),
    path("", include("zrg.jobs.urls")),
    path("", include("zrg.ai.urls")),
    path("", include("integrations.urls")),
    path("", include("leads.urls")),
    path("", include("inbox.urls")),
    path("", include("assignment.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "zrg.workspaces.views.errors.bad_request"
handler403 = "zrg.workspaces.views.errors.forbidden"
handler404 = "zrg.workspaces.views.errors.not_found"
handler429 = "zrg.workspaces.views.errors.too_many"
handler500 = "zrg.workspaces.views.errors.server_error"
