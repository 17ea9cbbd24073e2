"""Dutch: what people write to be left alone (text without accents)."""

import re

from inbox.rules.safety.families.languages.patterns import LanguagePatterns, family

_MAIL = (
    r"(?:e?mails?|mailtjes|berichten|berichtjes|telefoontjes|sms(?:jes)?|spam|reclame|nieuwsbrieven|aanbiedingen"
    r"|contact|post|mailings?|oproepen)"
)
DUTCH = LanguagePatterns(
    families=(
        family(
            "removal",
            "uitschr|schrijf|te schrijven|te melden|afmeld|meld|haal|verwijder|lijst|uitgeschr|bestand",
            r"\buitschrijv(?:en|ing)\b|\buit te schrijven\b|\buitgeschreven\b|\bschrijf (?:me|mij"
            r"|ons) (?:\w{1,10} ){0,4}?uit\b|\bafmelden\b|\baf te melden\b|\bmeld (?:me|mij"
            r"|ons) (?:\w{1,10} ){0,4}?af\b",
            r"\b(?:verwijder|schrap|verwijderen|verwijdert) (?:u )?(?:aub |alstublieft "
            r"|alsjeblieft |a u b )?(?:me|mij|ons|mijn (?:e?mail(?:adres)?|adres|naam|nummer|telefoonnummer)"
            r"|dit (?:e?mailadres|adres|nummer))\b(?! (?:over|erop))",
            r"\b(?:haal|halen|haalt|gooi) (?:u )?(?:aub )?(?:me|mij|ons|mijn \w{1,15})(?: \w{1,12}){0,2}? (?:van"
            r"|uit|af)\b(?! de (?:uitnodiging|agenda|cc))",
            r"\b(?:mij|me|ons) (?:te )?(?:verwijderen|uit te schrijven|van (?:de|deze|uw"
            r"|jullie) (?:mailing)?lijst)\b|\b(?:van|uit) (?:de|deze|uw|jullie|je) (?:\w{1,10} )?(?:mailing|mail"
            r"|verzend)?(?:lijst|bestand|database) (?:te )?(?:halen|verwijderen|af|gehaald|verwijderd)",
        ),
        family(
            "do_not_contact",
            "niet|geen|stop|nooit|rust|hou",
            r"\bneem (?:aub |alstublieft |alsjeblieft )?(?:a u b )?geen contact (?:meer )?(?:met|op)\b"
            r"|\bgeen contact (?:meer )?(?:met (?:mij|me|ons) )?op(?: te)? ?nemen\b|\bgeen contact meer\b",
            r"\b(?:mail|bel|schrijf|app|benader|contacteer|stoor|sms|stuur|spam) (?:me|mij|ons) (?:aub "
            r"|alstublieft |alsjeblieft )?(?:niet(?: (?:meer|nog|langer|verder|opnieuw))?|nooit(?: meer)?)\b",
            r"\b(?:mij|me|ons) (?:aub |alstublieft )?(?:niet|nooit) (?:meer|langer|verder) (?:te )?(?:mailen|bellen"
            r"|schrijven|benaderen|contacteren|contacten|storen|lastig)",
            r"\b(?:niet|nooit) meer (?:te )?(?:mailen|bellen|schrijven|benaderen|contacteren|contacten"
            r"|lastig ?vallen|berichten)\b",
            r"\bstop (?:aub |alstublieft |alsjeblieft |nu )?(?:met|het) (?:\w{1,10} ){0,3}?(?:mailen|bellen|sturen"
            r"|spammen|schrijven|appen|benaderen|verzenden|contacteren|lastig|deze)\b"
            r"|\bhou(?:d)? (?:er ?mee )?op (?:met )?(?:mailen|bellen|sturen|spammen|mij|me)?",
            r"\blaat (?:me|mij|ons) met rust\b|\bstop hiermee\b|\brot op\b|\bval (?:me|mij"
            r"|ons) niet (?:meer )?lastig\b",
        ),
        family(
            "no_more",
            "geen|niets meer",
            rf"\bgeen (?:{_MAIL}) meer\b(?! (?:nodig|over))|\bgeen (?:verdere|andere|nieuwe|toekomstige"
            rf"|ongevraagde) (?:{_MAIL})\b|^(?:\W?graag |\W?aub |\W?alstublieft "
            rf"|\W?svp )*geen (?:{_MAIL})(?: (?:aub|alstublieft|svp|bedankt|graag))*\W*$",
            r"\b(?:stuur|zend|sturen|zenden)(?: u)?(?: (?:me|mij|ons))?(?: (?:aub|alstublieft"
            rf"|alsjeblieft))? (?:geen (?:{_MAIL})|niets meer)\b(?! (?:voor|na|tot))",
        ),
        family(
            "erase_data",
            "gegevens|data|avg",
            r"\b(?:verwijder|wis|vernietig|verwijderen|wissen) (?:u )?(?:aub |alstublieft "
            r"|alsjeblieft )?(?:al )?(?:mijn|onze) (?:persoonlijke |persoons)?(?:gegevens|persoonsgegevens|data"
            r"|contactgegevens)\b",
            r"\b(?:mijn|onze) (?:persoonlijke )?(?:gegevens|persoonsgegevens"
            r"|data) (?:uit \w{1,12} \w{1,12} )?(?:te )?(?:verwijderen|wissen)\b|\bverwijdering van (?:mijn"
            r"|onze) (?:persoons)?gegevens\b",
        ),
        family(
            "no_longer_wish",
            "wil|wens|willen|wensen|hoef",
            r"\b(?:wil|willen|wens|wensen|hoef|hoeven)(?: (?:ik|wij|we|graag|echt))* (?:geen"
            rf"|niet) (?:\w{{1,12}} ){{0,2}}?{_MAIL}(?: (?:meer|van|te|ontvangen|krijgen|\W*$)|\W*$)",
            r"\b(?:wil|willen|wens|wensen)(?: (?:ik|wij|we|graag|echt))* (?:niet|nooit) (?:meer|langer"
            r"|verder) (?:\w{1,12} ){0,4}?(?:ontvangen|krijgen|gebeld|gemaild|benaderd|gecontacteerd|lastiggevallen"
            r"|op (?:de|uw|jullie|deze))",
            r"\b(?:wil|willen|wens|wensen)(?: (?:ik|wij|we))* niet (?:door \w{1,12} )?(?:gebeld|gemaild|benaderd"
            r"|gecontacteerd) worden\b|\bniets meer (?:van (?:u|jullie) )?(?:te )?(?:ontvangen|horen)\b",
        ),
    ),
    not_before=re.compile(
        r"\b(?:niet|nooit|zonder|kunnen we|kan ik|kunnen|kan|hoe|klanten|gebruikers|hoeveel|(?:voor|van) (?:de|het"
        r"|donderdag|vrijdag|morgen|vandaag) ?(?:vergadering|meeting|afspraak|webinar|cursus|training|call)?)$"
    ),
    not_after=re.compile(
        r"^ (?:meer )?(?:voor|na|tot|tijdens|in het weekend|deze week|vandaag|morgen|op het werk|om \d"
        r"|wanneer we willen|later|uit de (?:uitnodiging|agenda|cc)|van de (?:uitnodiging|vergadering|meeting|cc))\b"
        r"|^(?:s?percentage|s?cijfer)"
    ),
    other_way=re.compile(
        r"\b(?:liever|in plaats|bij voorkeur|mail (?:me|mij|ons) (?:maar|liever|gewoon)|bel (?:me|mij|ons) (?:maar"
        r"|liever|gewoon)|per (?:mail|telefoon|sms|whatsapp) (?:is|mag|graag)|via (?:mail|whatsapp))\b"
    ),
)
