from zoneinfo import available_timezones

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zrg.lib.regions import country_of_email, country_of_timezone, country_of_us_state, country_of_website

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("America/New_York", "US"),
        ("america/new_york", "US"),
        (" Europe/Berlin ", "DE"),
        ("Europe/Oslo", "NO"),
        ("America/Toronto", "CA"),
        ("Asia/Kolkata", "IN"),
        ("Asia/Calcutta", "IN"),
        ("Europe/Kiev", "UA"),
        ("Canada/Pacific", "CA"),
        ("US/Pacific", "US"),
        ("US/Hawaii", "US"),
        ("US/Indiana-Starke", "US"),
        ("GB", "GB"),
        ("Europe/Belfast", "GB"),
        ("UTC", None),
        ("Etc/GMT+5", None),
        ("EST", None),
        ("CET", None),
        ("EST5EDT", None),
        ("Iceland", None),
        ("Atlantic/Jan_Mayen", None),
        ("America/Coral_Harbour", None),
        ("Mars/Olympus", None),
        ("", None),
        (None, None),
    ],
)
def test_country_of_timezone(zone, country):
    assert country_of_timezone(zone) == country


def test_every_us_alias_names_a_country_that_dials_one():
    aliases = [zone for zone in available_timezones() if zone.startswith("US/")]

    assert len(aliases) >= 12
    for alias in aliases:
        assert phonenumbers.country_code_for_region(country_of_timezone(alias)) == 1, alias


@pytest.mark.parametrize(
    ("state", "country"),
    [
        ("TX", "US"),
        ("tx", "US"),
        (" Tx ", "US"),
        ("Texas", "US"),
        ("NEW  york", "US"),
        ("north carolina", "US"),
        ("DC", "US"),
        ("D.C.", "US"),
        ("District of Columbia", "US"),
        ("PR", "US"),
        ("Ontario", None),
        ("ON", None),
        ("Bavaria", None),
        ("Texas, USA", None),
        ("", None),
        (None, None),
    ],
)
def test_country_of_us_state(state, country):
    assert country_of_us_state(state) == country


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("ana@loja.com.br", "BR"),
        ("Dana <DANA@NORTHFORK.CO.UK>", "GB"),
        ("a@b.de", "DE"),
        ("a@b.de.", "DE"),
        ("a@b.com", None),
        ("a@b.io", None),
        ("a@b.com.co", None),
        ("a@b.eu", None),
        ("a@b.ai", None),
        ("a@b.zz", None),
        ("a@b.xn--p1ai", None),
        ("loja.com.br", None),
        ("a@br", None),
        ("", None),
        (None, None),
    ],
)
def test_country_of_email(address, country):
    assert country_of_email(address) == country


@pytest.mark.parametrize(
    ("url", "country"),
    [
        ("https://www.northfork.co.uk/about", "GB"),
        ("northfork.de", "DE"),
        ("NORTHFORK.DE:8080/x", "DE"),
        ("//northfork.fr?x=1", "FR"),
        ("http://user:pw@northfork.nl#top", "NL"),
        ("www.northfork.com.au.", "AU"),
        ("https://northfork.com/de", None),
        ("https://northfork.com/page.de", None),
        ("https://example.com?site=northfork.de", None),
        ("northfork.co", None),
        ("northfork.me", None),
        ("de", None),
        ("http://[::1]/", None),
        ("http://10.0.0.1/", None),
        ("", None),
        (None, None),
    ],
)
def test_country_of_website(url, country):
    assert country_of_website(url) == country


@given(st.text(max_size=60))
def test_hints_never_crash(text):
    for hint in (country_of_timezone, country_of_us_state, country_of_email, country_of_website):
        assert hint(text) is None or len(hint(text)) == 2
