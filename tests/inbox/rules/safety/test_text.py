"""Normalising, own words, footers, sentences."""

import pytest

from inbox.rules.safety import is_opt_out, normalize, own_words
from inbox.rules.safety.text import split_sentences

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("a\r\nb\rc", "a\nb\nc"),
        ("st\x00op\u200b \u2060now\ufeff", "stop now"),
        ("don\u2019t \u2018x\u2019 \u201cy\u201d", "don't 'x' \"y\""),
        ("don\u00b4t don`t", "don't don't"),
        ("e\u2010mail\u2014now \u2013 ok", "e-mail-now - ok"),
        ("a \t\u00a0  b", "a b"),
        ("\uff33\uff34\uff2f\uff30", "STOP"),
        ("unsub\u200bscribe", "unsubscribe"),
    ],
)
def test_normalize(typed, plain):
    assert normalize(typed) == plain


FOOTERS = (
    "Click here to unsubscribe",
    "Tap here to opt out",
    "To unsubscribe from our newsletter click here",
    "To opt out, reply with STOP",
    "To stop receiving these messages, visit https://x.example/u",
    "To be removed from this list email us at list@x.example",
    "If you no longer wish to receive these emails, let us know.",
    "If you do not want to hear from us, reply no.",
    "If you would like to unsubscribe, please click here.",
    "If you wish to opt out, follow the link.",
    "You are receiving this email because you signed up.",
    "You're receiving this as a customer. Unsubscribe",
    "This email was sent to dana@x.example. Unsubscribe",
    "This message was sent by Harbor. Unsubscribe",
    "Manage your preferences or unsubscribe",
    "Update email preferences or unsubscribe",
    "Change your subscription or unsubscribe",
    "Unsubscribe | Privacy policy",
    "Privacy | Unsubscribe",
    "Unsubscribe <https://x.example/u>",
    "Unsubscribe (https://x.example/u)",
    "[Unsubscribe]",
    "Unsubscribe https://x.example/u",
    "View in browser - unsubscribe",
    "View this email in your browser or unsubscribe",
    "Reply STOP to opt out",
    "Reply STOP to unsubscribe, HELP for help",
    "Text STOP to end. Msg & data rates may apply.",
    "Message and data rates may apply. Reply STOP to cancel",
    "Para darse de baja haga clic aquí",
    "Pour vous désabonner, cliquez ici",
    "Um sich abzumelden, klicken Sie hier",
    "Klicken Sie hier, um den Newsletter abzubestellen: abbestellen",
    "Per disiscriverti clicca qui",
    "Para se descadastrar clique aqui: descadastrar aqui",
    "Klik hier om u uit te schrijven: uitschrijven hier",
)


@pytest.mark.parametrize("footer", FOOTERS)
def test_footer_lines_are_not_the_persons_words(footer):
    assert own_words(f"Sounds good, Tuesday works.\n{footer}") == "Sounds good, Tuesday works."
    assert not is_opt_out(f"Sounds good, Tuesday works.\n{footer}")


REQUESTS = (
    "I want to unsubscribe from your email list.",
    "I'd like to be removed from your email list, please reply to confirm.",
    "How do I use this link to unsubscribe?",
    "If you don't unsubscribe me I'll report you.",
    "If you want to hear from my lawyer do not unsubscribe me.",
    "I clicked here to unsubscribe and you keep writing, remove me.",
    "I reply STOP to unsubscribe and you keep texting.",
    "Please stop. To opt out I use this email.",
    "Please email me once I am unsubscribed.",
    "Tell me how to unsubscribe, please reply.",
    "We want to be removed, please send confirmation.",
    "Replying STOP to end does not work, stop texting me",
)


@pytest.mark.parametrize("request_line", REQUESTS)
def test_a_persons_request_is_never_taken_for_a_footer(request_line):
    assert own_words(request_line) == request_line


def test_own_words_is_stable_and_drops_quotes_signature_and_device_line():
    body = "Yes please\n> unsubscribe\n\nSent from my iPhone\n\nOn Mon, 2 Mar 2026, Sam <s@x.example> wrote:\n> hello"

    words = own_words(body)

    assert words == "Yes please"
    assert own_words(words) == words


def test_sentences_know_their_end_and_neighbours():
    first, second, third = split_sentences("Don't call me. Email is better!\nOk?")

    assert (first.text, first.end, first.following) == ("don't call me", ".", "email is better")
    assert (second.text, second.preceding, second.is_question) == ("email is better", "don't call me", False)
    assert third.is_question


def test_addresses_and_links_do_not_end_a_sentence():
    (sentence,) = split_sentences("write to dana.reyes@north.fork.example or see https://x.example/a.b?c=1;d")

    assert sentence.text == "write to @addr or see @link"


def test_lines_broken_by_a_mail_program_are_read_as_one():
    body = (
        "We already work with another vendor for this and would therefore please not\n"
        "want you to stop sending these to our partners in Spain."
    )

    assert len(split_sentences(body)) == 1


def test_a_short_line_stays_a_sentence_of_its_own():
    texts = [
        sentence.text for sentence in split_sentences("Thanks for the offer you sent to our whole team last week\nstop")
    ]

    assert texts[-1] == "stop"
