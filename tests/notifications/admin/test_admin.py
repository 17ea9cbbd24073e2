"""The outbox in the operations room."""

from typing import Any

import pytest
from django.urls import reverse

from notifications.models import NotificationEvent, NotificationSendLog
from notifications.services.outbox import NewRow, enqueue
from tests.factories import PlatformGrantFactory
from tests.notifications.support import workspace
from tests.support.client import ZrgClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> ZrgClient:
    return ZrgClient().login_as(PlatformGrantFactory().user)


def put(owner: Any, key: str, status: str, **values: Any) -> NotificationSendLog:
    row = NewRow(kind="mention", destination="slack", target="C0ALERTS", key=key, text="secret text")
    enqueue([row], event=None, workspace_id=owner.pk)
    NotificationSendLog.objects.filter(dedupe_key=key).update(status=status, **values)
    return NotificationSendLog.objects.get(dedupe_key=key)


def act(client: ZrgClient, action: str, rows: list[NotificationSendLog]) -> Any:
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows]}
    return client.post(reverse("admin:notifications_notificationsendlog_changelist"), data, follow=True)


def statuses(rows: list[NotificationSendLog]) -> list[tuple[str, str]]:
    found = NotificationSendLog.objects.in_bulk([row.pk for row in rows])
    return [(found[row.pk].status, found[row.pk].reason) for row in rows]


def test_lists_open_and_show_no_text(operator: ZrgClient) -> None:
    owner = workspace()
    put(owner, "k1", "failed", reason="is_archived")
    NotificationEvent.objects.create(workspace=owner, kind="mention", snippet="x", dedupe_key="e1")

    for model in ("notificationsendlog", "notificationevent"):
        listed = operator.get(reverse(f"admin:notifications_{model}_changelist"))
        row = listed.context["cl"].result_list[0]
        page = operator.get(reverse(f"admin:notifications_{model}_change", args=[row.pk]))
        assert (listed.status_code, page.status_code) == (200, 200)
        assert "secret text" not in listed.content.decode() + page.content.decode()


def test_rows_of_one_kind(operator: ZrgClient) -> None:
    owner = workspace()
    put(owner, "k1", "failed")
    put(owner, "k2", "failed", kind="integration_health")

    listed = operator.get(reverse("admin:notifications_notificationsendlog_changelist"), {"kind": "mention"})

    assert [row.dedupe_key for row in listed.context["cl"].result_list] == ["k1"]


def test_only_failed_rows_are_tried_again(operator: ZrgClient) -> None:
    owner = workspace()
    rows = [put(owner, "k1", "failed"), put(owner, "k2", "unknown"), put(owner, "k3", "skipped")]

    response = act(operator, "send_again", rows)

    assert [status for status, _ in statuses(rows)] == ["pending", "unknown", "skipped"]
    assert "1 will be tried again, 2 are left as they are." in response.content.decode()


def test_failed_and_unconfirmed_rows_are_marked_handled(operator: ZrgClient) -> None:
    owner = workspace()
    rows = [put(owner, "k1", "failed", reason="is_archived"), put(owner, "k2", "unknown"), put(owner, "k3", "pending")]

    act(operator, "mark_as_handled", rows)

    assert statuses(rows) == [("skipped", "handled:is_archived"), ("skipped", "handled:"), ("pending", "")]


def test_hard_10_inside_workspace_people_see_their_own_rows(client: ZrgClient) -> None:
    mine, other = workspace("Northwind"), workspace("Granite Co")
    row = put(mine, "k1", "failed")
    put(other, "k2", "failed")

    response = client.login_as(mine.owner).get(reverse("admin:notifications_notificationsendlog_changelist"))

    assert [found.pk for found in response.context["cl"].result_list] == [row.pk]
