"""Asking for drafts through the API."""

import json

import pytest

from inbox.models import Draft, DraftRequest
from tests.support.drain import drain

pytestmark = pytest.mark.django_db


def ask(client, desk, what, body):
    path = f"/api/inbox/conversations/{desk.lead.pk}/drafts/{what}"
    return client.post(path, json.dumps(body), content_type="application/json")


def test_regenerate_is_a_job_whose_progress_is_readable(client, desk, simulator):
    desk.lead.sentiment_tag = "Interested"
    desk.lead.save(update_fields=["sentiment_tag"])
    client.login_as(desk.setter)

    asked = ask(client, desk, "regenerate", {"channel": "email", "mode": "fast"})
    drain()
    done = client.get(f"/api/inbox/conversations/{desk.lead.pk}/drafts/regenerate?channel=email")

    assert (asked.status_code, asked.json()["state"]) == (202, "queued")
    assert (done.json()["state"], done.json()["draftId"]) == ("done", str(Draft.objects.pending().get().pk))


def test_not_eligible_is_422_and_the_old_draft_is_there(client, desk):
    desk.lead.sentiment_tag = "Neutral"
    desk.lead.save(update_fields=["sentiment_tag"])

    response = ask(client.login_as(desk.setter), desk, "regenerate", {"channel": "email", "mode": "full"})

    assert (response.status_code, response.json()["error"]) == (422, "sentiment_not_eligible")
    assert "Cannot generate draft for this sentiment" in response.content.decode()
    assert Draft.objects.get().status == "pending"
    assert not DraftRequest.objects.exists()


@pytest.mark.parametrize("body", [{"channel": "fax", "mode": "full"}, {"channel": "email", "mode": "slow"}, {}])
def test_bad_input_is_refused(client, desk, body):
    response = ask(client.login_as(desk.setter), desk, "regenerate", body)

    assert response.status_code == 422
    assert not DraftRequest.objects.exists()


def test_refreshing_a_draft_without_times_says_so(client, desk):
    response = ask(client.login_as(desk.setter), desk, "refresh-availability", {"channel": "email"})

    assert (response.status_code, response.json()["code"]) == (200, "no_offer")
    assert response.json()["message"] == "This draft offers no times of the calendar. It is unchanged."


def test_refreshing_without_a_draft_is_refused(client, desk):
    response = ask(client.login_as(desk.setter), desk, "refresh-availability", {"channel": "sms"})

    assert (response.status_code, response.json()["error"]) == (409, "no_draft")
