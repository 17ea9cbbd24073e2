"""People, tenancy, hours: the ground floor every other app stands on."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WorkspacesConfig(AppConfig):
    name = "zrg.workspaces"
    label = "workspaces"

    def ready(self) -> None:
        from zrg.workspaces import checks, context_guard, receivers  # noqa: F401, PLC0415  # models must be loaded first
        from zrg.workspaces.registry import register_section_states, register_settings_section  # noqa: PLC0415
        from zrg.workspaces.rls import on_migrated  # noqa: PLC0415  # as above
        from zrg.workspaces.views import follow_up_pause, general  # noqa: PLC0415

        for section in (*general.SECTIONS, follow_up_pause.SECTION):
            register_settings_section(section)
        for read in (general.section_states, follow_up_pause.section_state):
            register_section_states(general.TAB, read)
        receivers.connect()
        context_guard.install()
        post_migrate.connect(on_migrated, sender=self)
