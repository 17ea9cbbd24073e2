"""People, tenancy, hours: the ground floor every other app stands on."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WorkspacesConfig(AppConfig):
    name = "zrg.workspaces"
    label = "workspaces"

    def ready(self) -> None:
        from zrg.workspaces import checks, context_guard, receivers  # noqa: F401, PLC0415  # models must be loaded first
        from zrg.workspaces.rls import on_migrated  # noqa: PLC0415  # as above

        receivers.connect()
        context_guard.install()
        post_migrate.connect(on_migrated, sender=self)
