"""Thread handles: deterministic, never truncated, refused when unreadable."""

import json
from base64 import urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inbox.rules import thread_handles as inbox_names
from zrg.lib.thread_handles import BadHandle, ThreadHandle, decode_thread_handle, encode_thread_handle

pytestmark = pytest.mark.unit

SMARTLEAD = ThreadHandle(
    provider="smartlead",
    campaign_id="88410",
    message_id="<CAF77@mail.example>",
    stats_id="a1b2",
    to_email="dana@northfork.example",
    time="2026-03-05T16:41:03.000Z",
)
INSTANTLY = ThreadHandle(
    provider="instantly",
    eaccount="priya@outbound.example",
    event_timestamp="2026-03-05T16:41:03.000Z",
    reply_to_uuid="01953f0a-6a2d-7c11-9b1e-7f0a2c3d4e5f",
)


def encoded(provider: str, values: object) -> str:
    return f"{provider}:" + urlsafe_b64encode(json.dumps(values).encode()).rstrip(b"=").decode()


def test_emailbison_is_the_bare_id() -> None:
    handle = ThreadHandle(provider="emailbison", reply_id="4711")

    assert encode_thread_handle(handle).value == "4711"
    assert decode_thread_handle("4711") == handle


def test_smartlead_is_base64url_of_canonical_json() -> None:
    value = encode_thread_handle(SMARTLEAD).value

    canonical = (
        '{"campaignId":"88410","messageId":"<CAF77@mail.example>","statsId":"a1b2",'
        '"time":"2026-03-05T16:41:03.000Z","toEmail":"dana@northfork.example"}'
    )
    assert value == "smartlead:" + urlsafe_b64encode(canonical.encode()).rstrip(b"=").decode()
    assert "=" not in value
    assert decode_thread_handle(value) == SMARTLEAD


def test_instantly_is_base64url_of_canonical_json() -> None:
    value = encode_thread_handle(INSTANTLY).value

    canonical = (
        '{"eaccount":"priya@outbound.example","eventTimestamp":"2026-03-05T16:41:03.000Z",'
        '"replyToUuid":"01953f0a-6a2d-7c11-9b1e-7f0a2c3d4e5f"}'
    )
    assert value == "instantly:" + urlsafe_b64encode(canonical.encode()).rstrip(b"=").decode()
    assert decode_thread_handle(value) == INSTANTLY


def test_unknown_message_id_is_null_and_unknown_time_is_left_out() -> None:
    handle = ThreadHandle(provider="smartlead", campaign_id="1", stats_id="s", to_email="d@x.example")

    value = encode_thread_handle(handle).value

    assert (
        value
        == "smartlead:"
        + urlsafe_b64encode(b'{"campaignId":"1","messageId":null,"statsId":"s","toEmail":"d@x.example"}')
        .rstrip(b"=")
        .decode()
    )
    assert decode_thread_handle(value) == handle


def test_two_replies_on_one_stats_id_differ() -> None:
    def value(**changes: str) -> str:
        fields = {"campaign_id": "1", "stats_id": "s", "to_email": "d@x.example"} | changes
        return encode_thread_handle(ThreadHandle(provider="smartlead", **fields)).value  # type: ignore[arg-type]

    assert len({value(), value(message_id="a"), value(message_id="b"), value(time="1"), value(time="2")}) == 5


def test_a_long_handle_is_hashed_and_its_json_kept() -> None:
    long = ThreadHandle(
        provider="smartlead", campaign_id="1", stats_id="s", to_email="d@x.example", message_id="<" + "m" * 600 + ">"
    )

    first, second = encode_thread_handle(long), encode_thread_handle(long)

    assert first == second
    assert first.value.startswith("smartlead:h:")
    assert len(first.value) == len("smartlead:h:") + 64
    assert decode_thread_handle(first.value, first.json_to_keep) == long


@pytest.mark.parametrize("kept", [None, "", "{}", '{"campaignId":"2"}'])
def test_a_hashed_handle_needs_its_own_json(kept: str | None) -> None:
    long = encode_thread_handle(
        ThreadHandle(provider="instantly", eaccount="e" * 900, reply_to_uuid="u", event_timestamp="t")
    )

    with pytest.raises(BadHandle):
        decode_thread_handle(long.value, kept)


@pytest.mark.parametrize(
    "handle",
    [
        *("", " ", "47 11", "a" * 65, "unipile:abc", "smartlead:", "smartlead:!!!", "smartlead:h:", "instantly:h:00"),
        *("smartlead:YWJj", "smartlead:bnVsbA", encoded("smartlead", []), encoded("smartlead", {"campaignId": "1"})),
        encoded("smartlead", {"campaignId": 1, "messageId": None, "statsId": "s", "toEmail": "d@x.example"}),
        encoded("smartlead", {"campaignId": "", "messageId": None, "statsId": "s", "toEmail": "d@x.example"}),
        encoded("instantly", {"eaccount": "a@x.example", "eventTimestamp": "t"}),
        encoded("instantly", {"campaignId": "1", "messageId": "m", "statsId": "s", "toEmail": "d@x.example"}),
        "smartlead:ÿÿÿ",
        "smartlead:_____w",
    ],
)
def test_an_undecodable_handle_is_refused(handle: str) -> None:
    with pytest.raises(BadHandle) as refusal:
        decode_thread_handle(handle)

    assert refusal.value.code == "bad_handle"


@pytest.mark.parametrize(
    "handle",
    [
        ThreadHandle(provider="emailbison"),
        ThreadHandle(provider="emailbison", reply_id="smartlead:x"),
        ThreadHandle(provider="smartlead", campaign_id="1", stats_id="s"),
        ThreadHandle(provider="instantly", eaccount="a@x.example"),
    ],
)
def test_an_incomplete_thread_has_no_handle(handle: ThreadHandle) -> None:
    with pytest.raises(BadHandle):
        encode_thread_handle(handle)


texts = st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=80)


@given(campaign=texts, stats=texts, to=texts, message=st.none() | texts, moment=st.none() | texts)
def test_every_smartlead_thread_comes_back(
    campaign: str, stats: str, to: str, message: str | None, moment: str | None
) -> None:
    handle = ThreadHandle(
        provider="smartlead", campaign_id=campaign, stats_id=stats, to_email=to, message_id=message, time=moment
    )

    stored = encode_thread_handle(handle)

    assert len(stored.value) <= 600
    assert decode_thread_handle(stored.value, stored.json_to_keep) == handle


@given(st.text(max_size=80))
def test_any_string_is_a_thread_or_refused(text: str) -> None:
    try:
        decode_thread_handle(text)
    except BadHandle:
        return
    assert encode_thread_handle(decode_thread_handle(text)).value == text


def test_the_inbox_has_the_same_functions() -> None:
    assert inbox_names.decode_thread_handle is decode_thread_handle
    assert inbox_names.BadHandle is BadHandle
