"""Several workers tell the arrivals of one minute."""

import threading
from dataclasses import replace

from django.db import connections

from assignment.contracts import LeadsRouted
from assignment.receivers import tell_leads_routed
from assignment.services.routing.arrivals import LEAD_ARRIVALS
from assignment.services.routing.batch import route_batch
from tests.support.routing_scene import catch_all, make_leads, make_partner, make_source
from zrg.jobs.models import BackgroundJob
from zrg.jobs.services.announce import event_from_payload
from zrg.workspaces.context import platform

PATIENCE_SECONDS = 20
TOLD = "assignment.tell_leads_routed"


def arrivals(count, *, parts):
    """Events of one minute: one batch, announced in parts."""
    with platform(timeout_ms=60_000):
        source = make_source()
        catch_all(make_partner(source), actions={"tag_with": [], "notify_via": ["slack"]})
        make_leads(source, count)
    assert route_batch(source.pk).settled == {"success": count}
    with platform(timeout_ms=60_000):
        row = BackgroundJob.objects.get(payload__event="LeadsRouted", payload__receiver=TOLD)
    event = event_from_payload(LeadsRouted, row.payload["data"])
    return [
        replace(event, log_ids=event.log_ids[part::parts], lead_ids=event.lead_ids[part::parts])
        for part in range(parts)
    ]


def test_workers_of_one_minute_share_its_account(committed_db):
    events = arrivals(12, parts=4)
    barrier, failed = threading.Barrier(len(events)), []

    def tell(event):
        try:
            barrier.wait(PATIENCE_SECONDS)
            tell_leads_routed(event)
        except Exception as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=tell, args=[event]) for event in events]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)

    with platform(timeout_ms=60_000):
        account = BackgroundJob.objects.get(type=LEAD_ARRIVALS)
        notices = BackgroundJob.objects.filter(payload__event="Notice").count()
    told = [sum(column) for column in zip(*account.payload["events"].values(), strict=True)]
    assert (failed, notices, told) == ([], 5, [5, 7])
