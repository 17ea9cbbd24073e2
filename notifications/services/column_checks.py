"""What this app knows of the columns of the settings that it reads, asked before they are saved."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from notifications.rules.sentiment import rule_problems
from notifications.services.phones import check_phones
from zrg.workspaces.models import WorkspaceSettings


def check_rules(row: WorkspaceSettings) -> None:
    """Refuse tags, modes and destinations nobody knows."""
    if problems := rule_problems(row.notification_sentiment_rules):
        raise ValidationError(gettext("Not known here: {names}.").format(names=", ".join(problems)[:200]), code="rules")


COLUMN_CHECKS = (("notification_sentiment_rules", check_rules), ("notification_phones", check_phones))
