import pytest

from leads.models import Lead
from leads.rules.facts import Facts, choose_facts, is_contact, read_facts

pytestmark = pytest.mark.unit


def chosen(lead=None, *, claimed=(), **facts):
    lead = lead or Lead(email="dana@northfork.example")
    return choose_facts(lead, read_facts(lead, Facts(**facts)), claimed=frozenset(claimed))


def test_everything_that_is_empty_is_filled():
    changes = chosen(
        phone="+1 (415) 555-2671",
        linkedin_urls=("https://www.linkedin.com/company/northfork", "linkedin.com/in/Dana-Reyes/"),
        company_name="Northfork Dental",
        job_title="Owner",
        company_website="www.northfork.example",
        company_state="CA",
        industry="Dental",
        employee_headcount="11-50",
        timezone="America/Los_Angeles",
    )

    assert changes == {
        "phone": "+14155552671",
        "phone_national": "4155552671",
        "phone_country": "US",
        "phone_raw": "+1 (415) 555-2671",
        "linkedin_url": "https://linkedin.com/in/dana-reyes",
        "linkedin_company_url": "https://linkedin.com/company/northfork",
        "company_name": "Northfork Dental",
        "job_title": "Owner",
        "company_website": "www.northfork.example",
        "company_state": "CA",
        "industry": "Dental",
        "employee_headcount": "11-50",
        "timezone": "America/Los_Angeles",
        "timezone_source": "provider",
    }


def test_stored_values_stay():
    lead = Lead(
        phone="+442079460958",
        linkedin_url="https://linkedin.com/in/dana",
        company_name="Northfork",
        company_website="northfork.example",
        timezone="Europe/London",
        timezone_source="manual",
    )

    changes = chosen(
        lead,
        phone="+14155552671",
        linkedin_urls=("https://linkedin.com/in/somebody-else",),
        company_name="Other",
        company_website="other.example",
        timezone="America/New_York",
    )

    assert changes == {}


@pytest.mark.parametrize(
    "nothing", ["", " ", "-", "--", "n/a", "N/A", "NA", "null", "None", "{{title}}", "a@b.example"]
)
def test_placeholders_are_ignored(nothing):
    assert chosen(job_title=nothing, industry=nothing, company_website=nothing, timezone=nothing, phone=nothing) == {}


@pytest.mark.parametrize("website", ["northfork", "dana@northfork.example", "two words.example", "javascript:alert(1)"])
def test_a_website_is_an_address(website):
    assert chosen(company_website=website) == {}


@pytest.mark.parametrize("zone", ["EST5", "Mars/Olympus", "../etc/passwd", "9:00"])
def test_an_unknown_timezone_is_none(zone):
    assert chosen(timezone=zone) == {}


@pytest.mark.parametrize(
    ("raw", "values"),
    [
        ("415 555 2671", {"phone": None, "phone_national": "4155552671"}),
        ("(020) 7946 0958", {"phone": None, "phone_national": "2079460958"}),
        ("555 2671", {}),
        ("call me", {}),
        ("1234567890123456789", {}),
    ],
)
def test_a_number_without_country_needs_ten_digits(raw, values):
    changes = chosen(phone=raw)

    assert {name: changes[name] for name in ("phone", "phone_national") if name in changes} == values


def test_what_comes_along_tells_the_country():
    assert chosen(phone="415 555 2671", company_state="California")["phone"] == "+14155552671"
    assert chosen(phone="020 7946 0958", timezone="Europe/London")["phone"] == "+442079460958"
    assert chosen(Lead(company_state="CA"), phone="415 555 2671")["phone"] == "+14155552671"


def test_a_national_number_gains_its_country_from_the_same_number_only():
    lead = Lead(phone_national="4155552671", phone_raw="415-555-2671")

    assert chosen(lead, phone="+14155552671")["phone"] == "+14155552671"
    assert chosen(lead, phone="+14155550000") == {}


def test_a_company_page_is_no_profile():
    changes = chosen(linkedin_urls=("https://linkedin.com/company/northfork",))

    assert changes == {"linkedin_company_url": "https://linkedin.com/company/northfork"}
    assert not is_contact(changes)


def test_what_is_another_leads_is_not_copied():
    changes = chosen(
        linkedin_urls=("https://linkedin.com/in/dana",), linkedin_id="ACoAAB1", claimed=("linkedin_url", "linkedin_id")
    )

    assert changes == {}


def test_long_values_are_cut():
    assert len(chosen(job_title="x" * 500)["job_title"]) == 200
