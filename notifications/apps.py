"""Notifications: everything that leaves for staff, through one outbox."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    label = "notifications"

    def ready(self) -> None:
        # models must be loaded first
        from integrations.contracts import ConnectionStateChanged  # noqa: PLC0415
        from notifications import receivers, schedules  # noqa: PLC0415
        from notifications.services.demo import add_demo_recipients  # noqa: PLC0415
        from notifications.services.figures import register_collector  # noqa: PLC0415
        from zrg.jobs.contracts import Notice  # noqa: PLC0415
        from zrg.jobs.registry import register_event_receiver  # noqa: PLC0415
        from zrg.workspaces.registry import register_demo_part  # noqa: PLC0415

        schedules.register()
        register_event_receiver(Notice, "notifications.tell_notice", receivers.receive_notice)
        register_event_receiver(
            ConnectionStateChanged, "notifications.tell_connection_state", receivers.receive_connection_state
        )
        register_demo_part("notifications", add_demo_recipients)
        register_collector()
