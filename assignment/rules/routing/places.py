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

# English names (and the usual others) of all ISO 3166-1 alpha-2 codes as `_key` reads them.
_NAMES = """
AD andorra|AE united arab emirates,uae,emirates|AF afghanistan|AG antigua and barbuda|AI anguilla|AL albania
AM armenia|AO angola|AQ antarctica|AR argentina|AS american samoa|AT austria,österreich,oesterreich|AU australia
AW aruba|AX åland islands,aland islands|AZ azerbaijan|BA bosnia and herzegovina,bosnia|BB barbados|BD bangladesh
BE belgium,belgië,belgique|BF burkina faso|BG bulgaria|BH bahrain|BI burundi|BJ benin
BL saint barthélemy,saint barthelemy,st barthelemy|BM bermuda|BN brunei,brunei darussalam
BO bolivia,plurinational state of bolivia,bolivia plurinational state of
BQ bonaire sint eustatius and saba,caribbean netherlands|BR brazil,brasil|BS bahamas|BT bhutan|BV bouvet island
BW botswana|BY belarus|BZ belize|CA canada|CC cocos islands
CD democratic republic of the congo,dr congo,congo democratic republic of the,congo the democratic republic of the
CF central african republic|CG congo,republic of the congo|CH switzerland,schweiz,suisse,svizzera
CI ivory coast,côte d'ivoire,cote d'ivoire|CK cook islands|CL chile|CM cameroon
CN china,people's republic of china,peoples republic of china,prc,mainland china|CO colombia|CR costa rica|CU cuba
CV cape verde,cabo verde|CW curaçao,curacao|CX christmas island|CY cyprus|CZ czechia,czech republic
DE germany,deutschland,federal republic of germany|DJ djibouti|DK denmark,danmark|DM dominica|DO dominican republic
DZ algeria|EC ecuador|EE estonia|EG egypt|EH western sahara|ER eritrea|ES spain,españa|ET ethiopia|FI finland|FJ fiji
FK falkland islands,falkland islands malvinas|FM micronesia,federated states of micronesia|FO faroe islands|FR france
GA gabon
GB united kingdom,uk,great britain,britain,england,scotland,wales,northern ireland
GB united kingdom of great britain and northern ireland
GD grenada|GE georgia|GF french guiana|GG guernsey|GH ghana|GI gibraltar|GL greenland|GM gambia|GN guinea
GP guadeloupe|GQ equatorial guinea|GR greece|GS south georgia and the south sandwich islands|GT guatemala|GU guam
GW guinea-bissau|GY guyana|HK hong kong|HM heard island and mcdonald islands|HN honduras|HR croatia|HT haiti
HU hungary|ID indonesia|IE ireland,republic of ireland|IL israel|IM isle of man|IN india
IO british indian ocean territory|IQ iraq|IR iran,iran islamic republic of,islamic republic of iran|IS iceland
IT italy,italia|JE jersey|JM jamaica|JO jordan|JP japan|KE kenya|KG kyrgyzstan|KH cambodia|KI kiribati|KM comoros
KN saint kitts and nevis,st kitts and nevis|KP north korea,democratic people's republic of korea
KR south korea,korea,republic of korea,korea republic of|KW kuwait|KY cayman islands|KZ kazakhstan
LA laos,lao pdr,lao people's democratic republic|LB lebanon|LC saint lucia,st lucia|LI liechtenstein|LK sri lanka
LR liberia|LS lesotho|LT lithuania|LU luxembourg|LV latvia|LY libya|MA morocco|MC monaco
MD moldova,republic of moldova,moldova republic of|ME montenegro|MF saint martin,st martin|MG madagascar
MH marshall islands|MK north macedonia,macedonia|ML mali|MM myanmar,burma|MN mongolia|MO macau,macao
MP northern mariana islands|MQ martinique|MR mauritania|MS montserrat|MT malta|MU mauritius|MV maldives|MW malawi
MX mexico,méxico|MY malaysia|MZ mozambique|NA namibia|NC new caledonia|NE niger|NF norfolk island|NG nigeria
NI nicaragua|NL netherlands,holland,nederland|NO norway,norge|NP nepal|NR nauru|NU niue|NZ new zealand|OM oman
PA panama|PE peru|PF french polynesia|PG papua new guinea|PH philippines|PK pakistan|PL poland,polska
PM saint pierre and miquelon,st pierre and miquelon|PN pitcairn,pitcairn islands|PR puerto rico
PS palestine,state of palestine,palestinian territory|PT portugal|PW palau|PY paraguay|QA qatar|RE réunion,reunion
RO romania|RS serbia|RU russia,russian federation|RW rwanda|SA saudi arabia|SB solomon islands|SC seychelles|SD sudan
SE sweden,sverige|SG singapore|SH saint helena,st helena|SI slovenia|SJ svalbard and jan mayen|SK slovakia
SL sierra leone|SM san marino|SN senegal|SO somalia|SR suriname|SS south sudan
ST são tomé and príncipe,sao tome and principe|SV el salvador|SX sint maarten,st maarten|SY syria,syrian arab republic
SZ eswatini,swaziland|TC turks and caicos islands|TD chad|TF french southern territories|TG togo|TH thailand
TJ tajikistan|TK tokelau|TL timor-leste,east timor|TM turkmenistan|TN tunisia|TO tonga|TR turkey,türkiye
TT trinidad and tobago|TV tuvalu|TW taiwan,taiwan province of china
TZ tanzania,united republic of tanzania,tanzania united republic of|UA ukraine|UG uganda
UM united states minor outlying islands
US united states,united states of america,usa,us of america,america,united states america|UY uruguay|UZ uzbekistan
VA vatican,vatican city,holy see|VC saint vincent and the grenadines,st vincent and the grenadines
VE venezuela,bolivarian republic of venezuela,venezuela bolivarian republic of|VG british virgin islands
VI us virgin islands,united states virgin islands|VN vietnam,viet nam|VU vanuatu|WF wallis and futuna|WS samoa
YE yemen|YT mayotte|ZA south africa|ZM zambia|ZW zimbabwe
"""
# Three-letter codes of the countries that lists of leads name most.
_THREE_LETTERS = """
US usa|GB gbr|CA can|AU aus|NZ nzl|IE irl|DE deu|AT aut|CH che|FR fra|BE bel|NL nld|LU lux|IT ita|ES esp|PT prt|DK dnk
SE swe|NO nor|FI fin|PL pol|CZ cze|IN ind|SG sgp|HK hkg|JP jpn|KR kor|CN chn|IL isr|ZA zaf|BR bra|MX mex|AR arg|AE are
"""


def _read_names(lists: str) -> dict[str, str]:
    entries = (entry for line in lists.strip().splitlines() for entry in line.split("|"))
    return {name: entry[:2] for entry in entries for name in entry[3:].split(",")}


COUNTRY_BY_NAME: Mapping[str, str] = _read_names(_THREE_LETTERS) | _read_names(_NAMES.strip())


def country_code(text: str) -> str:
    """ISO code of a name or code (`U.S.A.`, `Deutschland`, `gb`); an unknown name stays, in upper case."""
    words = _key(text)
    named = COUNTRY_BY_NAME.get(words) or COUNTRY_BY_NAME.get(words.removeprefix("the "))
    return named or words.upper()


def state_code(text: str) -> str:
    """Two letters of a US state, otherwise the text in upper case."""
    words = _key(text)
    code = US_STATES.get(words, words.upper())
    return code if code in US_CODES else " ".join(text.split()).upper()


def _key(text: str) -> str:
    """Without full stops, commas and brackets; `&` is and."""
    plain = text.translate(_PLAIN).casefold().replace("&", " and ")
    return " ".join(plain.split())


_PLAIN = str.maketrans({".": None, "’": "'", ",": " ", "(": " ", ")": " "})
