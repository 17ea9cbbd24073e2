"""The words mail programs put around a quote, a forward or a signature, per language.

English, German, French, Spanish, Italian, Portuguese and Dutch throughout; Scandinavian, Polish, Finnish and Czech
where their programs would otherwise leave our own quoted footer in the lead's text.
"""

ORIGINAL_MESSAGE = (
    "original message",
    "original e-?mail",
    "original appointment",
    "ursprüngliche (?:nachricht|e-?mail)",
    "original-?nachricht",
    "originalnachricht",
    "message d['’ ]?origine",
    "message original",
    "message initial",
    "mensaje original",
    "messaggio originale",
    "mensagem original",
    "oorspronkelijk bericht",
    "origineel bericht",
    "originalmeddelande",
    "ursprungligt meddelande",
    "oprindelig meddelelse",
    "opprinnelig melding",
    "wiadomość oryginalna",
    "oryginalna wiadomość",
    "alkuperäinen viesti",
    "původní zpráva",
)

FORWARDED_MESSAGE = (
    "forwarded message",
    "forwarded by [^\n]{1,120}?",
    "weitergeleitete nachricht",
    "message transféré",
    "mensaje reenviado",
    "messaggio inoltrato",
    "mensagem (?:encaminhada|reencaminhada)",
    "doorgestuurd bericht",
)

# Standing alone on a line, closed by a colon.
BEGIN_FORWARDED = (
    "begin forwarded message",
    "anfang der weitergeleiteten (?:nachricht|e-?mail)",
    "début du message (?:transféré|réexpédié)",
    "début de message transféré",
    "inicio del mensaje reenviado",
    "inizio messaggio inoltrato",
    "início da mensagem (?:encaminhada|reencaminhada)",
    "begin doorgestuurd bericht",
)

# kind of header → its labels
HEADER_LABELS = {
    "from": ("from", "von", "de", "da", "van", "från", "fra", "od", "lähettäjä", "expéditeur", "absender"),
    "date": (
        *("sent", "sent at", "date", "gesendet", "gesendet am", "datum", "envoyé", "envoyé le", "enviado"),
        *("enviado el", "enviado em", "enviada", "enviada em", "fecha", "inviato", "inviato il", "data"),
        *("verzonden", "verzonden op", "verstuurd", "skickat", "sendt", "dato", "wysłano", "lähetetty", "odesláno"),
    ),
    "to": ("to", "an", "à", "a", "para", "aan", "pour", "til", "till", "do", "komu", "vastaanottaja"),
    "cc": ("cc", "kopie", "copie", "copie à", "copia", "kopia", "dw", "kopio"),
    "bcc": ("bcc", "bc", "cci", "cco", "ccn", "blindkopie"),
    "subject": (
        *("subject", "betreff", "objet", "sujet", "asunto", "oggetto", "assunto", "onderwerp", "ämne", "emne"),
        *("temat", "aihe", "předmět"),
    ),
}

ATTRIBUTION_STARTS = (
    *("On", "Le", "Am", "El", "Il", "Op", "Em"),
    *("In data", "No dia", "Às", "Den", "W dniu", "Dnia", "Dne"),
)

# The sentence ends with these and a colon.
ATTRIBUTION_ENDS = (
    *("wrote", "a [ée]crit", "escribi[óo]", "ha scritto", "escreveu"),
    *("het volgende geschreven", "skrev", "skrev följande", "napisał\\(?a?\\)?", "kirjoitti", "napsal\\(?a?\\)?"),
)

# The sentence has these, and the name or date stands between them and the colon.
ATTRIBUTION_VERBS = ("schrieb", "schreef", "skrev", "geschrieben hat")

CLOSING_PHRASES = (
    # English
    *("best", "best regards", "best wishes", "all the best", "all best", "kind regards", "kindest regards", "regards"),
    *("warm regards", "warmest regards", "warmly", "with kind regards", "with best regards", "with regards", "cheers"),
    *("thanks", "thanks again", "thanks so much", "thanks very much", "thanks a lot", "many thanks", "thank you"),
    *("thank you very much", "thank you so much", "thanks in advance", "thank you in advance", "thanks and regards"),
    *("thanks & regards", "thanks and best regards", "sincerely", "sincerely yours", "yours sincerely", "yours truly"),
    *("yours faithfully", "yours", "very truly yours", "respectfully", "respectfully yours", "cordially", "take care"),
    *(
        "talk soon",
        "speak soon",
        "have a great day",
        "have a good day",
        "have a nice day",
        "with gratitude",
        "br",
        "rgds",
    ),
    *("with appreciation", "in gratitude", "much appreciated", "kindly", "bests", "ciao"),
    # German
    *("mit freundlichen grüßen", "mit freundlichen grüssen", "mit freundlichem gruß", "mit freundlichem gruss"),
    *("freundliche grüße", "freundliche grüsse", "viele grüße", "viele grüsse", "beste grüße", "beste grüsse"),
    *("liebe grüße", "liebe grüsse", "herzliche grüße", "herzliche grüsse", "schöne grüße", "schöne grüsse"),
    *("mit besten grüßen", "mit besten grüssen", "besten gruß", "gruß", "gruss", "grüße", "grüsse", "mfg", "vg", "lg"),
    *("hochachtungsvoll", "danke", "vielen dank", "besten dank", "danke und gruß", "danke und viele grüße"),
    # French
    *("cordialement", "bien cordialement", "très cordialement", "bien à vous", "bien à toi", "salutations"),
    *("salutations distinguées", "sincères salutations", "meilleures salutations", "cdlt", "cdt", "merci"),
    *("merci beaucoup", "merci d'avance", "merci d’avance", "bonne journée", "amicalement"),
    # Spanish
    *("saludos", "saludos cordiales", "un saludo", "un cordial saludo", "cordialmente", "atentamente", "atte"),
    *("gracias", "muchas gracias", "un abrazo", "cordiales saludos"),
    # Italian
    *("cordiali saluti", "distinti saluti", "saluti", "un saluto", "un cordiale saluto", "grazie", "grazie mille"),
    *("cordialità", "buona giornata"),
    # Portuguese
    *("atenciosamente", "cumprimentos", "melhores cumprimentos", "com os melhores cumprimentos", "abraço", "abraços"),
    *("att", "obrigado", "obrigada", "muito obrigado", "muito obrigada", "saudações"),
    # Dutch
    *("met vriendelijke groet", "met vriendelijke groeten", "vriendelijke groet", "vriendelijke groeten", "groet"),
    *("groeten", "hartelijke groet", "hartelijke groeten", "mvg", "bedankt", "alvast bedankt", "dank je", "dank u"),
)

# "IMPORTANT: This e-mail …" opens like "This e-mail …"
DISCLAIMER_PREFIX = (
    r"(?:(?:important|notice|caution|warning|note|attention)\s*[:!–—-]+\s*|please note(?: that)?[:,]?\s+)?"
)
_THIS_MAIL = r"(?:e-?mail|electronic|message|communication|transmission|correspondence)\b"

DISCLAIMER_OPENINGS = (
    # English
    r"confidentiality(?: (?:notice|note|statement|disclaimer|warning|caution))?\s*(?:[:.–—-]|$)",
    r"confidential(?: (?:communication|information|message|e-?mail))?\s*[:–—-]",
    r"(?:legal |e-?mail |general )disclaimer\b",
    r"disclaimer\s*(?:$|[:.–—-]?\s*(?:this|the|any|all|information|e-?mail|please note)\b)",
    r"(?:legal|important|privacy) notice\s*(?:$|[:.–—-])",
    r"(?:privileged|private|proprietary|strictly)\s*(?:and|&|/|,)?\s*confidential\b",
    r"confidential\s*(?:and|&|/|,)\s*(?:privileged|proprietary)\b",
    r"attorney[- ]client\b",
    rf"(?:the )?(?:information|contents?|material|statements?)\s+(?:contained |included |transmitted |set forth )?"
    rf"(?:in|of|by|with)\s+(?:this|these)\s+{_THIS_MAIL}",
    r"the information (?:transmitted|contained|provided)\b[^.?!]{0,120}?\b(?:intended|confidential|privileged)",
    rf"this\s+{_THIS_MAIL}[^.?!]{{0,160}}?\b"
    r"(?:confidential|privileged|proprietary|intended (?:only|solely|exclusively|recipient|for the "
    r"(?:sole|exclusive|use|named|addressee|intended|person|recipient|individual)))",
    r"if you (?:are not|have received|received|aren['’]t) (?:the (?:intended|named|addressee)|this"
    r" (?:e-?mail|message|communication|transmission) (?:in error|by mistake))",
    r"(?:please )?(?:consider|think (?:of|about)) the environment\b",
    r"(?:unless otherwise (?:stated|indicated), this|any views or opinions) ",
    # German
    r"vertraulichkeits?hinweis\b|haftungsausschluss\b|rechtlicher hinweis\b|vertraulichkeitserklärung\b",
    r"diese (?:e-?mail|nachricht|mitteilung)\b[^.?!]{0,160}?\b(?:vertraulich|ausschließlich|bestimmt|geschützt)",
    r"der inhalt dieser (?:e-?mail|nachricht)",
    # French
    r"avis (?:de confidentialité|légal)\b|clause de confidentialité\b|confidentialité\s*:",
    r"ce (?:message|courriel|courrier|mail)\b[^.?!]{0,160}?\b(?:confidentiel|destinataire|exclusi)",
    r"(?:le contenu de ce|les informations contenues dans (?:ce|cet))\s",
    # Spanish
    r"aviso (?:de confidencialidad|legal)\b|cláusula de confidencialidad\b|nota de confidencialidad\b",
    r"este (?:mensaje|correo|e-?mail)\b[^.?!]{0,160}?\b(?:confidencial|destinatario|exclusivamente|privilegiad)",
    r"la información contenida en (?:este|esta)\b",
    # Italian
    r"avviso di riservatezza\b|clausola di riservatezza\b|nota di riservatezza\b|avviso legale\b",
    r"quest[oa] (?:messaggio|e-?mail|comunicazione|mail)\b[^.?!]{0,160}?\b(?:riservat|confidenz|destinatari|esclusiv)",
    r"le informazioni contenute in (?:questo|questa|quest)",
    # Portuguese
    r"aviso de confidencialidade\b|nota de confidencialidade\b",
    r"est[ae] (?:mensagem|e-?mail|correio|comunicação)\b[^.?!]{0,160}?\b(?:confidencia|destinatári|exclusiv|sigilo)",
    r"as informações contidas n",
    # Dutch
    r"vertrouwelijkheids(?:clausule|verklaring|mededeling)\b",
    r"(?:dit|deze) (?:e-?mail|bericht|e-?mailbericht|boodschap)\b[^.?!]{0,160}?\b(?:vertrouwelijk|uitsluitend|bestemd)",
    r"de (?:informatie|inhoud) (?:verzonden met|in|van) dit\b",
)

_PROGRAMS = (
    r"(?:the |an? |der |dem |il |el |l['’]|o )?(?:(?:new|free|app(?:lication)?|app for) )?"
    r"(?:iphone|ipad|ios|android|samsung|galaxy|blackberry|huawei|xiaomi|windows|outlook|yahoo|gmail|aol|gmx|web\.de|"
    r"t-online|freenet|libero|tiscali|orange|proton ?mail|superhuman|spark|mailspring|hey|tutanota|front|blue ?mail|"
    r"k-9|fairemail|thunderbird|mail for windows|mail (?:app|für|pour|para|per|voor)|correo|correio|posta|mobile|"
    r"mobil\w*|cell|phone|smartphone|handy|téléphone|móvil|celular|telefono|telefoon)\b"
)

# Whole lines that a phone or a mail program adds by itself.
DEVICE_LINES = (
    # English
    r"sent from my\b.*",
    rf"sent (?:from|via|using|with|by) {_PROGRAMS}.*",
    r"get (?:outlook|blue ?mail|yahoo|gmail|aol|spark|aqua mail|type ?app|the (?:outlook|gmail) app)\b.* for .*",
    r"download outlook for .*",
    # German
    rf"(?:gesendet|versendet|verschickt|geschickt) (?:von|mit|über|aus) (?:mein\w*\b|unterwegs\b|{_PROGRAMS}).*",
    r"von (?:meinem|meiner|unterwegs)\b.* (?:gesendet|versendet|verschickt|geschickt)\.?",
    rf"von {_PROGRAMS}.* gesendet\.?",
    rf"diese nachricht wurde von (?:mein\w*\b|{_PROGRAMS}).* gesendet\.?",
    r"(?:holen sie sich |laden sie )?outlook für (?:ios|android|mac|windows)\b.*",
    # French
    rf"envoyée? (?:de|depuis|à partir de|avec|via) ?(?:mon\b|ma\b|{_PROGRAMS}).*",
    r"(?:télécharge[rz]|obten(?:ir|ez)) outlook pour .*",
    # Spanish
    rf"enviado (?:desde|con|mediante) (?:mi\b|{_PROGRAMS}).*",
    r"(?:obtener|obtén|obtenga|descargar?|consigue) outlook para .*",
    # Italian
    rf"inviato (?:da|dal|dalla|con|tramite) ?(?:(?:il )?mi[oa]\b|{_PROGRAMS}).*",
    r"(?:ottieni|scarica|scaricare|ottenere) outlook per .*",
    # Portuguese
    rf"enviado (?:do|da|de|pelo|pela|a partir d[oea]) (?:(?:o )?meu\b|(?:a )?minha\b|{_PROGRAMS}).*",
    r"(?:obter|obtenha|baixe|baixar|transferir|descarregar) (?:o )?outlook para .*",
    # Dutch
    rf"(?:verstuurd|verzonden|gestuurd) (?:vanaf|vanuit|via|met|van) (?:mijn\b|{_PROGRAMS}).*",
    r"(?:download |ontvang |haal )?outlook voor (?:ios|android|mac|windows)\b.*",
    # Scandinavian
    r"(?:skickat|sendt) (?:från|fra) (?:min|mit|mitt|outlook)\b.*",
)

# A signature block that holds one of these says something; it is never dropped.
REQUEST_WORDS = (
    r"(?:call|text|reach|ring|phone|ping|contact|e-?mail|message|try|give)\s+(?:me|us)\b",
    r"unsubscribe",
    r"remove\s+(?:me|us)\b",
    r"opt(?:ing|ed)?[\s-]?out\b",
    r"\bstop\b",
    # the same wishes in the languages whose opt-outs are read
    r"abmelden|austragen|abbestellen|désabonne|désinscri|darme de baja|dar de baja|disiscriv|cancellarmi|cancellatemi",
    r"descadastr|remover da lista|uitschrijven|afmelden",
)

CONTACT_LABELS = (
    *("phone", "telephone", "tel", "mobile", "mob", "cell", "cellphone", "fax", "office", "direct", "direct line"),
    *("main", "toll[ -]free", "e-?mail", "mail", "web", "website", "site", "linkedin", "skype", "whatsapp", "address"),
    *("telefon", "mobil", "handy", "büro", "durchwahl", "téléphone", "tél", "portable", "mobile phone", "courriel"),
    *("teléfono", "móvil", "correo", "oficina", "telefono", "cellulare", "ufficio", "sito", "telefone", "celular"),
    *("telemóvel", "telefoon", "mobiel", "kantoor"),
)
