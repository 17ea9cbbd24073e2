"""French: what people write to be left alone (text without accents)."""

import re

from inbox.rules.safety.families.languages.patterns import LanguagePatterns, family

_MAIL = (
    r"(?:e?mails?|courriels?|messages?|sms|appels?|spams?|newsletters?|publicites?|pubs?|sollicitations?|relances?"
    r"|prospections?|communications?|courriers?|demarchages?)"
)
_CONTACT = r"(?:contact|ecri|appel|sollicit|relanc|envo|envoy|derang|demarch|importun|harcel|spam|telephon|mail)\w{0,5}"
FRENCH = LanguagePatterns(
    families=(
        family(
            "removal",
            "desabon|desinscri|retir|enlev|supprim|ray|radi|otez|sort|desincri",
            r"\b(?:me |nous |se |vous |m')?(?:desabonn|desinscri|desincri)\w{0,8}",
            r"\b(?:retir|enlev|supprim|ray|radi|ot|sort)\w{1,3}[- ](?:moi|nous)\b(?! (?:d'un doute|un doute))",
            r"\b(?:me|nous|m') ?(?:retirer|enlever|supprimer|rayer|radier|oter|sortir) (?:de|des) (?:votre|vos|la|cette"
            r"|ta|toute|toutes|ces) (?:\w{1,12} ){0,2}?(?:listes?|bases?|fichiers?|mailings?|contacts|diffusion"
            r"|envois)\b",
            r"\b(?:merci de|veuillez|prie de|pouvez[- ]vous|demande de|souhaite que vous|bien vouloir) (?:me|nous|m') ?"
            r"(?:retirer|enlever|supprimer|rayer|radier|oter|sortir)\b(?! (?:d'un doute|un doute|de l'invit))",
            r"\b(?:etre|soit|sois) (?:retire|supprime|raye|radie|desabonne|enleve|efface)e?s? (?:de|des)\b",
            r"\b(?:retir|enlev|supprim|ray|radi)\w{1,3} (?:svp |s'il vous plait )?(?:mon|notre|cette"
            r"|mes) (?:adresse|e?mail|nom|numero|contact|coordonnees|adresse e?mail)\b",
        ),
        family(
            "do_not_contact",
            "ne |n'|plus|arret|cess|stop|tranquille|paix",
            rf"\bne (?:me|nous|m'|le) ?{_CONTACT} (?:plus|jamais|pas)\b",
            r"\bne m'(?:ecri|appel|envo|importun|harcel)\w{0,5} (?:plus|jamais|pas)\b",
            rf"\bne plus (?:jamais )?(?:me |nous |m'|vous )?{_CONTACT}",
            rf"\b(?:arret|cess)\w{{1,4}} (?:immediatement |s'il vous plait |svp |tout de suite )?(?:de |d')(?:me "
            rf"|nous |m'|l')?{_CONTACT}",
            rf"\b(?:arret|cess|stop)\w{{0,4}} (?:immediatement |svp )?(?:avec )?(?:vos|les|ces|tous|toute|ce|cette"
            rf"|tout|votre|aux?) (?:vos |les |ces )?{_MAIL}",
            rf"\b(?:arret|cess)\w{{0,4}} (?:vos |de |d'|les |tout |toute |tous )(?:vos )?(?:{_MAIL}"
            rf"|contact\w{{0,3}}|relances?)\b",
            r"\b(?:laiss|fich|fout)\w{1,3}[- ](?:moi|nous)(?: la)? (?:tranquilles?|paix)\b|\blach\w{1,3}[- ]moi\b",
        ),
        family(
            "no_more",
            "plus de|plus aucun|aucun|pas de|pas d'|envoyez plus",
            r"(?:^|[,:] ?|\b(?:merci|svp|s'il vous plait) )(?:merci,? )?(?:plus (?:de|d'|aucun|aucune)|aucun"
            rf"|aucune autre|pas d'autres? ?|plus jamais de) ?{_MAIL}",
            r"\bn'envoyez plus (?:de |d'|rien|aucun)|\bne (?:m'|nous )?envoyez plus\b",
        ),
        family(
            "erase_data",
            "donnees",
            r"\b(?:supprim|effac|detrui)\w{1,4} (?:toutes )?(?:mes|nos) (?:donnees|informations|coordonnees)\b",
            r"\b(?:suppression|effacement) (?:de (?:toutes )?(?:mes|nos)|totale de mes) (?:donnees|informations)\b"
            r"|\bdroit a l'(?:oubli|effacement)\b",
        ),
        family(
            "no_longer_wish",
            "souhait|veux|veut|desir|voul|voudr|interess",
            r"\b(?:souhait|desir|voul|voudr|veu)\w{1,6} (?:vraiment )?plus (?:du tout )?(?:recevoir|etre|entendre"
            r"|figurer|avoir de vos|de vos|vos|de (?:e?mails?|messages?|courriels?|spam))",
            rf"\b(?:souhait|desir|voul|voudr|veu)\w{{1,6}} (?:pas|aucun|aucune) (?:recevoir (?:(?:de |d'|vos |ces "
            rf"|ce type de |aucun )(?:\w{{1,12}} )?{_MAIL}|vos |ce genre|ce type)|etre (?:contact|sollicit"
            rf"|relanc|derang|appel)\w{{1,4}}|figurer dans|(?:de |vos ){_MAIL})",
            r"\bne plus (?:souhaiter )?(?:recevoir|figurer|etre (?:contact|sollicit|relanc)\w{1,4})\b",
        ),
    ),
    not_before=re.compile(
        r"\b(?:taux d[e']|ne (?:veux|souhaite|vais|compte) pas(?: (?:me|nous))?|pas me|jamais|sans|puis-je|peut-on"
        r"|pouvons-nous|peut|peuvent|comment|clients?|abonnes|utilisateurs) ?(?:se )?$"
    ),
    not_after=re.compile(
        r"^ (?:pas (?:de|du) )?(?:avant|apres|jusqu|pendant|le week|les week|au travail|au bureau|cette semaine"
        r"|aujourd'hui|demain|de la (?:reunion|conversation|boucle|copie)|de l'(?:invitation|appel|agenda)"
        r"|du (?:meeting|rendez|cc)|a tout moment|plus tard|de (?:devis|brochure|facture)|la (?:brochure|plaquette"
        r"|facture)|le (?:devis|contrat|document))"
    ),
    other_way=re.compile(
        r"\b(?:plutot|de preference|je prefere|ecrivez[- ]moi|ecrivez[- ]nous|appelez[- ]moi|par (?:mail|email"
        r"|telephone|sms) (?:c'est|ce sera|uniquement|plutot)|(?:un|le) (?:mail|sms) suffit)"
    ),
)
