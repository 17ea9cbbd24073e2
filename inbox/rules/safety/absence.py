"""Absence notes and other machines: headers, subjects, phrases."""

import re
from collections.abc import Iterable, Mapping

from inbox.rules.safety.optout import strip_reply_prefixes
from inbox.rules.safety.text import Sentence, fold, pieces, vocabulary

_AUTO_SUBJECT = re.compile(
    r"\bautomatic (?:reply|response|answer)\b|\bauto(?:mated)?[- ]?(?:reply|response|responder|answer)\b"
    r"|\bautomatische (?:antwort|beantwoording|reactie)"
    r"|\bautomatisch(?:es)? (?:antwoord|bericht|antwort)|\babwesenheits(?:notiz|nachricht|meldung|assistent)"
    r"|\breponse automatique\b|\brespuesta automatica\b"
    r"|\brisposta automatica\b|\bresposta automatica\b|\bautorisposta\b|\bautoreponse\b|\bautorespuesta\b"
    r"|\bautoantwort\b"
)
_ABSENCE_SUBJECT = re.compile(
    r"\bout[- ]of[- ](?:the[- ])?office\b|\booo\b|\bout of town\b|\bon (?:\w{1,12} ){0,2}?(?:vacation|holidays?"
    r"|leave|pto)\b|\bvacation (?:reply|message|response|notice)\b"
    r"|\babwesen|\bim urlaub\b|\bnicht im (?:buro|buero|haus)\b|\babsen(?:ce|t)\b|\ben (?:conges?|vacances)\b"
    r"|\bhors (?:du )?bureau\b|\bfuera de (?:la )?oficina\b|\bausen(?:cia|te)\b"
    r"|\bde vacaciones\b|\bfuori (?:sede|ufficio|dall'ufficio)\b|\bassen(?:za|te)\b|\bin ferie\b"
    r"|\bfora do escritorio\b|\bde ferias\b|\bafwezig\b|\bniet (?:op kantoor|aanwezig)\b|\bop vakantie\b"
)
_OOO = r"\booo\b(?! (?:nice|that|this|i like|interesting|wow|sounds|yes|yeah|great|cool|love|so))"
_PHRASE = re.compile(
    r"\bout[- ]of[- ](?:the[- ]|my )?office\b|" + _OOO + r"|\bout of town\b|\bout of (?:the )?country\b"
    r"|\bon (?:(?!the\b)[\w'-]{1,15} ){0,3}?(?:leave|vacation|holidays?|pto|sabbatical)\b"
    r"|\baway from (?:the |my )?(?:office|desk|email|emails|computer|inbox)\b|\b(?:limited|no|intermittent|little"
    r"|reduced|sporadic|without) (?:\w{1,12} )?access to (?:my |the |any )?(?:work )?(?:emails?|inbox|phone)\b"
    r"|\bcurrently (?:away|travell?ing|out|unavailable|on the road)\b|\breturn(?:ing)? to (?:the |my )?(?:office"
    r"|work)\b|\b(?P<back>back (?:in|at) (?:the |my )?(?:office|work|desk))\b"
    r"|\bwill (?:be back|return)(?: (?:in the office|at work|at my desk))?,? (?:on|by)\b|\bi'll be back,? (?:on"
    r"|by)\b|\breturning,? (?:on|by)\b"
    # German, French, Spanish, Italian, Portuguese, Dutch
    r"|\bnicht (?:im|in unserem|am) (?:buro|buero|haus|arbeitsplatz|dienst)\b|\bausser haus\b|\babwesend\b"
    r"|\babwesenheit\b|\bim (?:\w{1,15} )?urlaub\b|\bin (?:elternzeit|mutterschutz|karenz)\b"
    r"|\bkrankgeschrieben\b|\b(?:wieder|nicht) (?:im buro|im buero|erreichbar|zuruck|zurueck)\b"
    r"|\bkein(?:en)? zugriff auf (?:meine )?emails?\b"
    r"|\babsente?s?\b|\bhors (?:du )?bureau\b|\ben (?:conges?|vacances|deplacement|arret maladie|conge \w{1,12})\b"
    r"|\bde retour (?:le|au bureau|lundi|mardi)\b|\bacces (?:limite|restreint) a (?:mes|ma|mon)\b"
    r"|\bfuera de (?:la |mi )?oficina\b|\bde vacaciones\b|\bestoy ausente\b|\bausente\b|\bde baja (?:medica"
    r"|por maternidad|maternal|laboral)\b|\bde viaje\b|\bacceso limitado a(?:l| mi)\b|\bde regreso (?:el"
    r"|en la oficina)\b"
    r"|\bfuori (?:ufficio|sede|dall'ufficio)\b|\bin ferie\b|\bassente\b|\bin vacanza\b|\bin (?:maternita|congedo"
    r"|malattia|trasferta)\b|\bdi ritorno (?:il|in ufficio)\b"
    r"|\bfora do escritorio\b|\bde ferias\b|\bem ferias\b|\bde licenca\b|\bem viagem\b|\bde volta (?:ao escritorio"
    r"|em|no dia)\b"
    r"|\bniet op kantoor\b|\bafwezig\b|\bniet aanwezig\b|\bop vakantie\b|\bmet (?:\w{1,20} )?\w{0,20}verlof\b"
    r"|\bmet vakantie\b|\buit kantoor\b|\bweer (?:op kantoor|bereikbaar)\b"
)
_PAST = re.compile(
    r"\b(?:was|were|had been|have been|has been|'ve been|been|back from(?: being)?|returned from(?: being)?|wasn't"
    r"|after being|got back from"
    r"|war|waren|gewesen|zuruck aus(?: dem)?|zurueck aus(?: dem)?|zuruck vom|etais|etait|etions|rentre d[e']"
    r"|revenu d[e']|estaba|estuve|estuvo|estabamos|vuelto de|ero|eravamo|stato|stata"
    r"|estava|estive|voltei de|geweest|terug van)(?: (?:i was|also|just|still|away|leider|noch|the|bin))*$"
)
# "I am back in the office" has returned; "back in the office 7 April" has not
_HAS_RETURNED = re.compile(
    r"\b(?:i'm|i am|am|we're|we are|now|got|finally|already|just|now that i'm)(?: (?:now|just|finally|already))?$"
)
_RETURN_DATE = re.compile(
    r"^,? (?:on|by|next|after|from|in|mon|tues|wednes|thurs|fri|satur|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct"
    r"|nov|dec|the \d|\d|tomorrow)"
)
_ABSENCE_HINTS = pieces(
    "office|ooo|out|leave|vacation|holiday|pto|sabbatical|away|access|travel|currently|return|back|haus|"
    "abwesen|urlaub|elternzeit|mutterschutz|karenz|krank|buro|buero|erreichbar|zur|zugriff|absent|bureau|"
    "conge|vacances|deplacement|arret|retour|acces|oficina|vacaciones|ausente|baja|viaje|regreso|ufficio|"
    "ferie|assente|vacanza|maternita|congedo|malattia|trasferta|ritorno|fuori|escritorio|ferias|licenca|"
    "viagem|volta|kantoor|afwezig|aanwezig|vakantie|verlof|bereikbaar"
)

_MACHINE = re.compile(
    r"\b(?:this|it) is an? (?:\w{1,12} )?(?:automated|automatic|auto[- ]?generated|automatically generated"
    r"|auto)[- ](?:\w{1,12} )?(?:message|reply|response|email|notification|generated|answer|confirmation)\b"
    r"|\bauto(?:matically)?[- ]?generated\b|\bautomated (?:message|response|reply|notification)\b"
    r"|\bautomatic (?:reply|response)\b"
    r"|\b(?:please )?(?:do not|don't) (?:directly )?(?:reply|respond)(?: directly)? to (?:this"
    r"|that) (?:\w{1,12} )?(?:email|message|mail|address|mailbox|notification)\b"
    r"|\b(?:we|i)(?:'ve| have| successfully)?(?: \w{1,12})? received (?:your|the) (?:\w{1,12} )?(?:message|email"
    r"|request|enquiry|inquiry|submission|query|ticket|support request)\b"
    r"|\byour (?:\w{1,12} )?(?:request|ticket|case|support request|inquiry|enquiry|message"
    r"|email) (?:\S{1,20} )?(?:has been|was|is|have been) (?:\w{1,12} )?(?:received|created|logged|opened|registered"
    r"|submitted|assigned)\b"
    r"|\b(?:ticket|case|request|reference) (?:number|no|id|#)|\bticket #|\[ticket"
    r"|\bautomatisch (?:generiert|erstellt|versand)|\bautomatische nachricht\b|\bmessage automatique\b"
    r"|\bgenere automatiquement\b|\bmensaje automatico\b|\bgenerado automaticamente\b"
    r"|\bmessaggio automatico\b|\bgenerato automaticamente\b|\bmensagem automatica\b|\bgerada automaticamente\b"
    r"|\bautomatisch (?:bericht|gegenereerd)"
    r"|\bne pas repondre a ce\b|\bnicht auf diese (?:nachricht|email|mail) (?:antworten|zu antworten)"
    r"|\bno responda a este\b|\bnon rispondere a quest|\bnao responda a est"
)
_MACHINE_HINTS = pieces("auto|reply|respond|received|request|ticket|case|reference|your|genera|gere|repondre|antwort")
_THANKS_FOR_CONTACT = re.compile(
    r"\b(?:thank you|thanks|many thanks) for (?:contacting|reaching out|your (?:\w{1,12} )?(?:message|email|enquiry"
    r"|inquiry|interest|request|query|submission|note)|getting in touch|writing|emailing|messaging|texting|calling"
    r"|the (?:message|email)|being in touch|connecting)\b"
)
_TEAM_WILL = re.compile(
    r"\b(?:our (?:\w{1,15} ){0,3}?(?:team|staff|representatives?|agents?|specialists?|department|office|support)"
    r"|(?:a|one of our|one of the|another) (?:\w{1,15} ){0,3}?(?:member|representatives?|agents?|specialists?"
    r"|colleagues?|reps?|team members?|advisors?|experts?|staff)(?: of (?:our|the) (?:\w{1,15} ){0,2}?(?:team"
    r"|staff))?"
    r"|someone(?: from (?:our|the) (?:\w{1,15} ){0,2}?(?:team|staff|office))?"
    r"|the (?:\w{1,15} ){0,2}?team) (?:\w{1,12} )?(?:will|shall|is going to|aims? to|strives? to|typically)\b"
    r"|\bwithin (?:the next )?(?:\d{1,3}|one|two|three|four|five|a few|twenty[- ]four"
    r"|forty[- ]eight)(?: ?- ?\d{1,3})?(?: ?(?:business|working))? ?(?:hours?|hrs?|h|days?)\b"
)

_HEADERS_THAT_SAY_SO = ("x-autoreply", "x-autorespond")


def header_map(headers: Mapping[str, object] | Iterable[tuple[str, object]] | None) -> dict[str, str]:
    """Header values by lower-case name; the last of several wins."""
    pairs = headers.items() if isinstance(headers, Mapping) else (headers or ())
    return {str(name).strip().casefold(): _one_value(value) for name, value in pairs}


def _one_value(value: object) -> str:
    if isinstance(value, list | tuple):
        value = value[-1] if value else ""
    return "" if value is None else str(value).strip()


def is_automated(
    subject: str, headers: Mapping[str, str], *, provider_automated: bool, our_subject: str | None
) -> bool:
    """True when header, subject or provider say that no person pressed send. `headers` have lower-case names."""
    submitted = headers.get("auto-submitted", "").casefold()
    if provider_automated or (submitted and submitted.split(";")[0].strip() != "no"):
        return True
    if any(headers.get(name, "no").casefold() not in ("no", "false") for name in _HEADERS_THAT_SAY_SO):
        return True
    if headers.get("precedence", "").casefold() in ("auto_reply", "auto-reply"):
        return True
    return _AUTO_SUBJECT.search(_own_title(subject, our_subject)) is not None


def has_absence_subject(subject: str, our_subject: str | None) -> bool:
    """True when the sender's own subject announces an absence."""
    return _ABSENCE_SUBJECT.search(_own_title(subject, our_subject)) is not None


def has_absence_phrase(sentences: list[Sentence]) -> bool:
    """True when the text speaks of an absence that is not over."""
    return any(_is_absent(text) for text in _hinted(sentences, _ABSENCE_HINTS))


def _is_absent(text: str) -> bool:
    for found in _PHRASE.finditer(text):
        before = text[max(0, found.start() - 40) : found.start()].rstrip()
        if _PAST.search(before):
            continue
        if (
            found["back"]
            and _HAS_RETURNED.search(before)
            and not _RETURN_DATE.match(text[found.end() : found.end() + 12])
        ):
            continue
        return True
    return False


def has_machine_phrase(sentences: list[Sentence]) -> bool:
    """True when the text is a receipt: an automated message, a ticket, a thank-you with a response time."""
    if any(_MACHINE.search(text) for text in _hinted(sentences, _MACHINE_HINTS)):
        return True
    if not any(_THANKS_FOR_CONTACT.search(text) for text in _hinted(sentences, ("thank",))):
        return False
    return any(_TEAM_WILL.search(sentence.text) for sentence in sentences)


def _hinted(sentences: list[Sentence], hints: tuple[str, ...]) -> list[str]:
    """Texts of the sentences that hold one of the word pieces."""
    words = vocabulary("\n".join(sentence.text for sentence in sentences))
    present = [hint for hint in hints if hint in words]
    return [s.text for s in sentences if any(hint in s.text for hint in present)] if present else []


def _own_title(subject: str, our_subject: str | None) -> str:
    """The subject when its sender chose it: a reply in our thread, or below an older note, carries another's words."""
    title, is_reply = strip_reply_prefixes(fold(subject))
    is_ours = our_subject is not None and title == strip_reply_prefixes(our_subject)[0]
    return "" if is_reply or is_ours else title
