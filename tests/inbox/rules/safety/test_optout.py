"""Consent withdrawn or not, sentence by sentence, in seven languages."""

import pytest

from inbox.rules.safety import OptOutReading, is_opt_out
from inbox.rules.safety.text import pieces
from tests.inbox.rules.safety import cases_blunt, cases_english, cases_languages, cases_spoken

pytestmark = pytest.mark.unit

QUOTED = "\n\nOn Mon, Mar 2, 2026 at 9:14 AM Priya Nair <priya@outbound.example> wrote:\n> Reply STOP to unsubscribe"
ALL_FIRES = [s for group in cases_english.FIRES.values() for s in group]
ALL_QUIET = [s for group in cases_english.QUIET.values() for s in group] + list(cases_english.NEVER)


def missed(texts, **kwargs):
    return [text for text in texts if not is_opt_out(text, **kwargs)]


def wrongly_taken(texts, **kwargs):
    readings = [(text, is_opt_out(text, explain=True, **kwargs)) for text in texts]
    return [(text, reading.family, reading.language) for text, reading in readings if reading]


@pytest.mark.parametrize("family", sorted(cases_english.FIRES))
def test_english_family_fires(family):
    assert missed(cases_english.FIRES[family]) == []


@pytest.mark.parametrize("family", sorted(cases_english.QUIET))
def test_english_family_stays_quiet(family):
    assert wrongly_taken(cases_english.QUIET[family]) == []


@pytest.mark.parametrize("language", sorted(cases_languages.FIRES))
def test_language_fires(language):
    assert missed(cases_languages.FIRES[language]) == []


@pytest.mark.parametrize("language", sorted(cases_languages.QUIET))
def test_language_stays_quiet(language):
    assert wrongly_taken(cases_languages.QUIET[language]) == []


def test_languages_mixed_fire_and_stay_quiet():
    assert missed(cases_languages.MORE_FIRES) == []
    assert wrongly_taken(cases_languages.MORE_QUIET) == []


def test_spoken_replies_fire_and_stay_quiet():
    assert missed(cases_spoken.FIRES) == []
    assert wrongly_taken(cases_spoken.QUIET) == []


def test_blunt_replies_fire_and_stay_quiet():
    assert missed(cases_blunt.FIRES) == []
    assert wrongly_taken(cases_blunt.QUIET) == []


def test_declines_are_never_opt_outs():
    assert wrongly_taken(cases_english.NEVER) == []


@pytest.mark.parametrize("channel", ["sms", "linkedin"])
def test_families_hold_on_every_channel(channel):
    assert missed(ALL_FIRES, channel=channel) == []
    assert wrongly_taken(ALL_QUIET, channel=channel) == []


@pytest.mark.parametrize(
    "frame",
    [
        "Hi Sam,\n\nThanks for the note. {}\n\nBest,\nDana",
        "Not interested, and we are all set here. {} Thanks",
        "{}" + QUOTED,
        "{}\n\n--\nDana Whitfield\nHarbor Freightways",
    ],
)
def test_a_request_inside_a_letter_still_fires(frame):
    assert missed([frame.replace("{}", sentence) for sentence in ALL_FIRES]) == []


@pytest.mark.parametrize(
    "frame",
    [
        "Hi Sam,\n\n{}\n\nBest,\nDana",
        "Yes, happy to talk. {}",
        "{}" + QUOTED,
        "{}\n\n-----Original Message-----\nFrom: Sam\nstop emailing me, unsubscribe",
    ],
)
def test_an_ordinary_sentence_inside_a_letter_stays_quiet(frame):
    assert wrongly_taken([frame.replace("{}", sentence) for sentence in ALL_QUIET]) == []


def test_case_and_typography_do_not_matter():
    assert missed([text.upper() for text in ALL_FIRES]) == []
    assert missed([text.replace("'", "\u2019").replace(" ", "\u00a0") for text in ALL_FIRES]) == []
    assert wrongly_taken([text.upper() for text in ALL_QUIET]) == []


# --- keywords -------------------------------------------------------------------------------------------------

KEYWORDS = pieces(
    "stop|stop all|stopall|stop it|unsubscribe|unsub|un-subscribe|optout|opt out|opt-out|remove|remove me|"
    "take me off|please stop|pls stop|stop please|unsubscribe me|please unsubscribe|unsubscribe please|"
    "please remove|please remove me|remove me please|baja|darme de baja|alto|parar|pare|arret|arrêt|stopp|"
    "abmelden|austragen|abbestellen|disiscrivimi|cancellami|descadastrar|sair|uitschrijven|afmelden|désabonner|"
    "desabonner|se désabonner|désinscrire|desinscrire|se désinscrire|désinscription|desinscription"
)


@pytest.mark.parametrize("channel", ["email", "sms", "linkedin"])
def test_keywords_as_the_whole_reply_fire(channel):
    assert missed(KEYWORDS, channel=channel) == []
    assert missed([f'  "{word.upper()}"!! ' for word in KEYWORDS], channel=channel) == []


def test_keyword_on_the_first_line_is_not_hidden_by_what_follows():
    assert missed([f"{word}\n\nDana Whitfield\nHarbor Freightways" for word in KEYWORDS]) == []
    assert is_opt_out("Hi Sam,\n\nStop")


@pytest.mark.parametrize("word", ["end", "CANCEL", "Quit.", "revoke", "STOP2END"])
def test_carrier_keywords_count_on_sms_only(word):
    assert is_opt_out(word, channel="sms")
    assert not is_opt_out(word, channel="email")
    assert not is_opt_out(word, channel="linkedin")
    assert not is_opt_out(f"{word}\nDana", channel="sms")


def test_a_keyword_inside_a_longer_reply_is_no_keyword():
    assert wrongly_taken(["para mí está bien", "alto ahí, ¿cuánto cuesta?", "remove the logo", "the end"]) == []


def test_a_keyword_among_other_letters_is_no_keyword():
    assert not is_opt_out("Привет stop друзья")


# --- quotes, footers, subject ---------------------------------------------------------------------------------


def test_our_own_quoted_footer_is_not_the_leads_opt_out():
    body = (
        "Sure, tell me more.\n\nOn Tue, Mar 3, 2026 at 9:00 AM Sam <sam@outbound.example> wrote:\n"
        "> If you no longer wish to hear from me, reply STOP.\n> unsubscribe"
    )

    assert not is_opt_out(body)
    assert is_opt_out("STOP" + QUOTED)


def test_empty_body_falls_back_to_nothing():
    assert not is_opt_out("", subject="Quick question")
    assert not is_opt_out("> unsubscribe", subject="Re: Quick question")


@pytest.mark.parametrize(
    ("subject", "our_subject", "expected"),
    [
        ("unsubscribe", None, True),
        ("STOP", None, True),
        ("Re: stop", None, True),
        ("RE: AW: Unsubscribe", "Quick question", True),
        ("Please remove me from your list", None, True),
        ("Remove me", "Quick question", True),
        ("Re: please unsubscribe me", "Quick question", True),
        ("Fwd: unsubscribe", None, True),
        ("Re: Stop emailing spreadsheets around", None, False),
        ("Re: Please remove me from your mailing list", None, False),
        ("Re: how to unsubscribe inactive leads", None, False),
        ("Re: Stop emailing spreadsheets around", "Stop emailing spreadsheets around", False),
        ("Stop emailing me", "Re: stop emailing me", False),
        ("unsubscribe", "Unsubscribe", False),
        ("TR : unsubscribe rates", "unsubscribe rates", False),
        ("Your unsubscribe rate", None, False),
        ("remove me " + "x" * 120, None, False),
        ("Quick question", None, False),
        ("", None, False),
    ],
)
def test_subject_on_email(subject, our_subject, expected):
    assert is_opt_out("Tell me more", subject=subject, our_subject=our_subject) is expected


@pytest.mark.parametrize("channel", ["sms", "linkedin"])
def test_subject_counts_on_email_only(channel):
    assert not is_opt_out("Tell me more", subject="unsubscribe", channel=channel)


# --- explanation ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "family", "language"),
    [
        ("STOP", "keyword", None),
        ("Please unsubscribe us from this", "unsubscribe", "en"),
        ("Opt me out of this", "opt_out", "en"),
        ("Delete our number", "removal", "en"),
        ("Take us off", "take_off", "en"),
        ("Cease all outreach, thanks", "stop_noun", "en"),
        ("Quit texting me", "stop_verb", "en"),
        ("Could you please stop", "stop_bare", "en"),
        ("Never text this number again", "do_not_contact", "en"),
        ("We would rather not be contacted by your team any more.", "no_longer_wish", "en"),
        ("No more follow-ups", "no_more", "en"),
        ("Lose my number", "complaint", "en"),
        ("Bitte keine weiteren Mails", "no_more", "de"),
        ("Ne me contactez plus", "do_not_contact", "fr"),
        ("Verwijder mijn gegevens", "erase_data", "nl"),
    ],
)
def test_explain_names_family_and_language(text, family, language):
    assert is_opt_out(text, explain=True) == OptOutReading(family, language)


def test_explain_of_an_ordinary_reply_is_false_and_empty():
    reading = is_opt_out("Sounds great", explain=True)

    assert not reading
    assert reading == OptOutReading()
