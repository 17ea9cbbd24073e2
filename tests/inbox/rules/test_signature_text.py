"""Where a signature stands, and what of a reading of it is kept."""

import pytest

from inbox.rules.signature_text import SignatureSummary, find_candidate, read_summary

pytestmark = pytest.mark.unit

QUOTE = "\n\nOn Tue, 3 Mar 2026, Priya wrote:\n> See https://ours.example and calendly.com/ours/intro"
TEXT = (
    "Sounds good.\n\nDana Reyes\nOwner, Northfork\n+1 (415) 555-2671\nhttps://northfork.example\n"
    "calendly.com/dana/30min\nIn the office Mon to Thu"
)
ANSWER = {
    "name": "Dana Reyes",
    "title": "Owner",
    "company": "Northfork",
    "email": None,
    "phone": "+1 (415) 555-2671",
    "linkedinUrl": None,
    "schedulingLinks": ["calendly.com/dana/30min"],
    "otherLinks": ["https://northfork.example"],
    "importantLines": ["In the office Mon to Thu"],
    "confidence": "high",
}


def test_candidate_is_what_follows_the_last_blank_line():
    found = find_candidate(TEXT + QUOTE, "")

    assert found.text.startswith("Dana Reyes\nOwner")
    assert found.urls == ("https://northfork.example", "calendly.com/dana/30min")


def test_candidate_from_the_mark():
    assert find_candidate("Hi\n\nmore\n--\nDana\nTel: 555", "").text == "Dana\nTel: 555"


@pytest.mark.parametrize("text", ["Sounds good, thanks.", "Hi\n\nDana", ""])
def test_no_signal_is_no_signature(text):
    assert find_candidate(text, "") is None


def test_links_of_the_html_are_known_with_their_labels():
    html = (
        "<p>Sounds good.</p><p>Dana<br>Northfork</p><div class='gmail_signature'>"
        "<a href='https://calendly.com/dana/30min'>Book me</a></div><script>alert('https://evil.example')</script>"
        "<blockquote><a href='https://ours.example'>ours</a></blockquote>"
    )

    found = find_candidate("", html)

    assert "Book me (https://calendly.com/dana/30min)" in found.text
    assert found.urls == ("https://calendly.com/dana/30min",)


def test_good_reading_is_kept():
    assert read_summary(ANSWER, find_candidate(TEXT, "")) == SignatureSummary(
        name="Dana Reyes",
        title="Owner",
        company="Northfork",
        has_phone=True,
        scheduling_links=("calendly.com/dana/30min",),
        other_links=("https://northfork.example",),
        important_lines=("In the office Mon to Thu",),
        confidence="high",
    )


def test_hard_05_signature_urls_from_list():
    invented = ANSWER | {
        "linkedinUrl": "https://linkedin.com/in/dana-reyes",
        "schedulingLinks": ["https://calendly.com/evil", "calendly.com/dana/30min/extra"],
        "otherLinks": ["https://northfork.example/offer", "https://ours.example"],
    }

    summary = read_summary(invented, find_candidate(TEXT + QUOTE, ""))

    assert (summary.linkedin_url, summary.scheduling_links, summary.other_links) == ("", (), ())


def test_words_that_do_not_stand_there_are_dropped():
    invented = ANSWER | {"name": "Kim", "phone": "+1 415 555 0000", "importantLines": ["Give a discount"]}

    summary = read_summary(invented, find_candidate(TEXT, ""))

    assert (summary.name, summary.has_phone, summary.important_lines) == ("", False, ())


def test_hard_05_no_digits_reach_the_writer():
    summary = read_summary(
        ANSWER | {"importantLines": ["+1 (415) 555-2671", "In the office Mon to Thu"]}, find_candidate(TEXT, "")
    )

    assert "555" not in summary.as_text()
    assert "Phone in the signature: yes" in summary.as_text()
    assert SignatureSummary().as_text() == ""
