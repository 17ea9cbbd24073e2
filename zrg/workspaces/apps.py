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
        from zrg.workspaces.setup import register_setup_items  # noqa: PLC0415
        from zrg.workspaces.views import (  # noqa: PLC0415
            branding,
            follow_up_pause,
            general,
            setup,
            team,
            team_audit,
            team_invitations,
            team_ownership,
        )

        pages = (setup, branding, follow_up_pause, team, team_audit, team_invitations)
        own = (team_ownership.OWNERSHIP, team_ownership.ACCOUNT)
        for section in (*general.SECTIONS, *own, *(page.SECTION for page in pages)):
            register_settings_section(section)
        for read in (setup.section_state, general.section_states, follow_up_pause.section_state):
            register_section_states(general.TAB, read)
        for read in (team.section_state, team_invitations.section_state):
            register_section_states(team.TAB, read)
        register_setup_items("workspaces", setup.setup_items)
        receivers.connect()
        context_guard.install()
        post_migrate.connect(on_migrated, sender=self)
