import pytest

from leads.rules.contact_text import find_contacts, has_contact_hint, stands_in

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "phones"),
    [
        ("Call me on +1 (415) 555-2671 tomorrow.", ["+1 (415) 555-2671"]),
        ("Mobile: 07911 123456", ["07911 123456"]),
        ("M: 415.555.2671 | F: 415.555.2672", ["415.555.2671"]),
        ("Fax 415-555-2672", []),
        ("T. 020 7946 0958", ["020 7946 0958"]),
        ("(415) 555-2671", ["(415) 555-2671"]),
        ("415-555-2671", ["415-555-2671"]),
        ("4155552671", ["4155552671"]),
        ("my number is 4155552671", ["4155552671"]),
        ("Reach me at 415 555 2671 or 415 555 2672", ["415 555 2671", "415 555 2672"]),
        ("+49 30 901820", ["+49 30 901820"]),
        ("> Call me on +1 415 555 2671", []),
        ("We paid $1,234,567,890 for order #12345678901", []),
        ("Order 12345678901 arrived", []),
        ("Invoice 2026-03-05 and 10:30-11:30", []),
        ("Let us meet on 05.03.2026 at 14:00", []),
        ("see https://shop.example/4155552671", []),
        ("dana.4155552671@mail.example", []),
        ("we grew 415-555-2671%", []),
        ("10 to 20 people", []),
        ("", []),
    ],
)
def test_numbers_that_are_phones(text, phones):
    assert list(find_contacts(text).phones) == phones


def test_profiles_in_order_and_once():
    text = "Dana\nhttps://www.linkedin.com/in/Dana-Reyes/\nlinkedin.com/company/northfork\nlinkedin.com/in/dana-reyes"

    assert find_contacts(text).linkedin_urls == (
        "https://linkedin.com/in/dana-reyes",
        "https://linkedin.com/company/northfork",
    )


def test_hard_03_our_own_signature_is_never_the_leads():
    own = "Priya Nair\n+1 212 555 0199\nhttps://linkedin.com/in/priya-nair"
    text = "Tuesday works.\nPriya: (212) 555-0199, linkedin.com/in/priya-nair\nDana: (415) 555-2671"

    found = find_contacts(text, own_text=own)

    assert (found.phones, found.linkedin_urls) == (("(415) 555-2671",), ())


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Sounds good, thanks.", False),
        ("See you at 10:30 on 5/3", False),
        ("Dana Reyes\n415 555 2671", True),
        ("linkedin.com/in/dana", True),
    ],
)
def test_whether_a_signature_could_be_there(text, hint):
    assert has_contact_hint(text) is hint


@pytest.mark.parametrize(
    ("number", "text", "stands"),
    [
        ("+14155552671", "phone +1 (415) 555-2671", True),
        ("415-555-2671", "phone +1 (415) 555-2671", True),
        ("+14155552672", "phone +1 (415) 555-2671", False),
        ("+14155552671", "phone (415) 555-2671", False),
        ("+14155552671", "1415555\n2671", False),
        ("12", "12", False),
    ],
)
def test_digits_that_were_written(number, text, stands):
    assert stands_in(number, text) is stands
