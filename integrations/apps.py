from datetime import timedelta

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    label = "integrations"

    def ready(self) -> None:
        # slow import: models must be loaded first
        from integrations import checks, contracts, jobs  # noqa: F401, PLC0415
        from integrations.calendly.connecting import DISCONNECT_JOB  # noqa: PLC0415
        from integrations.calendly.subscription import SUBSCRIPTION_JOB  # noqa: PLC0415
        from integrations.rules.setup import SETUPS  # noqa: PLC0415
        from integrations.services.cards import section_states  # noqa: PLC0415
        from integrations.services.checking import CHECK_JOB  # noqa: PLC0415
        from integrations.services.demo import (  # noqa: PLC0415
            add_demo_calendar,
            add_demo_connection,
            add_demo_messengers,
        )
        from integrations.services.figures import register_collector  # noqa: PLC0415
        from integrations.services.processing import PROCESSORS, process  # noqa: PLC0415
        from integrations.services.provisioning import ConnectionProvisioning  # noqa: PLC0415
        from integrations.services.senders import REFRESH_JOB  # noqa: PLC0415
        from integrations.services.setup_items import setup_items  # noqa: PLC0415
        from integrations.views import hosts, own_addresses, slack  # noqa: PLC0415
        from integrations.views.connections import TAB, section_of  # noqa: PLC0415
        from zrg.jobs import registry  # noqa: PLC0415
        from zrg.jobs.contracts import CronTime, ScheduleSpec  # noqa: PLC0415
        from zrg.workspaces.registry import (  # noqa: PLC0415
            register_demo_part,
            register_provisioning_part,
            register_section_states,
            register_settings_section,
        )
        from zrg.workspaces.setup import register_setup_items  # noqa: PLC0415

        register_setup_items("integrations", setup_items)
        for provider in PROCESSORS:
            registry.register_webhook_processor(provider, process)
        registry.register_job(REFRESH_JOB, jobs.refresh_sender_snapshot)
        registry.register_job(CHECK_JOB, jobs.run_connection_check, max_attempts=1)
        registry.register_job(SUBSCRIPTION_JOB, jobs.repair_calendly_subscription, max_attempts=4)
        registry.register_job(DISCONNECT_JOB, jobs.run_calendly_disconnect, max_attempts=2)
        registry.register_schedule(
            ScheduleSpec(
                name="calendly-subscriptions",
                cadence=CronTime(hour="4"),
                budget_seconds=300,
                stale_alert_seconds=93_600,
                handler=jobs.check_calendly_subscriptions,
            )
        )
        registry.register_schedule(
            ScheduleSpec(
                name="integration-health",
                cadence=timedelta(minutes=15),
                budget_seconds=120,
                stale_alert_seconds=3_600,
                handler=jobs.inspect_connections,
            )
        )
        for event in (contracts.ProviderSwitched, contracts.ConnectionSaved, contracts.ConnectionStateChanged):
            registry.register_event(event)
        register_demo_part("integrations", add_demo_connection)
        register_demo_part("integrations.messengers", add_demo_messengers)
        register_demo_part("integrations.calendar", add_demo_calendar)
        register_provisioning_part("integrations", ConnectionProvisioning())
        for section in (*map(section_of, SETUPS), slack.SECTION, own_addresses.SECTION, hosts.SECTION):
            register_settings_section(section)
        register_section_states(TAB, section_states)
        register_section_states(TAB, slack.section_state)
        register_collector()
