"""URLs of this app."""

from django.urls import URLPattern, URLResolver, path

from zrg.jobs import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/cron/status", views.status, name="cron-status"),
    path("api/cron/runs/<uuid:task_run_id>", views.run_detail, name="cron-run"),
    path("api/cron/<path:job>", views.trigger, name="cron-trigger"),
]
