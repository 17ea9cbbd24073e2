"""Spanish: what people write to be left alone (text without accents)."""

import re

from inbox.rules.safety.families.languages.patterns import LanguagePatterns, family

_MAIL = (
    r"(?:correos?(?: electronicos?)?|emails?|mails?|mensajes?|llamadas?|sms|publicidad|propaganda|spam"
    r"|comunicaci(?:on|ones)|ofertas|newsletters?|boletin(?:es)?|promociones|whatsapps?)"
)
SPANISH = LanguagePatterns(
    families=(
        family(
            "removal",
            "baja|elimin|borr|quit|saqu|sac|retir|remuev|suscri",
            r"\bd(?:ar|en|eme|enme|adme|ame|arme|arnos|enos|ennos|arse|arle) (?:de )?(?:la )?baja\b|\bde de baja\b",
            r"\b(?:solicit|ped|pid|quier|dese)\w{1,5} (?:la |mi |que me den (?:de )?)?baja\b|\bbaja (?:de|en) (?:la"
            r"|su|tu|esta|vuestra) (?:lista|base)",
            r"\bdesuscrib\w{1,8}|\bdesuscripcion\b"
            r"|\bdesinscrib\w{1,8}",
            r"\b(?:elimin|borr|quit|saqu|sac|retir|remuev|exclu[iy])\w{0,4}(?:me|nos)(?:lo)?\b(?! (?:la duda|el|un)\b)",
            r"\b(?:me|nos) (?:elimin|borr|quit|saqu|sac|retir|remuev|exclu[iy])\w{1,4} (?:ya )?de (?:su|sus|la|esta"
            r"|tu|vuestra|todas) "
            r"|\b(?:elimin|borr|quit|sac|retir|remov)(?:ar|er)(?:me|nos)? (?:por favor )?de (?:su|la|esta|tu"
            r"|vuestra) (?:lista|base)"
            r"|\bquitar de la lista\b|\b(?:cancel|anul)\w{1,5} (?:mi |la )?suscripcion\b(?! (?:a|de|al) )",
            r"\b(?:elimin|borr|quit|saqu|sac|retir|remuev)\w{0,3} (?:por favor )?(?:mi|nuestr[oa]s?|este"
            r"|mis) (?:direccion(?: de)? |cuenta de )?(?:correo|email|mail|numero|telefono|nombre|contacto"
            r"|direccion)\b",
        ),
        family(
            "do_not_contact",
            "no |dej|para|cese|basta",
            r"\bno (?:me|nos) (?:vuelva[ns]? a |vuelvas a |sigan? |siga )?(?:escrib|contact|llam|molest|envi|mand"
            r"|envia|manda)(?:a[ns]?|as|e[ns]?|es|ir|ar|ando|iendo)(?:(?= (?:mas|nunca|de nuevo|otra vez|nada"
            r"|por favor)\b)|(?=\W*$|[^\w ]))(?! (?:mas )?(?:informacion sobre|tarde))",
            rf"\bno (?:me|nos) (?:envi|mand)\w{{1,4}} (?:mas |ningun )?{_MAIL}",
            r"\bno (?:vuelva[ns]?|vuelvas) a (?:escribir|contactar|llamar|molestar|enviar|mandar)(?:me|nos)\b",
            r"\bno (?:quiero|queremos|deseo) que (?:me|nos) (?:vuelvan? a )?(?:contact|escrib|llam|molest|envi"
            r"|mand)\w{1,5}\b",
            r"\b(?:deje[ns]?|dejad|deja|pare[ns]?|cesen?|basta) (?:ya )?de (?:escribir|contactar|llamar|molestar"
            r"|enviar|mandar|acosar)(?:me|nos|le)?(?= |\W|$)(?: (?:correos|emails|mensajes|mas|estos|esto"
            r"|publicidad|spam|sus))?",
            r"\bbasta de (?:correos|emails|mensajes|llamadas|spam|publicidad)\b|\bdejen?me en paz\b"
            r"|\bdejadme en paz\b|\bdejame en paz\b",
        ),
        family(
            "no_more",
            "no mas|ni un|no envi|no mand|ningun",
            r"(?:^|[,:] ?|\b(?:por favor|gracias) )(?:por favor,? )?(?:no mas|ni un"
            rf"|ningun) (?:\w{{1,10}} )?{_MAIL}",
            rf"\bno (?:envi|mand)\w{{1,4}} mas (?:{_MAIL}|nada)",
        ),
        family(
            "erase_data",
            "datos|informacion",
            r"\b(?:borr|elimin|suprim|cancel)\w{1,4} (?:por favor )?(?:todos )?(?:mis|nuestros"
            r"|los) datos(?: personales)?\b(?! (?:duplicados|antiguos))",
            r"\b(?:supresion|eliminacion|cancelacion|borrado) de (?:mis|nuestros) datos\b",
        ),
        family(
            "no_longer_wish",
            "recibi|contactad|lista|interesa|no quiero|no queremos|no deseo",
            r"\bno (?:deseo|quiero|queremos|deseamos|quisiera|me interesa) (?:seguir )?recib(?:ir|iendo)(?:(?=\W*$"
            r"|[^\w ])| (?:mas|nada|ningun|ninguna|sus|tus|estos|este|esta|estas|vuestros"
            rf"|este tipo)\b(?! (?:muestra|factura|catalogo|presupuesto))| {_MAIL})",
            r"\bno (?:deseo|quiero|queremos|deseamos) (?:volver a )?ser contactad[oa]s?\b|\bno (?:deseo|quiero"
            r"|queremos) (?:seguir )?(?:estar |estando )?en (?:su|tu|esta|la|vuestra) (?:lista|base)",
            rf"\bno (?:quiero|queremos|deseo) (?:mas|sus) {_MAIL}",
        ),
    ),
    not_before=re.compile(
        r"\b(?:no (?:quiero|queremos|deseo|hace falta|necesito|pienso|voy a|me)|nunca|sin|puedo|podemos|se puede"
        r"|podria|podriamos|como)$|\btasas? de$|\b(?:sus|nuestros) (?:clientes|usuarios) (?:se )?(?:pueden )?$"
    ),
    not_after=re.compile(
        r"^ (?:el|los|un|una|nuestr[oa]|mi|del|la) (?:servicio|plan|contrato|linea|cuenta|producto|licencia|seguro"
        r"|reunion|llamada|cita|invitacion|tarjeta)\b"
        r"|^ (?:de|del|en) (?:la |el |esta |este )?(?:reunion|llamada|cita|invitacion|evento|agenda|servicio"
        r"|contrato|plan|copia)\b|^ (?:por )?(?:antes|despues|hasta|durante|los fines|en el trabajo|esta semana|hoy"
        r"|manana)\b"
        r"|^ (?:en cualquier momento|cuando quera|cuando quier|mas tarde|mas adelante)"
    ),
    other_way=re.compile(
        r"\b(?:mejor (?:por|un|escrib|llam)|prefiero|por (?:correo|email|telefono|whatsapp|mensaje) (?:es|esta"
        r"|mejor)|(?:escriba|escribame|escribeme|llameme|llamame|llame) (?:mejor|por|al)|en su lugar|en vez)"
    ),
)
