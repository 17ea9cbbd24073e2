"""All URLs of the product, composed from the apps."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("zrg.workspaces.urls")),
    path("", include("zrg.jobs.urls")),
    path("", include("integrations.urls")),
    path("", include("inbox.urls")),
    path("admin/", admin.site.urls),
]
