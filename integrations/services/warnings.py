"""What the inspection found becomes one notice a day for each workspace and kind of finding."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from integrations.enums import Provider
from integrations.services.inspection import Finding
from zrg.jobs.contracts import Notice
from zrg.jobs.services.announce import announce
from zrg.workspaces.context import tenant
from zrg.workspaces.hours import local_date, resolve_zone
from zrg.workspaces.models import WorkspaceSettings

# A lost connection has messages of its own (`ConnectionStateChanged`).
ANNOUNCED = ("incomplete", "no_subscription", "secret_unreadable", "silent", "unsigned_webhooks")


def announce_findings(workspace_id: UUID, findings: Iterable[Finding], *, now: datetime | None = None) -> int:
    """Announce the findings people have to act upon, those of one code together; returns how many notices
    are new today (the workspace's day). The kinds are `connection_<code>`.
    """
    texts: dict[str, list[str]] = defaultdict(list)
    for finding in findings:
        if finding.code in ANNOUNCED:
            texts[finding.code].append(f"{Provider(finding.provider).label}: {finding.text}")
    if not texts:
        return 0
    link = urlencode({"view": "settings", "clientId": workspace_id, "settingsTab": "integrations"})
    with tenant(workspace_id):
        zone = resolve_zone(WorkspaceSettings.objects.values_list("timezone", flat=True).get(workspace=workspace_id))
        day = local_date(now or timezone.now(), zone)
        return sum(
            announce(
                Notice(
                    workspace_id=workspace_id,
                    kind=f"connection_{code}",
                    text="; ".join(sorted(lines)),
                    link=f"{settings.PUBLIC_APP_URL}/?{link}",
                    notice_key=day.isoformat(),
                )
            )
            for code, lines in sorted(texts.items())
        )
