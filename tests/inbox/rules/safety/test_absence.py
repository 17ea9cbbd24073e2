"""Absence notes, machines, and people on holiday who talk to us."""

import pytest

from inbox.rules.safety import classify_safety, is_engaged

pytestmark = pytest.mark.unit

ABSENT = (
    "I'll be out of the office until Monday 2/16. Thank you.",
    "I'm OOO until the 5th.",
    "Out of town this week.",
    "I am on annual leave.",
    "I'm on parental leave until June.",
    "On sick leave, back soon.",
    "On vacation until the 9th",
    "We are on holiday.",
    "On PTO this week with limited access to email.",
    "I am away from the office.",
    "Away from my desk. If urgent, call me on my cell.",
    "I have no access to email.",
    "Currently away. Back in the office 7 April.",
    "Currently travelling, replies will be slow.",
    "I return to the office on Monday.",
    "I will be back on Monday.",
    "Returning on 7 May.",
    "I am on leave. Need help? Call the front desk.",
    "I'm on leave. For immediate assistance, can you call Jo?",
    "In my absence you can reach Jo, call me never. I am on leave.",
    "On leave. In the meantime, could you write to Jo?",
    "I am out of the office. If you are interested in our products visit the site.",
    "Out of office. Should you have questions write to Jo.",
    "Ich bin bis 5.3. im Urlaub.",
    "Ich bin derzeit nicht im Büro.",
    "Ich bin bis Montag außer Haus.",
    "Je suis absent du bureau jusqu'au 4 mars.",
    "Je suis en congés jusqu'au 4.",
    "Estoy fuera de la oficina hasta el lunes.",
    "Estoy de vacaciones hasta el 3.",
    "Sono in ferie fino al 3.",
    "Sono fuori ufficio.",
    "Estou de férias até dia 5.",
    "Estou fora do escritório.",
    "Ik ben op vakantie tot 5 mei.",
    "Ik ben afwezig tot maandag.",
)

HUMAN = (
    "I'm on vacation till the 9th, can we talk after?",
    "in the air today, Thursday 4pm is good",
    "Sorry, I was on vacation. Please send pricing for two sites.",
    "I was out of office last week.",
    "We were on holiday, sorry for the late reply.",
    "I had been on leave, sorry.",
    "Back from leave, let's book.",
    "Just returned from being out of the office.",
    "I'm back in the office now.",
    "I will be back on Tuesday, please book something for Wednesday.",
    "I'm travelling, on PTO until Friday. How about Monday?",
    "On leave this week but very interested, send me pricing",
    "I am out of the office, Tuesday works for me.",
    "Out of town till Sunday; happy to talk next week.",
    "I'm on vacation. Would love to learn more when back.",
    "On holiday, call me Friday.",
    "I'm OOO, let's meet once I return.",
    "On leave. Send over the deck please.",
    "Interested, but out of the office this week.",
    "I am on leave. Could you write to Jo instead?",
    "On vacation, I'm free Thursday at 3pm.",
    "I'm away from my desk, text me.",
    "Out of office today. Please schedule a demo for Friday.",
    "On PTO. Share the pricing details and I'll look.",
    "Out of the office, talk when I'm back.",
    "Ich war im Urlaub, bitte senden Sie das Angebot.",
    "J'étais en vacances, merci de renvoyer le devis.",
    "Estaba de vacaciones, perdón.",
)


@pytest.mark.parametrize("body", ABSENT)
@pytest.mark.parametrize("channel", ["email", "sms", "linkedin"])
def test_an_absence_note_on_any_channel(body, channel):
    assert classify_safety(body, channel=channel) == "out_of_office"


@pytest.mark.parametrize("body", HUMAN)
@pytest.mark.parametrize("channel", ["email", "sms", "linkedin"])
def test_a_person_who_is_or_was_away_stays_a_person(body, channel):
    assert classify_safety(body, channel=channel) == "none"


@pytest.mark.parametrize(
    "subject",
    [
        "Out of office: Quick question",
        "OOO",
        "On vacation until 3 May",
        "On holiday",
        "On leave",
        "Abwesenheit",
        "Abwesenheitsnotiz: Frage",
        "Absence du bureau",
        "Fuera de oficina",
        "Fuori ufficio: domanda",
        "Fora do escritório",
        "Afwezig: vraag",
    ],
)
def test_an_absence_subject_decides_even_for_an_engaged_text(subject):
    assert classify_safety("I will answer later.", subject) == "out_of_office"
    assert classify_safety("I am on leave. Can you call Jo?", subject) == "out_of_office"


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Quick question",
        "Auto-Reply: hello",
        "Autoreply",
        "Automatic response",
        "Automatische Antwort: Frage",
        "Réponse automatique : question",
        "Respuesta automática: pregunta",
        "Risposta automatica: domanda",
        "Resposta automática: pergunta",
        "Automatisch antwoord: vraag",
    ],
)
def test_an_automatic_subject(subject):
    assert classify_safety("Thank you for your message.", subject) == "automated_reply"
    assert classify_safety("I am on leave. Could you write to Jo instead?", subject) == "out_of_office"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated; owner-email=x"},
        {"auto-submitted": "AUTO-NOTIFIED"},
        {"X-Autoreply": "yes"},
        {"x-autorespond": "1"},
        {"Precedence": "auto_reply"},
        {"Precedence": ["auto_reply"]},
    ],
)
def test_automated_headers(headers):
    assert classify_safety("Hello", headers=headers) == "automated_reply"
    assert classify_safety("I'm on leave, can we talk after?", headers=headers) == "out_of_office"
    assert classify_safety("Hello", channel="sms", headers=headers) == "none"


@pytest.mark.parametrize(
    "headers", [{"Auto-Submitted": "no"}, {"Precedence": "bulk"}, {"X-Autoreply": "no"}, {"Subject": "auto"}, {}, None]
)
def test_other_headers_say_nothing(headers):
    assert classify_safety("Hello there, Jo here", headers=headers) == "none"


def test_the_providers_flag_counts_on_every_channel():
    assert classify_safety("Hello", provider_automated=True) == "automated_reply"
    assert classify_safety("Hello", channel="linkedin", provider_automated=True) == "automated_reply"
    assert classify_safety("I'm on leave, can we talk after?", provider_automated=True) == "out_of_office"


@pytest.mark.parametrize("subject", ["Re: Automatic reply: Quick question", "AW: Abwesenheit", "Re: Out of office"])
def test_a_reply_in_a_thread_named_by_a_machine_is_a_person(subject):
    assert classify_safety("Here I am again. Tuesday works for me.", subject) == "none"


def test_our_own_subject_announces_nothing():
    kind = classify_safety("Not for us.", "Auto-reply for clinics", our_subject="Auto-reply for clinics")

    assert kind == "none"


MACHINES = (
    "This is an automated message from Bluebird Dental. We have received your message.",
    "This is an automatic reply.",
    "This message is auto-generated.",
    "This is an automatically generated response.",
    "Please do not reply to this email.",
    "Do not respond to this message.",
    "We have received your message and will get back to you.",
    "We've received your enquiry.",
    "Your request has been received. Ticket number 5521.",
    "Your ticket has been created",
    "Your support request was received.",
    "Ticket number: 88",
    "Thank you for contacting Harbor Freightways. A member of our team will respond within 24 hours.",
    "Thanks for reaching out! Someone from our team will get back to you shortly.",
    "Thank you for your email. We aim to answer within 2 business days.",
    "Thank you for contacting us. Need help? Our support team will reply soon.",
)


@pytest.mark.parametrize("body", MACHINES)
@pytest.mark.parametrize("channel", ["email", "sms", "linkedin"])
def test_a_machine_phrase(body, channel):
    assert classify_safety(body, channel=channel) == "automated_reply"


@pytest.mark.parametrize(
    "body",
    [
        "We have received your message and would love to talk. Can you do Monday?",
        "Thank you for reaching out. We are happy with our vendor.",
        "Thanks for your email, can you send me pricing?",
        "Thanks for contacting me, I'm interested.",
        "We build ticket systems.",
        "Our team will decide in May.",
        "What was my ticket number again? Can you look it up?",
        "I'll respond within 24 hours.",
    ],
)
def test_a_person_beside_a_machine_phrase_stays_a_person(body):
    assert classify_safety(body) == "none"


# --- engaged --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "Can you resend it?",
        "Does it integrate with Slack?",
        "Works for me",
        "That works great",
        "Let's talk",
        "Let's set something up",
        "Interested, tell me more",
        "I am interested",
        "we're keen",
        "Very interested",
        "still interested in this",
        "send me the info",
        "send us over a plan",
        "Please share the pricing",
        "forward the proposal",
        "how about Tuesday",
        "Could we move it",
        "shall we meet",
        "Happy to chat",
        "talk after the holidays",
        "would love to hear more",
        "I'd like to see a demo",
        "book me in",
        "schedule a call",
        "set up a meeting",
        "call me",
        "text me tomorrow",
        "Monday works",
        "4pm suits",
        "I'm free on Friday",
        "Thursday 4pm is good",
    ],
)
def test_engaged(text):
    assert is_engaged(text)


@pytest.mark.parametrize(
    "text",
    [
        "Thank you.",
        "Need help?",
        "If urgent, call me.",
        "For emergencies text me.",
        "For immediate assistance, can you call Jo?",
        "In my absence, call me never.",
        "In the meantime, could you write to Jo?",
        "If you are interested in our products, visit the site.",
        "Should you have questions write to Jo.",
        "I will be available again on Monday.",
        "Not for us.",
        "Not interested.",
        "Please forward your request to info@harbor.example",
        "",
    ],
)
def test_not_engaged(text):
    assert not is_engaged(text)
