"""Delimiters, disclaimers, device lines and contact blocks; and the blocks that say something."""

import pytest

from inbox.rules.cleaning import strip_quoted

pytestmark = pytest.mark.unit

DEVICE_LINES = [
    "Sent from my iPhone",
    "Sent from my Verizon, Samsung Galaxy smartphone",
    "Sent from my mobile device. Please excuse typos.",
    "Get Outlook for iOS",
    "Get Outlook for Android<https://aka.ms/AAb9ysg>",
    "Sent from Outlook for iOS",
    "Sent from Yahoo Mail for iPhone",
    "Sent from Mail for Windows",
    "Sent with Proton Mail secure email.",
    "Von meinem iPhone gesendet",
    "Gesendet von meinem iPhone",
    "Von meinem Samsung Galaxy Smartphone gesendet.",
    "Diese Nachricht wurde von meinem Android-Gerät mit GMX Mail gesendet.",
    "Gesendet mit der GMX Mail App",
    "Outlook für iOS beziehen",
    "Holen Sie sich Outlook für Android",
    "Envoyé de mon iPhone",
    "Envoyé depuis mon téléphone",
    "Envoyé à partir de Outlook pour iOS",
    "Obtenir Outlook pour iOS",
    "Télécharger Outlook pour Android",
    "Enviado desde mi iPhone",
    "Enviado desde Yahoo Mail para iPhone",
    "Obtener Outlook para iOS",
    "Inviato da iPhone",
    "Inviato dal mio iPhone",
    "Scarica Outlook per iOS",
    "Enviado do meu iPhone",
    "Enviado a partir do meu iPhone",
    "Obter o Outlook para iOS",
    "Verstuurd vanaf mijn iPhone",
    "Verzonden vanaf mijn Samsung",
    "Outlook voor iOS downloaden",
]

DISCLAIMERS = [
    "CONFIDENTIALITY NOTICE: This e-mail and any attachment\nis intended only for the addressee.",
    "*CONFIDENTIALITY NOTICE*: private",
    "Confidentiality Note - private",
    "This e-mail and any attachments\nare confidential and intended solely for the addressee.",
    "This message contains confidential information.",
    "This communication may contain privileged material.",
    "IMPORTANT: This email is confidential.",
    "NOTICE - the information transmitted is intended only for the addressee.",
    "Please note that this e-mail is privileged.",
    "CONFIDENTIAL: private",
    "Strictly confidential",
    "The information contained in this e-mail is private.",
    "The contents of this message are private.",
    "DISCLAIMER: This email was scanned.",
    "Disclaimer\nAll views are my own.",
    "Email Disclaimer\nAll views are my own.",
    "Legal Notice: private",
    "Privileged and confidential communication",
    "If you are not the intended recipient, delete this mail.",
    "Please consider the environment before printing this e-mail",
    "Vertraulichkeitshinweis: Nur für den Empfänger.",
    "Diese E-Mail enthält vertrauliche Informationen.",
    "Ce message est confidentiel.",
    "Avis de confidentialité",
    "Este mensaje es confidencial.",
    "Aviso legal: privado",
    "Questo messaggio contiene informazioni riservate.",
    "Esta mensagem é confidencial.",
    "Dit bericht is vertrouwelijk.",
]

CONTACT_BLOCKS = [
    "Kind regards,\nDana Reyes\ndana@northfork.example",
    "Best,\nDana\n(415) 555-0137",
    "Best, Dana Reyes\nnorthfork.example",
    "Thanks!\nDana\nwww.northfork.example",
    "Thanks so much\nDana Reyes\nhttps://northfork.example",
    "BEST REGARDS\nDana Reyes\nT +1 415 555 0137",
    "Dana Reyes\nNorthfork Dental\n415.555.0137",
    "Dana Reyes, CPA\nNorthfork Dental\ndana@northfork.example",
    "Dana Reyes, PhD, MBA\ndana@northfork.example",
    "Dr. Dana M. Reyes, Ph.D.\nwww.northfork.example",
    "DANA REYES\nOffice: Suite 4",
    "*Dana Reyes*\nMobile: see website",
    "Dana de la Cruz\ndana@northfork.example",
    "Christopher Reyes\nwww.northfork.example",
    "Northfork Dental Care Group\n+1 (415) 555-0137",
    "Mit freundlichen Grüßen\nDana Reyes\nTel: +49 30 123456",
    "Cordialement,\nDana Reyes\nTél : 01 23 45 67 89",
    "Saludos cordiales,\nDana\nTeléfono: 600 123 456",
    "Cordiali saluti\nDana\ndana@northfork.example",
    "Atenciosamente,\nDana\ndana@northfork.example",
    "Met vriendelijke groet,\nDana\nT: 020 123 4567",
]

SPEAKING_BLOCKS = [
    # a question or a wish
    "Dana Reyes\ndana@northfork.example\nCan we talk at 3?",
    "Dana Reyes\nCall me: 415-555-0137",
    "Best,\nDana\nText us at 415-555-0137",
    "Dana Reyes\nReach me at dana@northfork.example",
    "Dana Reyes\nGive me a ring 415-555-0137",
    "Thanks,\nPlease remove me from dana@northfork.example",
    "Dana Reyes\nUnsubscribe dana@northfork.example",
    "Dana Reyes\nopt-out dana@northfork.example",
    "Dana Reyes\nStop mailing dana@northfork.example",
    "Dana Reyes\nBitte abmelden: dana@northfork.example",
    # no contact data
    "Dana Reyes\nNorthfork Dental",
    "Kind regards,\nDana Reyes",
    # the first line is neither a closing phrase nor a name
    "Call Dana.\ndana@northfork.example",
    "our website\nwww.northfork.example",
    "Tuesday works!\n415-555-0137",
    "Here Is What We Use\nwww.northfork.example",
    "Thanks for the deck\nwww.northfork.example",
    "Options for you: A, B\nwww.northfork.example",
    # dates are no phone numbers
    "Tuesday Options\n03/02/2026 10:00\n2026-03-04 11:00",
    # one line
    "dana@northfork.example",
    "Dana Reyes dana@northfork.example",
]


@pytest.mark.parametrize("line", DEVICE_LINES)
def test_device_lines_are_dropped(line: str) -> None:
    assert strip_quoted(f"Yes.\n\n{line}") == "Yes."
    assert strip_quoted(f"Yes.\n\n{line}\n\n{line}\n") == "Yes."


@pytest.mark.parametrize(
    "text",
    [
        "Sent from my iPhone",
        "Yes.\n\nSent from my iPhone\n\nand one more thing",
        "Yes.\n\nSent from my old office, is that you?",
        "Yes.\n\nSent by Dana on Monday",
        "Yes.\n\nI sent from my iPhone",
    ],
)
def test_device_words_that_stay(text: str) -> None:
    assert strip_quoted(text) == text


@pytest.mark.parametrize("disclaimer", DISCLAIMERS)
def test_disclaimer_cuts_itself_and_what_follows(disclaimer: str) -> None:
    assert strip_quoted(f"Please remove me.\n\n{disclaimer}\n\nMore of it.") == "Please remove me."


@pytest.mark.parametrize(
    "text",
    [
        DISCLAIMERS[0],
        "Yes.\n\nThis email was intended for my colleague, please remove me.",
        "Yes.\n\nDisclaimer: I am not the buyer.",
        "Yes.\nConfidentiality notice: same paragraph",
        "Yes.\n\nThis message made my day!",
        "Yes.\n\nImportant: this Tuesday only.",
        "Yes.\n\nNote: the information is on our site.",
        "Yes.\n\nPlease note that I am away in June.",
        "Yes.\n\nIs this confidential?",
    ],
)
def test_disclaimer_words_that_stay(text: str) -> None:
    assert strip_quoted(text) == text


@pytest.mark.parametrize("block", CONTACT_BLOCKS)
def test_contact_block_is_dropped(block: str) -> None:
    assert strip_quoted(f"Please share two times.\n\n{block}") == "Please share two times."


@pytest.mark.parametrize("block", CONTACT_BLOCKS)
def test_contact_block_alone_stays(block: str) -> None:
    assert strip_quoted(block) == block


@pytest.mark.parametrize("block", SPEAKING_BLOCKS)
def test_last_paragraph_that_says_something_stays(block: str) -> None:
    text = f"Please share two times.\n\n{block}"

    assert strip_quoted(text) == text


def test_only_the_last_paragraph_is_a_contact_block() -> None:
    text = "Ask Kim.\n\nKim Lee\nkim@x.example\n\nShe decides."

    assert strip_quoted(text) == text
    assert strip_quoted("Yes.\n\nBest,\n\nDana Reyes\nCEO\n415-555-0137") == "Yes.\n\nBest,"


@pytest.mark.parametrize("delimiter", ["--", "-- ", "--\t", " --"])
def test_delimiter_cuts_what_follows(delimiter: str) -> None:
    assert strip_quoted(f"Yes.\n{delimiter}\nDana\n\nunsubscribe here") == "Yes."


def test_delimiter_without_text_above_stays() -> None:
    assert strip_quoted("--\nDana\nhello") == "--\nDana\nhello"
    assert strip_quoted("Yes -- maybe\n---\nno") == "Yes -- maybe\n---\nno"


def test_device_line_above_a_contact_block_goes_with_it() -> None:
    assert strip_quoted("Yes.\n\nSent from my iPhone\n\nDana Reyes\n415-555-0137") == "Yes."
