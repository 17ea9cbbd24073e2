"""Assignment: who gets a lead, inside a workspace and between workspaces."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AssignmentConfig(AppConfig):
    name = "assignment"
    label = "assignment"

    def ready(self) -> None:
        # Models must be loaded first.
        from assignment.activity import make_activity_functions  # noqa: PLC0415

        post_migrate.connect(make_activity_functions, sender=self)
