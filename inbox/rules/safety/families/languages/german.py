"""German: what people write to be left alone (text without accents)."""

import re

from inbox.rules.safety.families.languages.patterns import LanguagePatterns, family

_MAIL = (
    r"(?:e?mails?|nachrichten?|anrufe?|werbung|werbemails?|newsletter|sms|spam|kontakt(?:aufnahmen?|versuche?)?"
    r"|anfragen|angebote|post|mailings?|zusendung(?:en)?|kaltakquise|akquise|werbepost)"
)
GERMAN = LanguagePatterns(
    families=(
        family(
            "removal",
            "abmeld|meld|austrag|trag|abbestell|bestell|verteiler|entfern|streich|nehm|losch|loesch|list",
            r"\babmeld(?:en|ung)\b|\babzumelden\b|\b(?:melden|meldet|melde) (?:sie |ihr )?(?:bitte )?(?:mich"
            r"|uns) (?:bitte )?(?:\w{1,15} ){0,4}?ab\b",
            r"\baustragen\b|\bauszutragen\b|\b(?:tragen|tragt|trag) (?:sie )?(?:bitte )?(?:mich"
            r"|uns) (?:bitte )?(?:\w{1,15} ){0,5}?aus\b",
            r"\babbestell(?:en|e|ung)\b|\babzubestellen\b|\bbestelle(?:n)? (?:ich "
            r"|wir )?(?:hiermit )?(?:\w{1,15} ){0,3}?ab\b",
            r"\b(?:aus|von) (?:dem|ihrem|eurem|deinem|ihrer|eurer|deiner|der|diesem|allen"
            r"|ihren) (?:[\w-]{1,20} ){0,2}?(?:[\w-]{0,15}verteilern?|[\w-]{0,15}mailing[\w-]{0,6}listen?"
            r"|[\w-]{0,12}listen?|datenbank|kartei) (?:bitte )?(?:nehmen|loschen|loeschen|entfernen|streichen"
            r"|austragen|raus|genommen|geloscht|entfernt|gestrichen|zu )",
            r"\b(?:nehmen|nehmt|nimm|loschen|loescht|loescht|losch|loesche|entfernen|entfernt|entferne|streichen"
            r"|streicht|streiche|loeschen) (?:sie )?(?:bitte )?(?:mich|uns|meine (?:e?mail(?:[- ]?adresse)?|adresse"
            r"|nummer|telefonnummer|kontaktdaten)|unsere (?:e?mail(?:[- ]?adresse)?|adresse"
            r"|nummer))\b(?! (?:beim wort|mit|an die hand))",
            r"\b(?:mich|uns|meine (?:e?mail(?:[- ]?adresse)?|adresse|nummer|telefonnummer)) (?:bitte |umgehend "
            r"|sofort |hiermit "
            r"|endlich |wieder |(?:aus|von) (?:\w{1,15} ){1,3}?|vom \w{1,20} )*(?:zu )?(?:loschen|loeschen"
            r"|entfernen|streichen)\b",
            r"\bvo(?:n|m) (?:der|dieser|ihrer|eurer|deiner) (?:\w{1,12})?liste (?:runter|weg|raus)",
        ),
        family(
            "do_not_contact",
            "nicht|nie |unterlass|horen|hort|hor auf|hoer|ruhe|frieden|stop|verpiss|absehen|sehen sie",
            r"\b(?:kontaktier|schreib|ruf|anruf|mail|belastig|belaestig|nerv|sprech|antwort|anschreib|behellig"
            r"|stor)(?:en|et|t|e|ieren)? (?:sie |ihr )?(?:mich|mir|uns) (?:bitte )?(?:nicht|nie|niemals"
            r"|keine)(?: (?:mehr|wieder|weiter|weiterhin|langer))?\b",
            r"\b(?:mich|mir|uns) (?:bitte )?(?:nicht|nie|niemals) (?:mehr|wieder|weiter|weiterhin"
            r"|langer) (?:zu )?(?:kontaktieren|anschreiben|anzuschreiben|anrufen|anzurufen|schreiben|mailen"
            r"|belastigen|belaestigen|kontaktiert|angeschrieben|angerufen)\b",
            r"\b(?:bitte )?(?:nicht|nie) (?:mehr|wieder|weiter) (?:kontaktieren|anschreiben|anrufen|schreiben"
            r"|mailen|melden|anmailen|belastigen|belaestigen)\b",
            r"\bunterlassen sie\b|\b(?:ich bitte|bitte) (?:\w{1,10} )?(?:um )?unterlassung\b|\bunterlasst\b"
            r"|\b(?:horen|hoeren|hort|hor) (?:sie |ihr )?(?:bitte )?(?:\w{1,10} )?auf\b(?!hor)(?! (?:ihr|dein|den"
            r"|unser))",
            rf"\bstop(?:p|pt|pen)?(?: sie)?(?: bitte)? (?:mit )?(?:den|die|diese|diesen|ihre|ihren|alle) {_MAIL}",
            rf"\bvon (?:weiteren|zukunftigen) {_MAIL} (?:bitte )?(?:abzu)?sehen\b"
            rf"|\bsehen sie (?:bitte )?von (?:weiteren )?{_MAIL} ab\b"
            rf"|\bvon (?:weiteren|zukunftigen) {_MAIL} (?:bitte )?ab(?:zu)?sehen\b",
            r"\b(?:lassen|lasst|lass) (?:sie )?(?:mich|uns) (?:\w{1,8} )?in (?:ruhe|frieden)\b"
            r"|\bverpiss\w{0,4} (?:dich|euch)\b",
        ),
        family(
            "no_more",
            "kein|schluss",
            r"\b(?:keine?|keinen|keinerlei) (?:weiteren?|weitere|weiterer|mehr|zukunftigen|kunftigen"
            rf"|unaufgeforderten?|unverlangten?) (?:{_MAIL})\b(?! (?:von (?:unserer|meiner) seite))",
            rf"\b(?:keine?|keinen|keinerlei) {_MAIL} mehr\b|^(?:\W?bitte,? )?(?:keine?|keinen"
            rf"|keinerlei) (?:{_MAIL})(?: von ihnen| senden| schicken| zusenden| an (?:mich|uns"
            r"|diese))?(?: danke| bitte)?\W*$",
            r"\b(?:senden|schicken|sendet|schickt|sende|schick) (?:sie )?(?:mir|uns) (?:bitte )?(?:nichts mehr"
            rf"|(?:keine?|keinen) (?:weiteren? |mehr )?{_MAIL})",
        ),
        family(
            "erase_data",
            "daten|dsgvo",
            r"\b(?:loschen|loeschen|loscht|loescht|losche|entfernen|vernichten) (?:sie )?(?:bitte )?(?:umgehend "
            r"|sofort |hiermit )?(?:alle )?(?:meine|unsere|uber mich gespeicherten"
            r"|zu mir gespeicherten)(?: \w{1,20})? (?:daten|kontaktdaten|angaben)\b|\b(?:loschen"
            r"|loeschen) (?:sie )?(?:bitte )?(?:alle )?(?:meine|unsere) (?:daten|kontaktdaten)",
            r"\b(?:meine|unsere|meiner|unserer|aller)(?: \w{1,20})? (?:daten"
            r"|kontaktdaten) (?:bitte )?(?:\w{1,12} ){0,3}?(?:zu )?(?:loschen|loeschen|entfernen|geloscht"
            r"|geloescht)\b",
            r"\b(?:loschung|loeschung) (?:meiner|unserer|aller|der)(?: \w{1,20})? (?:daten|kontaktdaten)\b"
            r"|\bdsgvo\b.{0,60}?\b(?:losch|loesch|widerspr|auskunft)\w*",
        ),
        family(
            "no_longer_wish",
            "mochte|moechte|will|woll|wunsch|wuensch|winsch",
            rf"\b(?:mochten?|moechten?|will|wollen|wunschen?|wuenschen?) (?:\w{{1,12}} ){{0,2}}?(?:keine?|keinen"
            rf"|keinerlei) (?:weiteren? |mehr )?(?:\w{{1,15}} )?{_MAIL}"
            r"(?: mehr| von ihnen| dieser art| per email| an mich| zugeschickt)*(?= (?:erhalten|bekommen|empfangen"
            r"|haben|zugesandt|lesen|sehen)\b|\W*$|[^\w ])",
            r"\b(?:mochten?|moechten?|will|wollen|wunschen?|wuenschen?) (?:\w{1,12} ){0,4}?nicht (?:mehr |langer "
            r"|weiter |weiterhin )(?:\w{1,15} ){0,4}?(?:erhalten|bekommen|empfangen|kontaktiert|angeschrieben"
            r"|angerufen|belastigt|gestort|auf (?:ihrer|der|dieser))",
            r"\b(?:mochten?|moechten?|will|wollen|wunschen?"
            r"|wuenschen?) (?:\w{1,12} ){0,4}?nicht (?:\w{1,15} ){0,2}?(?:kontaktiert|angeschrieben|angerufen"
            r"|belastigt) werden\b",
        ),
    ),
    not_before=re.compile(
        r"\b(?:nicht|nie|kein(?:e|en)?|ohne|konnen wir|kann man|konnen|kann|kunden|nutzer|abonnenten|wie viele"
        r"|fur (?:donnerstag|freitag|montag|dienstag|mittwoch|heute|morgen)|(?:vom|dem|den|das|die|der|fur den"
        r"|fur das) (?:termin|meeting|call|gesprach|webinar|kurs|schulung|besprechung|vertrag|abo|probeabo"
        r"|bestellung)(?: \w{1,12})?)$"
    ),
    not_after=re.compile(
        r"^ (?:bitte )?(?:vor|bis|nach|wahrend|am (?:wochenende|montag|dienstag|mittwoch|donnerstag|freitag|samstag"
        r"|sonntag)|im urlaub|diese woche|heute|morgen|zwischen|jederzeit|spater|vom (?:termin|meeting|call|webinar)"
        r"|von der (?:besprechung|schulung|einladung)|aus (?:der einladung|dem termin|dem cc|cc)|die (?:prasentation"
        r"|rechnung)|das (?:angebot|dokument)|an,? (?:sondern|schreib|mail)|sondern)\b|^quote|^rate"
    ),
    other_way=re.compile(
        r"\b(?:lieber|stattdessen|bevorzug\w{1,3}|besser (?:per|eine|schriftlich)|(?:bitte )?(?:nur )?per (?:e?mail"
        r"|telefon|sms|whatsapp)|schreiben sie (?:mir |uns )?(?:lieber|bitte)|rufen sie (?:mich |uns )?(?:lieber"
        r"|bitte)(?! nicht))\b"
    ),
)
