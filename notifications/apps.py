"""Notifications: everything that leaves for staff, through one outbox."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    label = "notifications"

    def ready(self) -> None:
        from notifications import schedules  # noqa: PLC0415  # models must be loaded first

        schedules.register()
