"""Notifications in the settings: who hears of what needs a person, a test, and what was delivered lately."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from notifications.enums import Destination
from notifications.forms.rules import RulesField
from notifications.rules.delivery_words import reason_in_words
from notifications.services.deliveries import phone_troubles, recent_deliveries
from notifications.services.destinations import email_reach, slack_reach, sms_reach
from notifications.services.testing import REACHES, TESTS_PER_HOUR, send_test
from zrg.lib.errors import BadInput
from zrg.workspaces.access import can, context_of
from zrg.workspaces.decorators import access_of, requires
from zrg.workspaces.errors import TooManyRequests
from zrg.workspaces.forms.columns import AddressesField, Column, ColumnGroup, LinesField
from zrg.workspaces.forms.strict import refuse_unknown
from zrg.workspaces.models import WorkspaceSettings
from zrg.workspaces.registry import SectionState
from zrg.workspaces.services.audit import record_audit
from zrg.workspaces.settings_columns import ColumnsPage, columns_section, page_url

EDIT = "settings.edit_notifications"
TEST_SENT = "notifications.test_sent"


@requires(EDIT, transaction=False)
def send_one(request: HttpRequest, workspace_id: UUID) -> HttpResponse:
    """A message that says it is a test, to all recipients of one destination; five an hour."""
    refuse_unknown(request, {"destination"})
    destination = request.POST.get("destination", "")
    if destination not in REACHES:
        raise BadInput(gettext("No such destination."), field="destination")
    try:
        reach = send_test(workspace_id, destination, limited=True)
    except TooManyRequests:
        messages.error(
            request,
            gettext("{tests_per_hour} tests an hour are the limit. Try again later.").format(
                tests_per_hour=TESTS_PER_HOUR
            ),
        )
        return HttpResponseRedirect(page_url(workspace_id, PAGE))
    with context_of(access_of(request)):
        record_audit(
            TEST_SENT,
            actor=request.user,  # type: ignore[arg-type]
            workspace=workspace_id,
            object_type="notifications",
            after={"destination": destination, "recipients": len(reach.targets)},
        )
    if reach.targets:
        messages.success(request, gettext("A test is on its way. It appears below as it is delivered."))
    else:
        messages.warning(request, gettext("Nothing was sent: {reason}.").format(reason=reason_in_words(reach.reason)))
    return HttpResponseRedirect(page_url(workspace_id, PAGE))


def _more(request: HttpRequest, row: WorkspaceSettings) -> Mapping[str, Any]:
    reaches = {
        Destination.SLACK: slack_reach(row),
        Destination.EMAIL: email_reach(row),
        Destination.SMS: sms_reach(row),
    }
    may = can(access_of(request), EDIT, row.workspace_id)
    return {
        "destinations": [
            (one.value, gettext(one.label), len(reach.recipients or reach.targets), reason_in_words(reach.reason))
            for one, reach in reaches.items()
        ],
        "channels_url": reverse("settings_section", args=[row.workspace_id, "integrations", "slack-channels"]),
        "phone_troubles": phone_troubles(row) if may else [],
        "deliveries": recent_deliveries(row.workspace_id) if may else [],
    }


PAGE = ColumnsPage(
    tab="general",
    key="notifications",
    title=_("Notifications"),
    purpose=_("Who hears of leads and of what needs a person, where and when"),
    position=40,
    action=EDIT,
    template="notifications/settings/notifications.html",
    effect=_("Takes effect for the next message."),
    more=_more,
    acts={"test": send_one},
    groups=(
        ColumnGroup(
            title=_("What is told of a lead"),
            note=_(
                "A message leaves when the sentiment of a lead changes to one of these: at once, or together with the "
                "others once a day. The same news of a lead is not told twice within an hour."
            ),
            columns=(Column(name="notification_sentiment_rules", label=_("For each sentiment"), make=RulesField),),
        ),
        ColumnGroup(
            title=_("Once a day"),
            side_by_side=True,
            columns=(
                Column(
                    name="email_digest",
                    label=_("Send the daily digest"),
                    hint=_(
                        "To Slack, mail and phones, as chosen for each sentiment. What is told at once is not "
                        "concerned."
                    ),
                ),
                Column(
                    name="notification_daily_digest_time",
                    label=_("At"),
                    hint=_("In the workspace's time zone. A day without news has none."),
                    make=lambda: forms.CharField(
                        required=False, max_length=5, widget=forms.TimeInput(attrs={"type": "time"})
                    ),
                ),
            ),
        ),
        ColumnGroup(
            title=_("Where alerts go"),
            note=_(
                "Alerts tell of what only a person can put right: a connection that broke, a lead nobody in the "
                "rotation could take, a message whose sending could not be confirmed."
            ),
            columns=(
                Column(
                    name="slack_alerts",
                    label=_("Alerts in Slack"),
                    hint=_("Off: alerts go by mail. Questions about single answers are chosen with the approvers."),
                ),
                Column(
                    name="notification_emails",
                    label=_("Addresses, one per line"),
                    hint=_(
                        "Get the alerts while Slack cannot, and one mail when a connection breaks or works again. "
                        "At most 20."
                    ),
                    make=lambda: AddressesField(required=False),
                    rows=4,
                ),
                Column(
                    name="notification_phones",
                    label=_("Phones, one per line"),
                    hint=_(
                        "As +14155550123; at most 10. They get the news of leads chosen above, by your GoHighLevel: "
                        "20 texts a day, none between 21:00 and 08:00. The number of a lead is refused."
                    ),
                    make=lambda: LinesField(required=False),
                    rows=3,
                ),
            ),
        ),
    ),
)
SECTION = columns_section(PAGE)


def section_state(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """Whether alerts reach anybody, for those who manage it."""
    if not can_edit:
        return {}
    row = WorkspaceSettings.objects.get(workspace_id=workspace_id)
    reached = [
        gettext(reach.destination.label)
        for reach in (slack_reach(row), email_reach(row), sms_reach(row))
        if reach.targets
    ]
    return {
        PAGE.key: SectionState(text=", ".join(reached), tone="good")
        if reached
        else SectionState(text=gettext("Nobody hears of it"), tone="warn")
    }
