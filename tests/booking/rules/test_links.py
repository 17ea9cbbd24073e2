"""Links to scheduling pages: what is stored, whose page it is, which one leads get."""

import pytest

from booking.enums import CalendarType
from booking.rules.links import MAX_URL, choose_booking_link, clean_url, detect_calendar_type, usable_link
from zrg.lib.errors import BadInput


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  calendly.com/acme/intro ", "https://calendly.com/acme/intro"),
        ("http://meetings.hubspot.com/acme", "http://meetings.hubspot.com/acme"),
        ("HTTPS://Calendly.com/Acme", "HTTPS://Calendly.com/Acme"),
        ("book.acme.example:8443/intro?utm=a%20b", "https://book.acme.example:8443/intro?utm=a%20b"),
    ],
)
def test_clean_url(typed: str, stored: str) -> None:
    assert clean_url(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "ftp://calendly.com/acme",
        "javascript:alert(1)",
        "mailto:a@b.example",
        "https://user@calendly.com/acme",
        "https://user:word@calendly.com/acme",
        "https://",
        "https:///acme",
        "https://calendly.com/acme intro",
        "https://calendly.com/{firstName}",
        "https://calendly.com/[link]",
        "<https://calendly.com/acme>",
        "https://calendly.com/ac\nme",
        "https://calendly.com/\x00acme",
        "https://calendly.com\\@127.0.0.1/",
        "https://calendly.com:99999/",
        "https://10.0.0.1/meetings/a",
        "https://93.184.216.34/meetings/a",
        "https://2130706433/meetings/a",
        "https://0x7f.1/meetings/a",
        "https://127.1/meetings/a",
        "https://[::1]/meetings/a",
        "https://[fe80::1%25eth0]/a",
        f"https://calendly.com/{'a' * MAX_URL}",
    ],
)
def test_hard_09_calendar_url_guard_refuses(typed: str) -> None:
    with pytest.raises(BadInput) as refused:
        clean_url(typed)

    assert refused.value.code == "bad_url"
    assert refused.value.data["field"] == "url"


@pytest.mark.parametrize(
    ("url", "type_"),
    [
        ("https://calendly.com/acme/intro", CalendarType.CALENDLY),
        ("https://WWW.Calendly.com/acme", CalendarType.CALENDLY),
        ("https://notcalendly.com/acme", CalendarType.UNKNOWN),
        ("https://calendly.com.evil.example/acme", CalendarType.UNKNOWN),
        ("https://meetings.hubspot.com/acme", CalendarType.HUBSPOT),
        ("https://meetings-eu1.hubspot.com/meetings/acme", CalendarType.HUBSPOT),
        ("https://app.hubspot.com/acme", CalendarType.UNKNOWN),
        ("https://www.acme.example/meetings/jo", CalendarType.HUBSPOT),
        ("https://www.acme.example/meetings", CalendarType.UNKNOWN),
        ("https://api.leadconnectorhq.com/x", CalendarType.GHL),
        ("https://link.msgsndr.com/x", CalendarType.GHL),
        ("https://app.gohighlevel.com/x", CalendarType.GHL),
        ("https://app.highlevel.agency.example/x", CalendarType.GHL),
        ("https://myhighlevel.example/x", CalendarType.UNKNOWN),
        ("https://book.acme.example/widget/booking/abc", CalendarType.GHL),
        ("https://book.acme.example/widget/bookings/abc", CalendarType.GHL),
        ("https://book.acme.example/widget/form/abc", CalendarType.UNKNOWN),
    ],
)
def test_detect_calendar_type(url: str, type_: CalendarType) -> None:
    assert detect_calendar_type(url) == type_


@pytest.mark.parametrize(
    "value", [None, "", "  ", "{{link}}", "https://a.example/{x}", "[link]", "<link>", "book a time"]
)
def test_hard_09_link_without_placeholder(value: str | None) -> None:
    assert usable_link(value) is None
    assert choose_booking_link(public_url=value, provider="CALENDLY", calendly_link=value, url=value) == (None, False)


PUBLIC, CALENDLY, PAGE = "https://meet.acme.example", "https://calendly.com/acme/intro", "https://calendly.com/acme"


@pytest.mark.parametrize(
    ("given", "chosen"),
    [
        ({"public_url": PUBLIC, "provider": "CALENDLY"}, (PUBLIC, True)),
        ({"public_url": PUBLIC, "provider": "GHL"}, (PUBLIC, True)),
        ({"public_url": None, "provider": "CALENDLY"}, (CALENDLY, False)),
        ({"public_url": "{link}", "provider": "CALENDLY"}, (CALENDLY, False)),
        ({"public_url": None, "provider": "GHL"}, (PAGE, False)),
        ({"public_url": None, "provider": "CALENDLY", "calendly_link": " "}, (PAGE, False)),
        ({"public_url": None, "provider": "GHL", "url": None}, (None, False)),
    ],
)
def test_first_link_that_can_be_written_wins(given: dict[str, str | None], chosen: tuple[str | None, bool]) -> None:
    assert choose_booking_link(**{"calendly_link": CALENDLY, "url": PAGE, **given}) == chosen  # type: ignore[arg-type]
