"""Attachments, quoted text, channels and lines of other apps in the thread."""

import pytest

from inbox import registry
from inbox.models import Message, MessageRaw
from leads.models import Lead
from tests.factories.inbox import MessageFactory, minutes_ago
from tests.inbox.desk import make_desk
from zrg.workspaces.services.audit import record_audit

pytestmark = pytest.mark.django_db

FILES = [
    {"type": "file", "url": "https://files.example.com/offer.pdf?sig=1", "name": "../../Offer <b>.pdf", "size": 14_300},
    {"type": "img", "url": "http://10.0.0.4/private.png", "name": "private.png"},
]


def thread(client, desk):
    return client.get(f"{desk.prefix}/thread/{desk.lead.pk}").content.decode()


@pytest.fixture
def with_files(desk):
    Message.objects.filter(pk=desk.reply.pk).update(attachments=FILES)
    return desk


def test_files_are_listed_by_name_and_size_and_never_loaded(client, with_files):
    desk = with_files
    html = thread(client.login_as(desk.setter), desk)

    assert f'href="{desk.prefix}/messages/{desk.reply.pk}/attachments/0"' in html
    assert "Offer &lt;b&gt;.pdf" in html
    assert "14 kB" in html
    assert "Opens at files.example.com" in html
    assert "private.png" in html
    assert "/attachments/1" not in html
    assert "sig=1" not in html
    assert "<img" not in html


def test_a_file_opens_at_its_provider_without_telling_where_from(client, with_files):
    desk = with_files
    answer = client.login_as(desk.setter).get(f"{desk.prefix}/messages/{desk.reply.pk}/attachments/0")

    assert (answer.status_code, answer["Location"]) == (302, "https://files.example.com/offer.pdf?sig=1")
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("number", ["1", "2", "99"])
def test_a_file_that_must_not_be_opened_is_missing(client, with_files, number):
    desk = with_files
    answer = client.login_as(desk.setter).get(f"{desk.prefix}/messages/{desk.reply.pk}/attachments/{number}")

    assert answer.status_code == 404
    assert not answer.has_header("Location")


@pytest.mark.parametrize("path", ["../original", "..%2f..%2fetc%2fpasswd", "-1", "0%0d%0aSet-Cookie:a=b"])
def test_a_file_is_asked_for_by_its_number_only(client, with_files, path):
    desk = with_files
    answer = client.login_as(desk.setter).get(f"{desk.prefix}/messages/{desk.reply.pk}/attachments/{path}")

    assert answer.status_code == 404
    assert not answer.has_header("Location")
    assert not answer.has_header("Set-Cookie")


def test_files_of_others_are_missing(client, with_files):
    desk, other = with_files, make_desk()
    Lead.objects.filter(pk=desk.lead.pk).update(assigned_to=desk.manager)
    address = f"{desk.prefix}/messages/{desk.reply.pk}/attachments/0"

    answers = [
        client.login_as(desk.setter).get(address).status_code,
        client.login_as(other.owner).get(address).status_code,
        client.get(f"{other.prefix}/messages/{desk.reply.pk}/attachments/0").status_code,
    ]

    assert answers == [404, 404, 404]


RAW = """Sounds good.

On Mon, 2 Mar 2026 at 09:00, Priya <priya@outbound.example> wrote:
> A short <script>thought
> for you"""


def test_quoted_text_is_folded_and_escaped(client, desk, htmx):
    Message.objects.filter(pk=desk.reply.pk).update(body="Sounds good.")
    MessageRaw.objects.create(workspace=desk.workspace, message=desk.reply, raw_text=RAW)
    client.login_as(desk.setter)

    html = thread(client, desk)
    quoted = client.get(f"{desk.prefix}/messages/{desk.reply.pk}/quoted", **htmx).content.decode()

    assert "Show quoted text" in html
    assert "thought" not in html
    assert "&gt; A short &lt;script&gt;thought" in quoted
    assert "Sounds good." not in quoted
    assert "<pre" in quoted


def test_a_mail_without_a_quote_offers_none(client, desk):
    MessageRaw.objects.create(workspace=desk.workspace, message=desk.reply, raw_text=desk.reply.body)

    assert "Show quoted text" not in thread(client.login_as(desk.setter), desk)


def test_quotes_of_others_are_missing(client, desk):
    other = make_desk()
    MessageRaw.objects.create(workspace=desk.workspace, message=desk.reply, raw_text=RAW)

    answer = client.login_as(other.owner).get(f"{desk.prefix}/messages/{desk.reply.pk}/quoted")

    assert answer.status_code == 404


def test_messages_can_be_narrowed_to_a_channel(client, desk):
    client.login_as(desk.setter)
    one_channel = client.get(f"{desk.prefix}/conversation/{desk.lead.pk}").content.decode()
    MessageFactory(lead=desk.lead, channel="sms", email_bison_reply_id=None, sent_at=minutes_ago(5))
    two_channels = client.get(f"{desk.prefix}/conversation/{desk.lead.pk}").content.decode()

    assert 'id="only"' not in one_channel
    assert [f'value="{name}"' in two_channels for name in ("all", "email", "sms")] == [True, True, True]
    assert "msg--sms" in two_channels


def test_apps_above_tell_their_acts_in_the_thread(client, desk, monkeypatch):
    monkeypatch.setattr(registry, "_ACTS", {})
    registry.register_act_sentences({"booking.canceled": "canceled the meeting of {day}"})
    record_audit(
        "booking.canceled", actor=desk.manager, workspace=desk.workspace, obj=desk.lead, after={"day": "<2 March>"}
    )

    assert "Robin canceled the meeting of &lt;2 March&gt;" in thread(client.login_as(desk.setter), desk)
