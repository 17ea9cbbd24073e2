"""Portuguese: what people write to be left alone (text without accents)."""

import re

from inbox.rules.safety.families.languages.patterns import LanguagePatterns, family

_MAIL = (
    r"(?:e?mails?|mensage(?:m|ns)|ligac(?:ao|oes)|sms|spam|chamadas|contatos?|contactos?|comunicac(?:ao|oes)"
    r"|propagandas?|publicidade|newsletters?|ofertas|promocoes)"
)
_CONTACT = r"(?:contat|contact|escrev|lig|mand|envi|incomod|perturb|chate|procur|importun|telefon)"
PORTUGUESE = LanguagePatterns(
    families=(
        family(
            "removal",
            "descadastr|remov|retir|tir|exclu|cancel|sair|desinscr|elimin|apag|desativ",
            r"\bdescadastr\w{0,8}|\bdesinscrev\w{0,6}|\bcancelar? (?:a )?(?:minha )?(?:inscricao|subscricao)\b",
            r"\b(?:me|nos) (?:remov|retir|tir|exclu)\w{1,4}\b|\b(?:remov|retir|tir|exclu|elimin|apag)\w{1,4}-(?:me"
            r"|nos)\b",
            r"\b(?:remov|retir|tir|exclu|apag|delet)\w{1,3} (?:por favor )?(?:o )?(?:meu|nosso|este|a minha|minha"
            r"|esse) (?:e?mail|nome|numero|contato|contacto|telefone|endereco|cadastro)\b",
            r"\bser (?:removid|retirad|exclui|descadastrad)\w{1,3} d[aeo]",
            r"\b(?:remover|retirar|tirar|sair|excluir) (?:\w{1,8} ){0,3}?d(?:a|e|esta|essa|as) (?:sua |vossa |tua "
            r"|esta |minha )?(?:lista|base|mailing|newsletter)",
        ),
        family(
            "do_not_contact",
            "nao|pare|parem|parar|deix|chega|paz",
            rf"\bnao (?:me|nos) {_CONTACT}\w{{0,4}}(?= (?:mais|nunca|novamente|de novo|outra vez)\b|\W*$|[^\w ])",
            rf"\bnao {_CONTACT}\w{{0,4}}(?:-me|-nos)? (?:mais|nunca|novamente)\b(?! (?:informac|detalh))",
            rf"\bnao (?:voltem?|volte) a (?:{_CONTACT}\w{{0,4}})|\bnunca mais (?:me|nos) {_CONTACT}\w{{0,4}}",
            rf"\b(?:par|deix|cess)\w{{1,3}} (?:imediatamente )?(?:de|com) (?:me |nos )?(?:{_CONTACT}\w{{0,5}}"
            rf"|esses? {_MAIL}|est[ea]s? {_MAIL}|os {_MAIL}|as {_MAIL})",
            r"\bnao entr\w{1,3} (?:mais )?em contat?c?to\b(?= (?:comigo |conosco )?(?:mais|novamente|de novo)\b"
            r"|\W*$|[^\w ]| (?:comigo|conosco)\W*$)",
            rf"\bchega de {_MAIL}\b|\bme deix\w{{1,2}} em paz\b|\bdeix\w{{1,2}}-me em paz\b",
        ),
        family(
            "no_more",
            "mais|nenhum|sem ",
            r"(?:^|[,:] ?|\b(?:por favor|favor) )(?:por favor,? )?(?:sem mais|nao mais|chega de|nada de"
            rf"|nenhum(?:a)?) {_MAIL}\b",
            rf"\bnao (?:envi|mand)\w{{1,3}} mais (?:{_MAIL}|nada)",
        ),
        family(
            "erase_data",
            "dados",
            r"\b(?:apag|elimin|exclu|remov|delet)\w{1,4} (?:todos )?(?:os )?(?:meus|nossos) dados\b|\b(?:exclusao"
            r"|eliminacao|remocao) d(?:e|os) (?:meus|nossos) dados\b",
        ),
        family(
            "no_longer_wish",
            "quero|quer|desej|gostaria|pretend",
            rf"\bnao (?:quer|desej|gostar|pretend)\w{{0,5}} (?:de )?(?:mais )?(?:continuar a "
            rf"|continuar )?receb\w{{1,4}}(?:(?=\W*$|[^\w ])| (?:mais|seus?|suas?|est[ea]s?|ess[ea]s?|isto|isso"
            rf"|nada|nenhum|vossos?|vossas?)\b| {_MAIL})",
            r"\bnao (?:quer|desej|gostar|pretend)\w{0,5} mais (?:receb|ser |estar |seus|os |as |esses)",
            r"\bnao (?:quer|desej|gostar|pretend)\w{0,5} (?:de )?ser (?:contat|contact|incomod|procur)\w{1,4}"
            r"|\bnao (?:quero|queremos) (?:mais )?(?:seus |os seus |esses )" + _MAIL,
        ),
    ),
    not_before=re.compile(
        r"\b(?:nao (?:quero|desejo|queremos|vou|preciso)(?: me)?|nunca|sem|podemos|posso|como|taxa de|clientes"
        r"|usuarios)$"
    ),
    not_after=re.compile(
        r"^ (?:mais )?(?:antes|depois|ate|durante|no fim|nos fins|esta semana|hoje|amanha|no trabalho"
        r"|d[ao] (?:reuniao|convite|chamada|evento|agenda|contrato|copia)|a qualquer momento|quando quiser"
        r"|mais tarde|uma duvida|o (?:contrato|orcamento)|a (?:proposta|amostra))"
    ),
    other_way=re.compile(
        r"\b(?:prefiro|de preferencia|melhor (?:por|um|escrev|lig)|me (?:escreva|ligue|mande)(?! mais)|em vez"
        r"|por (?:e?mail|telefone|whatsapp) (?:e|esta|fica|mesmo))\b"
    ),
)
