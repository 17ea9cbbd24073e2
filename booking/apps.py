"""Booking: scheduling links of a workspace, and what the apps above ask of its calendar."""

from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "booking"
    label = "booking"

    def ready(self) -> None:
        # Models must be loaded first.
        from booking.registry import register_booking_links, register_calendar  # noqa: PLC0415
        from booking.services.calendar_links import with_calendar  # noqa: PLC0415
        from booking.services.demo import prepare_demo  # noqa: PLC0415
        from booking.services.link_calendar import LinkCalendar, WorkspaceLinks  # noqa: PLC0415
        from booking.services.setup_items import setup_items  # noqa: PLC0415
        from booking.views import calendar_links, campaign_processes, columns, processes, targets  # noqa: PLC0415
        from leads.registry import register_campaign_facts  # noqa: PLC0415
        from zrg.workspaces.registry import (  # noqa: PLC0415
            register_calendar_reader,
            register_demo_part,
            register_section_states,
            register_settings_section,
        )
        from zrg.workspaces.setup import register_setup_items  # noqa: PLC0415

        register_calendar(LinkCalendar())
        register_booking_links(WorkspaceLinks())
        register_demo_part("booking", prepare_demo)
        register_calendar_reader("booking", with_calendar)
        register_setup_items("booking", setup_items)
        register_settings_section(calendar_links.SECTION)
        register_section_states(calendar_links.TAB, calendar_links.section_state)
        register_section_states(processes.TAB, processes.section_state)
        register_campaign_facts("booking", campaign_processes.facts_of_campaigns)
        register_section_states(campaign_processes.TAB, campaign_processes.section_state)
        for section in (targets.SECTION, processes.SECTION, campaign_processes.SECTION, *columns.SECTIONS):
            register_settings_section(section)
        register_section_states(columns.TAB, columns.section_states)
