"""How review posts of a draft stand, as the inbox shows it."""

import pytest
from django.utils import timezone

from inbox.models import Draft
from notifications.constants import NOBODY
from notifications.enums import SendStatus
from notifications.models import NotificationSendLog
from tests.inbox.desk import make_desk
from tests.support.client import ZrgClient
from zrg.workspaces.models import WorkspaceSettings

pytestmark = pytest.mark.django_db


def asked_desk():
    desk = make_desk()
    Draft.objects.filter(pk=desk.draft.pk).update(auto_send_mode="AI_AUTO_SEND", auto_send_action="needs_review")
    return desk


def post(desk, target, status, *, draft=None, reason=""):
    NotificationSendLog.objects.create(
        workspace=desk.workspace,
        lead=desk.lead,
        kind="draft_approval",
        destination="slack_dm",
        target=target,
        dedupe_key=f"draft_approval:{draft or desk.draft.pk}:1:{target}",
        status=status,
        sent_at=timezone.now() if status == SendStatus.SENT else None,
        reason=reason,
    )


def test_posts_are_shown_to_a_setter_by_name_and_state():
    desk = asked_desk()
    WorkspaceSettings.objects.filter(workspace=desk.workspace).update(
        slack_auto_send_approval_recipients=[{"id": "U0PRIYA", "displayName": "Priya Nair"}]
    )
    post(desk, "U0PRIYA", SendStatus.SENT)
    post(desk, "U0GONE", SendStatus.FAILED, reason="user_not_found")
    post(desk, "U0OTHER", SendStatus.SENT, draft="0190a000-0000-7000-8000-000000000000")

    html = ZrgClient().login_as(desk.setter).get(f"{desk.prefix}/drafts/{desk.draft.pk}/why").content.decode()

    assert "Priya Nair: Posted" in html
    assert "U0GONE: Could not be posted: user not found" in html
    assert "U0OTHER" not in html


def test_post_to_nobody_says_why():
    desk = asked_desk()
    post(desk, NOBODY, SendStatus.SKIPPED, reason="no_recipients")

    html = ZrgClient().login_as(desk.owner).get(f"{desk.prefix}/drafts/{desk.draft.pk}/why").content.decode()

    assert "Nobody: Not posted: no recipients" in html
