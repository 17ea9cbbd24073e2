"""Two people add the first calendar link at once."""

import threading

from django.db import connection

from booking.models import CalendarLink
from booking.services.calendar_links import LinkValues, create_link
from tests.factories import WorkspaceFactory
from zrg.workspaces.context import platform, tenant


def test_two_first_links_at_once_leave_one_default(committed_db: None) -> None:
    with platform():
        workspace = WorkspaceFactory()
    start = threading.Barrier(2)

    def work(name: str) -> None:
        values = LinkValues.cleaned(name=name, url="calendly.com/acme")
        start.wait(20)
        with tenant(workspace.pk):
            create_link(workspace.pk, values, by=None)
        connection.close()

    threads = [threading.Thread(target=work, args=(name,)) for name in ("Intro", "Demo")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    with tenant(workspace.pk):
        assert sorted(CalendarLink.objects.values_list("is_default", flat=True)) == [False, True]
