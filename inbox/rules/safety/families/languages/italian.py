"""Italian: what people write to be left alone (text without accents)."""

import re

from inbox.rules.safety.families.languages.patterns import LanguagePatterns, family

_MAIL = (
    r"(?:e?mails?|messaggi(?:o)?|mail|sms|chiamate|telefonate|spam|pubblicita|newsletters?|comunicazioni?|offerte"
    r"|contatti)"
)
_CONTACT = r"(?:contatt|scriv|chiam|telefon|invi|mand|disturb|spedi|import|sollecit|cerc)"
ITALIAN = LanguagePatterns(
    families=(
        family(
            "removal",
            "iscri|cancell|rimuov|rimoss|togli|tolt|elimin|lev",
            r"\bdisiscriv\w{0,8}|\bdisiscri(?:zione|tto)\b|\bcancellare la (?:mia|nostra) iscrizione\b"
            r"|\bannullare (?:la mia )?iscrizione\b",
            r"\b(?:cancell|rimuov|togli|elimin|lev)(?:a|e|i|ate|ete|eteli|are|er|ere|ar|iere|ier|ietemi"
            r"|imi)?(?:temi|mi|rmi|rci|teci|ci|termi)\b",
            r"\bessere (?:rimoss|cancellat|eliminat|tolt)[oaie] (?:dal|dalla|dalle|dai) (?:\w{1,12} ){0,2}?(?:list"
            r"|mailing|database|newsletter|contatti)",
            r"\b(?:cancell|rimuov|togli|elimin)\w{1,4} (?:per favore )?(?:il mio|la mia|questo|questa|il nostro"
            r"|i miei) (?:indirizzo|e?mail|nome|numero|contatto|contatti|recapiti|indirizzo e?mail)\b",
        ),
        family(
            "do_not_contact",
            "non |smett|bast|finit|pace",
            rf"\bnon (?:mi|ci|vi) {_CONTACT}\w{{1,5}}(?= (?:piu|mai|ancora|altr)\b|\W*$|[^\w ])",
            rf"\bnon {_CONTACT}\w{{1,5}}(?:mi|ci|temi|teci|rmi|rci)\b(?= (?:piu|mai|ancora)\b|\W*$|[^\w ]"
            r"| (?:altr|e?mail|messagg))",
            rf"\b(?:smett|finit)\w{{1,5}} (?:\w{{1,8}} )?(?:di|con) (?:{_CONTACT}\w{{1,6}}|(?:queste |le "
            rf"|i )?{_MAIL})",
            rf"\bbasta (?:con )?(?:queste |con le |le |i |gli )?{_MAIL}\b|\blasciatemi (?:in pace|stare)\b"
            r"|\blasciami in pace\b|\bvaffanculo\b",
        ),
        family(
            "no_more",
            "niente|nessun|piu|altre",
            r"(?:^|[,:] ?|\bper favore )(?:niente (?:piu |altre? )?|nessun(?:a|'|o)? (?:altr[aoei] )?|mai piu "
            rf"|non piu ){_MAIL}\b",
            rf"\bnon (?:invi|mand)\w{{1,4}} piu (?:{_MAIL}|nulla|niente)",
        ),
        family(
            "erase_data",
            "dati",
            r"\b(?:cancell|elimin|rimuov|distrugg)\w{1,5} (?:tutti )?i (?:miei|nostri) dati\b"
            r"|\bcancellazione dei (?:miei|nostri) dati\b|\bdiritto all'oblio\b",
        ),
        family(
            "no_longer_wish",
            "desider|vogli|vorre|interess|intend",
            rf"\bnon (?:desider|vogli|vorre|intend)\w{{1,4}} (?:piu )?(?:continuare a )?ricever\w{{1,3}}(?:(?=\W*$"
            rf"|[^\w ])| (?:piu|altre|altri|ulteriori|vostre|queste|questi|le vostre|nulla|niente|nessun\w{{0,2}}"
            rf"|questo tipo)\b| {_MAIL})",
            r"\bnon (?:desider|vogli|vorre|intend)\w{1,4} (?:piu )?(?:essere (?:contattat|disturbat|chiamat"
            r"|richiamat)\w|che mi (?:contatt|scriv|chiam)\w{1,5}|far parte|stare (?:nella|in))",
            rf"\bnon (?:vogli|desider)\w{{1,4}} (?:piu |altre )(?:{_MAIL}|sentirvi)",
        ),
    ),
    not_before=re.compile(
        r"\b(?:non (?:voglio|desidero|vogliamo|intendo|mi)|senza|mai|possiamo|posso|si puo|come|tasso di|clienti"
        r"|utenti)$"
    ),
    not_after=re.compile(
        r"^ (?:piu )?(?:prima|dopo|fino|durante|nel weekend|questa settimana|oggi|domani|al lavoro|in ufficio"
        r"|dall'(?:invito|appuntamento|evento|agenda)|dalla (?:riunione|chiamata|call)|dal (?:meeting|cc|calendario)"
        r"|in qualsiasi momento|quando vogliamo|un dubbio|una curiosita)"
    ),
    other_way=re.compile(
        r"\b(?:preferisco|piuttosto|invece|meglio (?:per|una|via|scriv|chiam)|mi scriva|scrivetemi|chiamatemi"
        r"|via (?:e?mail|telefono|whatsapp)|per (?:e?mail|telefono) (?:va|e))\b"
    ),
)
