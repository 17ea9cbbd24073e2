"""What people write in the other six languages to be left alone; folded, so without accents.

`not_before` and `not_after` hold what makes an ordinary sentence of the match (negation, a cancelled meeting, a
time limit), `other_way` the offer of another channel.
"""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguagePatterns:
    families: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...]
    not_before: re.Pattern[str]
    not_after: re.Pattern[str]
    other_way: re.Pattern[str]


def _family(name: str, triggers: str, *patterns: str) -> tuple[str, tuple[str, ...], re.Pattern[str]]:
    return name, tuple(triggers.split("|")), re.compile("|".join(patterns))


_NEVER = re.compile(r"(?!)")

_ES_MAIL = r"(?:correos?(?: electronicos?)?|emails?|mails?|mensajes?|llamadas?|sms|publicidad|propaganda|spam|comunicaci(?:on|ones)|ofertas|newsletters?|boletin(?:es)?|promociones|whatsapps?)"
_ES = LanguagePatterns(
    families=(
        _family(
            "removal",
            "baja|elimin|borr|quit|saqu|sac|retir|remuev|suscri",
            r"\bd(?:ar|en|e|eme|enme|adme|ame|arme|arnos|enos|ennos|arse|arle)(?:me|nos)? (?:de )?(?:la )?baja\b",
            r"\b(?:solicit|ped|pid|quier|dese)\w{1,5} (?:la |mi |que me den (?:de )?)?baja\b|\bbaja (?:de|en) (?:la|su|tu|esta|vuestra) (?:lista|base)",
            r"\b(?:cancel|anul)\w{1,5} (?:mi|la|nuestra) suscripcion\b|\bdesuscrib\w{1,8}|\bdesuscripcion\b|\bdesinscrib\w{1,8}",
            r"\b(?:elimin|borr|quit|saqu|sac|retir|remuev|exclu[iy])\w{0,4}(?:me|nos)(?:lo)?\b(?! (?:la duda|el|un)\b)",
            r"\b(?:elimin|borr|quit|saqu|sac|retir|remuev)\w{0,3} (?:por favor )?(?:mi|nuestr[oa]s?|este|mis) (?:direccion(?: de)? |cuenta de )?(?:correo|email|mail|numero|telefono|nombre|contacto|direccion)\b",
        ),
        _family(
            "do_not_contact",
            "no |dej|para|cese|basta",
            r"\bno (?:me|nos) (?:vuelva[ns]? a |vuelvas a |sigan? |siga )?(?:escrib|contact|llam|molest|envi|mand|envia|manda)(?:a[ns]?|as|e[ns]?|es|ir|ar|ando|iendo)(?:(?= (?:mas|nunca|de nuevo|otra vez|nada|por favor)\b)|(?=\W*$|[^\w ]))(?! (?:mas )?(?:informacion sobre|tarde))",
            rf"\bno (?:me|nos) (?:envi|mand)\w{{1,4}} (?:mas |ningun )?{_ES_MAIL}",
            r"\bno (?:vuelva[ns]?|vuelvas) a (?:escribir|contactar|llamar|molestar|enviar|mandar)(?:me|nos)\b",
            r"\bno (?:quiero|queremos|deseo) que (?:me|nos) (?:vuelvan? a )?(?:contact|escrib|llam|molest|envi|mand)\w{1,5}\b",
            r"\b(?:deje[ns]?|dejad|deja|pare[ns]?|cesen?|basta) (?:ya )?de (?:escribir|contactar|llamar|molestar|enviar|mandar|acosar)(?:me|nos|le)?(?= |\W|$)(?: (?:correos|emails|mensajes|mas|estos|esto|publicidad|spam|sus))?",
            r"\bbasta de (?:correos|emails|mensajes|llamadas|spam|publicidad)\b|\bdejen?me en paz\b|\bdejadme en paz\b|\bdejame en paz\b",
        ),
        _family(
            "no_more",
            "no mas|ni un|no envi|no mand|ningun",
            rf"(?:^|[,:] ?|\b(?:por favor|gracias) )(?:por favor,? )?(?:no mas|ni un|ningun) (?:\w{{1,10}} )?{_ES_MAIL}",
            rf"\bno (?:envi|mand)\w{{1,4}} mas (?:{_ES_MAIL}|nada)",
        ),
        _family(
            "erase_data",
            "datos|informacion",
            r"\b(?:borr|elimin|suprim|cancel)\w{1,4} (?:por favor )?(?:todos )?(?:mis|nuestros|los) datos(?: personales)?\b(?! (?:duplicados|antiguos))",
            r"\b(?:supresion|eliminacion|cancelacion|borrado) de (?:mis|nuestros) datos\b",
        ),
        _family(
            "no_longer_wish",
            "recibi|contactad|lista|interesa",
            rf"\bno (?:deseo|quiero|queremos|deseamos|quisiera|me interesa) (?:seguir )?recib(?:ir|iendo)(?:(?=\W*$|[^\w ])| (?:mas|nada|ningun|ninguna|sus|tus|estos|este|esta|estas|vuestros|este tipo)\b(?! (?:muestra|factura|catalogo|presupuesto))| {_ES_MAIL})",
            r"\bno (?:deseo|quiero|queremos|deseamos) (?:volver a )?ser contactad[oa]s?\b|\bno (?:deseo|quiero|queremos) (?:seguir )?(?:estar |estando )?en (?:su|tu|esta|la|vuestra) (?:lista|base)",
            rf"\bno (?:quiero|queremos|deseo) (?:mas|sus) {_ES_MAIL}",
        ),
    ),
    not_before=re.compile(
        r"\b(?:no (?:quiero|queremos|deseo|hace falta|necesito|pienso|voy a|me)|nunca|sin|puedo|podemos|se puede|podria|podriamos|como)$|\btasas? de$|\b(?:sus|nuestros) (?:clientes|usuarios) (?:se )?(?:pueden )?$"
    ),
    not_after=re.compile(
        r"^ (?:el|los|un|una|nuestr[oa]|mi|del|la) (?:servicio|plan|contrato|linea|cuenta|producto|licencia|seguro|reunion|llamada|cita|invitacion|tarjeta)\b"
        r"|^ (?:de|del|en) (?:la |el |esta |este )?(?:reunion|llamada|cita|invitacion|evento|agenda|servicio|contrato|plan|copia)\b|^ (?:por )?(?:antes|despues|hasta|durante|los fines|en el trabajo|esta semana|hoy|manana)\b"
        r"|^ (?:en cualquier momento|cuando quera|cuando quier|mas tarde|mas adelante)"
    ),
    other_way=re.compile(
        r"\b(?:mejor (?:por|un|escrib|llam)|prefiero|por (?:correo|email|telefono|whatsapp|mensaje) (?:es|esta|mejor)|(?:escriba|escribame|escribeme|llameme|llamame|llame) (?:mejor|por|al)|en su lugar|en vez)"
    ),
)

_FR_MAIL = r"(?:e?mails?|courriels?|messages?|sms|appels?|spams?|newsletters?|publicites?|pubs?|sollicitations?|relances?|prospections?|communications?|courriers?|demarchages?)"
_FR_CONTACT = (
    r"(?:contact|ecri|appel|sollicit|relanc|envo|envoy|derang|demarch|importun|harcel|spam|telephon|mail)\w{0,5}"
)
_FR = LanguagePatterns(
    families=(
        _family(
            "removal",
            "desabon|desinscri|retir|enlev|supprim|ray|radi|otez|sort|desincri",
            r"\b(?:me |nous |se |vous |m'|de )?(?:desabonn|desinscri|desincri)\w{0,8}",
            r"\b(?:retir|enlev|supprim|ray|radi|ot|sort)\w{1,3}[- ](?:moi|nous)\b(?! (?:d'un doute|un doute))",
            r"\b(?:me|nous|m') ?(?:retirer|enlever|supprimer|rayer|radier|oter|sortir)\b(?: (?:de|des) (?:votre|vos|la|cette|ta|toute))?",
            r"\b(?:retir|enlev|supprim|ray|radi)\w{1,3} (?:svp |s'il vous plait )?(?:mon|notre|cette|mes) (?:adresse|e?mail|nom|numero|contact|coordonnees|adresse e?mail)\b",
        ),
        _family(
            "do_not_contact",
            "ne |n'|plus|arret|cess|stop|tranquille|paix",
            rf"\bne (?:me|nous|m'|le) ?{_FR_CONTACT} (?:plus|jamais|pas)\b",
            r"\bne m'(?:ecri|appel|envo|importun|harcel)\w{0,5} (?:plus|jamais|pas)\b",
            rf"\bne plus (?:jamais )?(?:me |nous |m'|vous )?{_FR_CONTACT}",
            rf"\b(?:arret|cess)\w{{1,4}} (?:immediatement |s'il vous plait |svp |tout de suite )?(?:de |d')(?:me |nous |m'|l')?{_FR_CONTACT}",
            rf"\b(?:arret|cess|stop)\w{{0,4}} (?:immediatement |svp )?(?:avec )?(?:vos|les|ces|tous|toute|ce|cette|tout|votre|aux?) (?:vos |les |ces )?{_FR_MAIL}",
            r"\b(?:laiss|fich|fout)\w{1,3}[- ](?:moi|nous)(?: la)? (?:tranquilles?|paix)\b|\blach\w{1,3}[- ]moi\b",
        ),
        _family(
            "no_more",
            "plus de|plus aucun|aucun|pas de",
            rf"(?:^|[,:] ?|\b(?:merci|svp|s'il vous plait) )(?:merci,? )?(?:plus (?:de|d'|aucun|aucune)|aucun|aucune autre|pas d'autres?|plus jamais de) ?{_FR_MAIL}",
            r"\bn'envoyez plus (?:de |d'|rien|aucun)|\bne (?:m'|nous )?envoyez plus\b",
        ),
        _family(
            "erase_data",
            "donnees",
            r"\b(?:supprim|effac|detrui)\w{1,4} (?:toutes )?(?:mes|nos) (?:donnees|informations|coordonnees)\b",
            r"\b(?:suppression|effacement) (?:de (?:toutes )?(?:mes|nos)|totale de mes) (?:donnees|informations)\b|\bdroit a l'(?:oubli|effacement)\b",
        ),
        _family(
            "no_longer_wish",
            "souhait|veux|veut|desir|voul|voudr|interess",
            r"\b(?:souhait|desir|voul|voudr|veu)\w{1,6} (?:vraiment )?plus (?:du tout )?(?:recevoir|etre|entendre|figurer|avoir de vos|de vos|vos|de (?:e?mails?|messages?|courriels?|spam))",
            rf"\b(?:souhait|desir|voul|voudr|veu)\w{{1,6}} (?:pas|aucun|aucune) (?:recevoir (?:(?:de |d'|vos |ces |ce type de |aucun )(?:\w{{1,12}} )?{_FR_MAIL}|vos |ce genre|ce type)|etre (?:contact|sollicit|relanc|derang|appel)\w{{1,4}}|figurer dans|(?:de |vos ){_FR_MAIL})",
            r"\bne plus (?:souhaiter )?(?:recevoir|figurer|etre (?:contact|sollicit|relanc)\w{1,4})\b",
        ),
    ),
    not_before=re.compile(
        r"\b(?:taux d[e']|ne (?:veux|souhaite|vais|compte) pas(?: (?:me|nous))?|pas me|jamais|sans|puis-je|peut-on|pouvons-nous|peut|peuvent|comment|clients?|abonnes|utilisateurs) ?(?:se )?$"
    ),
    not_after=re.compile(
        r"^ (?:pas (?:de|du) )?(?:avant|apres|jusqu|pendant|le week|les week|au travail|au bureau|cette semaine|aujourd'hui|demain|de la (?:reunion|conversation|boucle|copie)|de l'(?:invitation|appel|agenda)|du (?:meeting|rendez|cc)|a tout moment|plus tard|de (?:devis|brochure|facture)|la (?:brochure|plaquette|facture)|le (?:devis|contrat|document))"
    ),
    other_way=re.compile(
        r"\b(?:plutot|de preference|je prefere|ecrivez[- ]moi|ecrivez[- ]nous|appelez[- ]moi|par (?:mail|email|telephone|sms) (?:c'est|ce sera|uniquement|plutot)|(?:un|le) (?:mail|sms) suffit)"
    ),
)

_DE_MAIL = r"(?:e?mails?|nachrichten?|anrufe?|werbung|werbemails?|newsletter|sms|spam|kontakt(?:aufnahmen?|versuche?)?|anfragen|angebote|post|mailings?|zusendung(?:en)?|kaltakquise|akquise|werbepost)"
_DE = LanguagePatterns(
    families=(
        _family(
            "removal",
            "abmeld|meld|austrag|trag|abbestell|bestell|verteiler|entfern|streich|nehm|losch|loesch|list",
            r"\babmeld(?:en|ung)\b|\babzumelden\b|\b(?:melden|meldet|melde) (?:sie |ihr )?(?:bitte )?(?:mich|uns) (?:bitte )?(?:\w{1,15} ){0,4}?ab\b",
            r"\baustragen\b|\bauszutragen\b|\b(?:tragen|tragt|trag) (?:sie )?(?:bitte )?(?:mich|uns) (?:bitte )?(?:\w{1,15} ){0,5}?aus\b",
            r"\babbestell(?:en|e|ung)\b|\babzubestellen\b|\bbestelle(?:n)? (?:ich |wir )?(?:hiermit )?(?:\w{1,15} ){0,3}?ab\b",
            r"\b(?:aus|von) (?:dem|ihrem|eurem|deinem|ihrer|eurer|deiner|der|diesem|allen|ihren) (?:[\w-]{1,20} ){0,2}?(?:[\w-]{0,15}verteilern?|[\w-]{0,15}mailing[\w-]{0,6}listen?|[\w-]{0,12}listen?|datenbank|kartei) (?:bitte )?(?:nehmen|loschen|loeschen|entfernen|streichen|austragen|raus|genommen|geloscht|entfernt|gestrichen|zu )",
            r"\b(?:nehmen|nehmt|nimm|loschen|loescht|loescht|losch|loesche|entfernen|entfernt|entferne|streichen|streicht|streiche|loeschen) (?:sie )?(?:bitte )?(?:mich|uns|meine (?:e?mail(?:[- ]?adresse)?|adresse|nummer|telefonnummer|kontaktdaten)|unsere (?:e?mail(?:[- ]?adresse)?|adresse|nummer))\b(?! (?:beim wort|mit|an die hand))",
            r"\b(?:mich|uns|meine (?:e?mail(?:[- ]?adresse)?|adresse|nummer|telefonnummer)) (?:bitte )?(?:\w{1,15} ){0,5}?(?:zu )?(?:loschen|loeschen|entfernen|streichen)\b",
        ),
        _family(
            "do_not_contact",
            "nicht|nie|kein|unterlass|hor|hoer|ruhe|stopp",
            r"\b(?:kontaktier|schreib|ruf|anruf|mail|belastig|belaestig|nerv|sprech|antwort|anschreib|behellig|stor)(?:en|et|t|e|ieren)? (?:sie |ihr )?(?:mich|mir|uns) (?:bitte )?(?:nicht|nie|niemals|keine)(?: (?:mehr|wieder|weiter|weiterhin|langer))?\b",
            r"\b(?:mich|mir|uns) (?:bitte )?(?:nicht|nie|niemals) (?:mehr|wieder|weiter|weiterhin|langer) (?:zu )?(?:kontaktieren|anschreiben|anzuschreiben|anrufen|anzurufen|schreiben|mailen|belastigen|belaestigen|kontaktiert|angeschrieben|angerufen)\b",
            r"\b(?:bitte )?(?:nicht|nie) (?:mehr|wieder|weiter) (?:kontaktieren|anschreiben|anrufen|schreiben|mailen|melden|anmailen|belastigen|belaestigen)\b",
            r"\bunterlassen sie\b|\b(?:ich bitte|bitte) (?:\w{1,10} )?(?:um )?unterlassung\b|\bunterlasst\b|\b(?:horen|hoeren|hort|hor) (?:sie |ihr )?(?:bitte )?(?:\w{1,10} )?auf\b(?!hor)(?! (?:ihr|dein|den|unser))",
            r"\b(?:lassen|lasst|lass) (?:sie )?(?:mich|uns) (?:\w{1,8} )?in (?:ruhe|frieden)\b|\bverpiss\w{0,4} (?:dich|euch)\b",
        ),
        _family(
            "no_more",
            "kein|schluss",
            rf"\b(?:keine?|keinen|keinerlei) (?:weiteren?|weitere|weiterer|mehr|zukunftigen|kunftigen|unaufgeforderten?|unverlangten?) (?:{_DE_MAIL})\b(?! (?:von (?:unserer|meiner) seite))",
            rf"\b(?:keine?|keinen|keinerlei) {_DE_MAIL} mehr\b|^(?:\W?bitte,? )?(?:keine?|keinen|keinerlei) (?:{_DE_MAIL})(?: von ihnen| senden| schicken| zusenden| an (?:mich|uns|diese))?(?: danke| bitte)?\W*$",
            rf"\b(?:senden|schicken|sendet|schickt|sende|schick) (?:sie )?(?:mir|uns) (?:bitte )?(?:nichts mehr|(?:keine?|keinen) (?:weiteren? |mehr )?{_DE_MAIL})",
        ),
        _family(
            "erase_data",
            "daten|dsgvo",
            r"\b(?:loschen|loeschen|loscht|loescht|losche|entfernen|vernichten) (?:sie )?(?:bitte )?(?:umgehend |sofort |hiermit )?(?:alle )?(?:meine|unsere|uber mich gespeicherten|zu mir gespeicherten)(?: \w{1,20})? (?:daten|kontaktdaten|angaben)\b|\b(?:loschen|loeschen) (?:sie )?(?:bitte )?(?:alle )?(?:meine|unsere) (?:daten|kontaktdaten)",
            r"\b(?:meine|unsere|meiner|unserer|aller)(?: \w{1,20})? (?:daten|kontaktdaten) (?:bitte )?(?:\w{1,12} ){0,3}?(?:zu )?(?:loschen|loeschen|entfernen|geloscht|geloescht)\b",
            r"\b(?:loschung|loeschung) (?:meiner|unserer|aller|der)(?: \w{1,20})? (?:daten|kontaktdaten)\b|\bdsgvo\b.{0,60}?\b(?:losch|loesch|widerspr|auskunft)\w*",
        ),
        _family(
            "no_longer_wish",
            "mochte|moechte|will|woll|wunsch|wuensch|winsch",
            rf"\b(?:mochten?|moechten?|will|wollen|wunschen?|wuenschen?) (?:\w{{1,12}} ){{0,2}}?(?:keine?|keinen|keinerlei) (?:weiteren? |mehr )?(?:\w{{1,15}} )?{_DE_MAIL}\b",
            r"\b(?:mochten?|moechten?|will|wollen|wunschen?|wuenschen?) (?:\w{1,12} ){0,4}?nicht (?:mehr |langer |weiter |weiterhin )(?:\w{1,15} ){0,4}?(?:erhalten|bekommen|empfangen|kontaktiert|angeschrieben|angerufen|belastigt|gestort|auf (?:ihrer|der|dieser))",
            r"\b(?:mochten?|moechten?|will|wollen|wunschen?|wuenschen?) (?:\w{1,12} ){0,4}?nicht (?:\w{1,15} ){0,2}?(?:kontaktiert|angeschrieben|angerufen|belastigt) werden\b",
        ),
    ),
    not_before=re.compile(
        r"\b(?:nicht|nie|kein(?:e|en)?|ohne|konnen wir|kann man|konnen|kann|kunden|nutzer|abonnenten|wie viele|fur (?:donnerstag|freitag|montag|dienstag|mittwoch|heute|morgen)|(?:vom|dem|den|das|die|der|fur den|fur das) (?:termin|meeting|call|gesprach|webinar|kurs|schulung|besprechung|vertrag|abo|probeabo|bestellung)(?: \w{1,12})?)$"
    ),
    not_after=re.compile(
        r"^ (?:bitte )?(?:vor|bis|nach|wahrend|am (?:wochenende|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)|im urlaub|diese woche|heute|morgen|zwischen|jederzeit|spater|vom (?:termin|meeting|call|webinar)|von der (?:besprechung|schulung|einladung)|aus (?:der einladung|dem termin|dem cc|cc)|die (?:prasentation|rechnung)|das (?:angebot|dokument)|an,? (?:sondern|schreib|mail)|sondern)\b|^quote|^rate"
    ),
    other_way=re.compile(
        r"\b(?:lieber|stattdessen|bevorzug\w{1,3}|besser (?:per|eine|schriftlich)|(?:bitte )?(?:nur )?per (?:e?mail|telefon|sms|whatsapp)|schreiben sie (?:mir |uns )?(?:lieber|bitte)|rufen sie (?:mich |uns )?(?:lieber|bitte)(?! nicht))\b"
    ),
)

_IT_MAIL = r"(?:e?mails?|messaggi(?:o)?|mail|sms|chiamate|telefonate|spam|pubblicita|newsletters?|comunicazioni?|offerte|contatti)"
_IT_CONTACT = r"(?:contatt|scriv|chiam|telefon|invi|mand|disturb|spedi|import|sollecit|cerc)"
_IT = LanguagePatterns(
    families=(
        _family(
            "removal",
            "iscri|cancell|rimuov|togli|elimin|lev",
            r"\bdisiscriv\w{0,8}|\bdisiscri(?:zione|tto)\b|\bcancellare la (?:mia|nostra) iscrizione\b|\bannullare (?:la mia )?iscrizione\b",
            r"\b(?:cancell|rimuov|togli|elimin|lev)(?:a|e|i|ate|ete|eteli|are|er|ere|ar|iere|ier|ietemi|imi)?(?:temi|mi|rmi|rci|teci|ci|termi)\b",
            r"\b(?:cancell|rimuov|togli|elimin)\w{1,4} (?:per favore )?(?:il mio|la mia|questo|questa|il nostro|i miei) (?:indirizzo|e?mail|nome|numero|contatto|contatti|recapiti|indirizzo e?mail)\b",
        ),
        _family(
            "do_not_contact",
            "non |smett|bast|finit|pace",
            rf"\bnon (?:mi|ci|vi) {_IT_CONTACT}\w{{1,5}}(?= (?:piu|mai|ancora|altr)\b|\W*$|[^\w ])",
            rf"\bnon {_IT_CONTACT}\w{{1,5}}(?:mi|ci|temi|teci|rmi|rci)\b(?= (?:piu|mai|ancora)\b|\W*$|[^\w ]| (?:altr|e?mail|messagg))",
            rf"\b(?:smett|finit)\w{{1,5}} (?:\w{{1,8}} )?(?:di|con) (?:{_IT_CONTACT}\w{{1,6}}|(?:queste |le |i )?{_IT_MAIL})",
            rf"\bbasta (?:con )?(?:queste |con le |le |i |gli )?{_IT_MAIL}\b|\blasciatemi (?:in pace|stare)\b|\blasciami in pace\b|\bvaffanculo\b",
        ),
        _family(
            "no_more",
            "niente|nessun|piu|altre",
            rf"(?:^|[,:] ?|\bper favore )(?:niente (?:piu |altre? )?|nessun(?:a|'|o)? (?:altr[aoei] )?|mai piu |non piu ){_IT_MAIL}\b",
            rf"\bnon (?:invi|mand)\w{{1,4}} piu (?:{_IT_MAIL}|nulla|niente)",
        ),
        _family(
            "erase_data",
            "dati",
            r"\b(?:cancell|elimin|rimuov|distrugg)\w{1,5} (?:tutti )?i (?:miei|nostri) dati\b|\bcancellazione dei (?:miei|nostri) dati\b|\bdiritto all'oblio\b",
        ),
        _family(
            "no_longer_wish",
            "desider|vogli|vorre|interess|intend",
            rf"\bnon (?:desider|vogli|vorre|intend)\w{{1,4}} (?:piu )?(?:continuare a )?ricever\w{{1,3}}(?:(?=\W*$|[^\w ])| (?:piu|altre|altri|ulteriori|vostre|queste|questi|le vostre|nulla|niente|nessun\w{{0,2}}|questo tipo)\b| {_IT_MAIL})",
            r"\bnon (?:desider|vogli|vorre|intend)\w{1,4} (?:piu )?(?:essere (?:contattat|disturbat|chiamat|richiamat)\w|che mi (?:contatt|scriv|chiam)\w{1,5}|far parte|stare (?:nella|in))",
            rf"\bnon (?:vogli|desider)\w{{1,4}} (?:piu |altre )(?:{_IT_MAIL}|sentirvi)",
        ),
    ),
    not_before=re.compile(
        r"\b(?:non (?:voglio|desidero|vogliamo|intendo|mi)|senza|mai|possiamo|posso|si puo|come|tasso di|clienti|utenti)$"
    ),
    not_after=re.compile(
        r"^ (?:piu )?(?:prima|dopo|fino|durante|nel weekend|questa settimana|oggi|domani|al lavoro|in ufficio|dall'(?:invito|appuntamento|evento|agenda)|dalla (?:riunione|chiamata|call)|dal (?:meeting|cc|calendario)|in qualsiasi momento|quando vogliamo|un dubbio|una curiosita)"
    ),
    other_way=re.compile(
        r"\b(?:preferisco|piuttosto|invece|meglio (?:per|una|via|scriv|chiam)|mi scriva|scrivetemi|chiamatemi|via (?:e?mail|telefono|whatsapp)|per (?:e?mail|telefono) (?:va|e))\b"
    ),
)

_PT_MAIL = r"(?:e?mails?|mensage(?:m|ns)|ligac(?:ao|oes)|sms|spam|chamadas|contatos?|contactos?|comunicac(?:ao|oes)|propagandas?|publicidade|newsletters?|ofertas|promocoes)"
_PT_CONTACT = r"(?:contat|contact|escrev|lig|mand|envi|incomod|perturb|chate|procur|importun|telefon)"
_PT = LanguagePatterns(
    families=(
        _family(
            "removal",
            "descadastr|remov|retir|tir|exclu|cancel|sair|desinscr|elimin|apag|desativ",
            r"\bdescadastr\w{0,8}|\bdesinscrev\w{0,6}|\bcancelar? (?:a )?(?:minha )?(?:inscricao|subscricao)\b",
            r"\b(?:me|nos) (?:remov|retir|tir|exclu)\w{1,4}\b|\b(?:remov|retir|tir|exclu|elimin|apag)\w{1,4}-(?:me|nos)\b",
            r"\b(?:remov|retir|tir|exclu|apag|delet)\w{1,3} (?:por favor )?(?:o )?(?:meu|nosso|este|a minha|minha|esse) (?:e?mail|nome|numero|contato|contacto|telefone|endereco|cadastro)\b",
            r"\b(?:remover|retirar|tirar|sair|excluir) (?:\w{1,8} ){0,3}?d(?:a|e|esta|essa|as) (?:sua |vossa |tua |esta |minha )?(?:lista|base|mailing|newsletter)",
        ),
        _family(
            "do_not_contact",
            "nao|pare|parem|parar|deix|chega|paz",
            rf"\bnao (?:me|nos) {_PT_CONTACT}\w{{0,4}}(?= (?:mais|nunca|novamente|de novo|outra vez)\b|\W*$|[^\w ])",
            rf"\bnao {_PT_CONTACT}\w{{0,4}}(?:-me|-nos)? (?:mais|nunca|novamente)\b(?! (?:informac|detalh))",
            rf"\bnao (?:voltem?|volte) a (?:{_PT_CONTACT}\w{{0,4}})|\bnunca mais (?:me|nos) {_PT_CONTACT}\w{{0,4}}",
            rf"\b(?:par|deix|cess)\w{{1,3}} (?:imediatamente )?(?:de|com) (?:me |nos )?(?:{_PT_CONTACT}\w{{0,5}}|esses? {_PT_MAIL}|est[ea]s? {_PT_MAIL}|os {_PT_MAIL}|as {_PT_MAIL})",
            rf"\bchega de {_PT_MAIL}\b|\bme deix\w{{1,2}} em paz\b|\bdeix\w{{1,2}}-me em paz\b",
        ),
        _family(
            "no_more",
            "mais|nenhum|sem ",
            rf"(?:^|[,:] ?|\b(?:por favor|favor) )(?:por favor,? )?(?:sem mais|nao mais|chega de|nada de|nenhum(?:a)?) {_PT_MAIL}\b",
            rf"\bnao (?:envi|mand)\w{{1,3}} mais (?:{_PT_MAIL}|nada)",
        ),
        _family(
            "erase_data",
            "dados",
            r"\b(?:apag|elimin|exclu|remov|delet)\w{1,4} (?:todos )?(?:os )?(?:meus|nossos) dados\b|\b(?:exclusao|eliminacao|remocao) d(?:e|os) (?:meus|nossos) dados\b",
        ),
        _family(
            "no_longer_wish",
            "quero|quer|desej|gostaria|pretend",
            rf"\bnao (?:quer|desej|gostar|pretend)\w{{0,5}} (?:de )?(?:mais )?(?:continuar a |continuar )?receb\w{{1,4}}(?:(?=\W*$|[^\w ])| (?:mais|seus?|suas?|est[ea]s?|ess[ea]s?|isto|isso|nada|nenhum|vossos?|vossas?)\b| {_PT_MAIL})",
            r"\bnao (?:quer|desej|gostar|pretend)\w{0,5} mais (?:receb|ser |estar |seus|os |as |esses)",
            r"\bnao (?:quer|desej|gostar|pretend)\w{0,5} (?:de )?ser (?:contat|contact|incomod|procur)\w{1,4}|\bnao (?:quero|queremos) (?:mais )?(?:seus |os seus |esses )"
            + _PT_MAIL,
        ),
    ),
    not_before=re.compile(
        r"\b(?:nao (?:quero|desejo|queremos|vou|preciso)(?: me)?|nunca|sem|podemos|posso|como|taxa de|clientes|usuarios)$"
    ),
    not_after=re.compile(
        r"^ (?:mais )?(?:antes|depois|ate|durante|no fim|nos fins|esta semana|hoje|amanha|no trabalho|d[ao] (?:reuniao|convite|chamada|evento|agenda|contrato|copia)|a qualquer momento|quando quiser|mais tarde|uma duvida|o (?:contrato|orcamento)|a (?:proposta|amostra))"
    ),
    other_way=re.compile(
        r"\b(?:prefiro|de preferencia|melhor (?:por|um|escrev|lig)|me (?:escreva|ligue|mande)(?! mais)|em vez|por (?:e?mail|telefone|whatsapp) (?:e|esta|fica|mesmo))\b"
    ),
)

_NL_MAIL = r"(?:e?mails?|mailtjes|berichten|berichtjes|telefoontjes|sms(?:jes)?|spam|reclame|nieuwsbrieven|aanbiedingen|contact|post|mailings?|oproepen)"
_NL = LanguagePatterns(
    families=(
        _family(
            "removal",
            "uitschr|schrijf|afmeld|meld|haal|verwijder|lijst|uitgeschr|bestand",
            r"\buitschrijv(?:en|ing)\b|\buit te schrijven\b|\buitgeschreven\b|\bschrijf (?:me|mij|ons) (?:\w{1,10} ){0,4}?uit\b|\bafmelden\b|\baf te melden\b|\bmeld (?:me|mij|ons) (?:\w{1,10} ){0,4}?af\b",
            r"\b(?:haal|verwijder|schrap|gooi|halen|verwijderen|verwijdert) (?:u )?(?:aub |alstublieft |alsjeblieft |a u b )?(?:me|mij|ons|mijn (?:e?mail(?:adres)?|adres|naam|nummer|telefoonnummer)|dit (?:e?mailadres|adres|nummer))\b(?! (?:over|erop))",
            r"\b(?:mij|me|ons) (?:te )?(?:verwijderen|uit te schrijven|van (?:de|deze|uw|jullie) (?:mailing)?lijst)\b|\b(?:van|uit) (?:de|deze|uw|jullie|je) (?:\w{1,10} )?(?:mailing|mail|verzend)?(?:lijst|bestand|database) (?:te )?(?:halen|verwijderen|af|gehaald|verwijderd)",
        ),
        _family(
            "do_not_contact",
            "niet|geen|stop|nooit|rust|hou",
            r"\bneem (?:aub |alstublieft |alsjeblieft )?(?:a u b )?geen contact (?:meer )?(?:met|op)\b|\bgeen contact (?:meer )?(?:met (?:mij|me|ons) )?op(?: te)? ?nemen\b|\bgeen contact meer\b",
            r"\b(?:mail|bel|schrijf|app|benader|contacteer|stoor|sms|stuur|spam) (?:me|mij|ons) (?:aub |alstublieft |alsjeblieft )?(?:niet(?: (?:meer|nog|langer|verder|opnieuw))?|nooit(?: meer)?)\b",
            r"\b(?:mij|me|ons) (?:aub |alstublieft )?(?:niet|nooit) (?:meer|langer|verder) (?:te )?(?:mailen|bellen|schrijven|benaderen|contacteren|contacten|storen|lastig)",
            r"\b(?:niet|nooit) meer (?:te )?(?:mailen|bellen|schrijven|benaderen|contacteren|contacten|lastig ?vallen|berichten)\b",
            r"\bstop (?:aub |alstublieft |alsjeblieft |nu )?(?:met|het) (?:\w{1,10} ){0,3}?(?:mailen|bellen|sturen|spammen|schrijven|appen|benaderen|verzenden|contacteren|lastig|deze)\b|\bhou(?:d)? (?:er ?mee )?op (?:met )?(?:mailen|bellen|sturen|spammen|mij|me)?",
            r"\blaat (?:me|mij|ons) met rust\b|\brot op\b|\bval (?:me|mij|ons) niet (?:meer )?lastig\b",
        ),
        _family(
            "no_more",
            "geen|niets meer",
            rf"\bgeen (?:{_NL_MAIL}) meer\b(?! (?:nodig|over))|\bgeen (?:verdere|andere|nieuwe|toekomstige|ongevraagde) (?:{_NL_MAIL})\b|^(?:\W?graag |\W?aub |\W?alstublieft |\W?svp )*geen (?:{_NL_MAIL})(?: (?:aub|alstublieft|svp|bedankt|graag))*\W*$",
            rf"\b(?:stuur|zend|sturen|zenden)(?: u)?(?: (?:me|mij|ons))?(?: (?:aub|alstublieft|alsjeblieft))? (?:geen (?:{_NL_MAIL})|niets meer)\b(?! (?:voor|na|tot))",
        ),
        _family(
            "erase_data",
            "gegevens|data|avg",
            r"\b(?:verwijder|wis|vernietig|verwijderen|wissen) (?:u )?(?:aub |alstublieft |alsjeblieft )?(?:al )?(?:mijn|onze) (?:persoonlijke |persoons)?(?:gegevens|persoonsgegevens|data|contactgegevens)\b",
            r"\b(?:mijn|onze) (?:persoonlijke )?(?:gegevens|persoonsgegevens|data) (?:uit \w{1,12} \w{1,12} )?(?:te )?(?:verwijderen|wissen)\b|\bverwijdering van (?:mijn|onze) (?:persoons)?gegevens\b",
        ),
        _family(
            "no_longer_wish",
            "wil|wens|willen|wensen|hoef",
            rf"\b(?:wil|willen|wens|wensen|hoef|hoeven)(?: (?:ik|wij|we|graag|echt))* (?:geen|niet) (?:\w{{1,12}} ){{0,2}}?{_NL_MAIL}(?: (?:meer|van|te|ontvangen|krijgen|\W*$)|\W*$)",
            r"\b(?:wil|willen|wens|wensen)(?: (?:ik|wij|we|graag|echt))* (?:niet|nooit) (?:meer|langer|verder) (?:\w{1,12} ){0,4}?(?:ontvangen|krijgen|gebeld|gemaild|benaderd|gecontacteerd|lastiggevallen|op (?:de|uw|jullie|deze))",
            r"\b(?:wil|willen|wens|wensen)(?: (?:ik|wij|we))* niet (?:door \w{1,12} )?(?:gebeld|gemaild|benaderd|gecontacteerd) worden\b|\bniets meer (?:van (?:u|jullie) )?(?:te )?(?:ontvangen|horen)\b",
        ),
    ),
    not_before=re.compile(
        r"\b(?:niet|nooit|zonder|kunnen we|kan ik|kunnen|kan|hoe|klanten|gebruikers|hoeveel|(?:voor|van) (?:de|het|donderdag|vrijdag|morgen|vandaag) ?(?:vergadering|meeting|afspraak|webinar|cursus|training|call)?)$"
    ),
    not_after=re.compile(
        r"^ (?:meer )?(?:voor|na|tot|tijdens|in het weekend|deze week|vandaag|morgen|op het werk|om \d|wanneer we willen|later|uit de (?:uitnodiging|agenda|cc)|van de (?:uitnodiging|vergadering|meeting|cc))\b|^(?:s?percentage|s?cijfer)"
    ),
    other_way=re.compile(
        r"\b(?:liever|in plaats|bij voorkeur|mail (?:me|mij|ons) (?:maar|liever|gewoon)|bel (?:me|mij|ons) (?:maar|liever|gewoon)|per (?:mail|telefoon|sms|whatsapp) (?:is|mag|graag)|via (?:mail|whatsapp))\b"
    ),
)

PATTERNS = {"es": _ES, "fr": _FR, "de": _DE, "it": _IT, "pt": _PT, "nl": _NL}
