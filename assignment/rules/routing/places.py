"""Countries, US states and regions as routing rules name them."""

from collections.abc import Mapping

US_STATES: Mapping[str, str] = {
    "alabama": "AL", "alaska": "AK", "arizona": "AZ", "arkansas": "AR", "california": "CA", "colorado": "CO",
    "connecticut": "CT", "delaware": "DE", "district of columbia": "DC", "washington dc": "DC", "florida": "FL",
    "georgia": "GA", "hawaii": "HI", "idaho": "ID", "illinois": "IL", "indiana": "IN", "iowa": "IA",
    "kansas": "KS", "kentucky": "KY", "louisiana": "LA", "maine": "ME", "maryland": "MD", "massachusetts": "MA",
    "michigan": "MI", "minnesota": "MN", "mississippi": "MS", "missouri": "MO", "montana": "MT", "nebraska": "NE",
    "nevada": "NV", "new hampshire": "NH", "new jersey": "NJ", "new mexico": "NM", "new york": "NY",
    "north carolina": "NC", "north dakota": "ND", "ohio": "OH", "oklahoma": "OK", "oregon": "OR",
    "pennsylvania": "PA", "rhode island": "RI", "south carolina": "SC", "south dakota": "SD", "tennessee": "TN",
    "texas": "TX", "utah": "UT", "vermont": "VT", "virginia": "VA", "washington": "WA", "west virginia": "WV",
    "wisconsin": "WI", "wyoming": "WY",
}  # fmt: skip
US_CODES = frozenset(US_STATES.values())

REGIONS: Mapping[str, tuple[str, ...]] = {
    "Northeast": ("CT", "ME", "MA", "NH", "RI", "VT", "NY", "NJ", "PA"),
    "Southeast": ("DC", "DE", "FL", "GA", "MD", "NC", "SC", "VA", "WV", "KY", "TN", "AL", "MS", "AR", "LA"),
    "Midwest": ("IL", "IN", "MI", "OH", "WI", "IA", "KS", "MN", "MO", "NE", "ND", "SD"),
    "Southwest": ("AZ", "NM", "OK", "TX"),
    "West": ("CO", "ID", "MT", "NV", "UT", "WY", "AK", "CA", "HI", "OR", "WA"),
}
REGION_OF_STATE: Mapping[str, str] = {state: region for region, states in REGIONS.items() for state in states}

# English names (and the usual others) of ISO 3166-1 alpha-2 codes, case-folded, without full stops.
_NAMES = """
AF afghanistan|AL albania|DZ algeria|AD andorra|AO angola|AR argentina|AM armenia|AU australia|AT austria,österreich
AZ azerbaijan|BS bahamas,the bahamas|BH bahrain|BD bangladesh|BB barbados|BY belarus|BE belgium,belgië,belgique
BZ belize|BJ benin|BT bhutan|BO bolivia|BA bosnia and herzegovina,bosnia|BW botswana|BR brazil,brasil|BN brunei
BG bulgaria|BF burkina faso|BI burundi|KH cambodia|CM cameroon|CA canada|CV cape verde|CF central african republic
TD chad|CL chile|CN china,peoples republic of china,prc|CO colombia|CG congo,republic of the congo
CD democratic republic of the congo,dr congo|CR costa rica|CI ivory coast,côte d'ivoire,cote d'ivoire|HR croatia
CU cuba|CY cyprus|CZ czechia,czech republic|DK denmark,danmark|DO dominican republic|EC ecuador|EG egypt
SV el salvador|EE estonia|ET ethiopia|FJ fiji|FI finland|FR france|GA gabon|GE georgia|DE germany,deutschland
GH ghana|GR greece|GT guatemala|GN guinea|GY guyana|HT haiti|HN honduras|HK hong kong|HU hungary|IS iceland|IN india
ID indonesia|IR iran|IQ iraq|IE ireland,republic of ireland|IL israel|IT italy,italia|JM jamaica|JP japan|JO jordan
KZ kazakhstan|KE kenya|KW kuwait|KG kyrgyzstan|LA laos|LV latvia|LB lebanon|LY libya|LI liechtenstein|LT lithuania
LU luxembourg|MO macau,macao|MG madagascar|MW malawi|MY malaysia|MV maldives|ML mali|MT malta|MU mauritius
MX mexico,méxico|MD moldova|MC monaco|MN mongolia|ME montenegro|MA morocco|MZ mozambique|MM myanmar,burma|NA namibia
NP nepal|NL netherlands,the netherlands,holland,nederland|NZ new zealand|NI nicaragua|NE niger|NG nigeria
MK north macedonia,macedonia|NO norway,norge|OM oman|PK pakistan|PA panama|PG papua new guinea|PY paraguay|PE peru
PH philippines,the philippines|PL poland,polska|PT portugal|PR puerto rico|QA qatar|RO romania
RU russia,russian federation|RW rwanda
SA saudi arabia|SN senegal|RS serbia|SG singapore|SK slovakia|SI slovenia|SO somalia|ZA south africa
KR south korea,korea,republic of korea|ES spain,españa|LK sri lanka|SD sudan|SR suriname|SE sweden,sverige
CH switzerland,schweiz,suisse|SY syria|TW taiwan|TJ tajikistan|TZ tanzania|TH thailand|TG togo
TT trinidad and tobago|TN tunisia|TR turkey,türkiye|TM turkmenistan|UG uganda|UA ukraine
AE united arab emirates,uae|GB united kingdom,uk,great britain,britain,england,scotland,wales,northern ireland
US united states,united states of america,usa,us of america,america,the united states|UY uruguay|UZ uzbekistan
VE venezuela|VN vietnam,viet nam|YE yemen|ZM zambia|ZW zimbabwe
"""


def _read_names() -> dict[str, str]:
    entries = (entry for line in _NAMES.strip().splitlines() for entry in line.split("|"))
    return {name: entry[:2] for entry in entries for name in entry[3:].split(",")}


COUNTRY_BY_NAME: Mapping[str, str] = _read_names()


def country_code(text: str) -> str:
    """ISO code of a name or code (`U.S.A.`, `Deutschland`, `gb`); an unknown name stays, in upper case."""
    words = " ".join(text.replace(".", "").casefold().split())
    if words in COUNTRY_BY_NAME:
        return COUNTRY_BY_NAME[words]
    code = words.upper()
    return "GB" if code == "UK" else code


def state_code(text: str) -> str:
    """Two letters of a US state, otherwise the text in upper case."""
    words = " ".join(text.replace(".", "").casefold().split())
    return US_STATES.get(words, words.upper())
