"""Which country a zone, a US state, a mail address or a website speaks for: hints, never certainties."""

import re
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

from phonenumbers import SUPPORTED_REGIONS

# Country-code domains that everybody uses; they say nothing about where a company is.
_GENERAL_USE_TLDS = frozenset(
    "io ai co me tv cc gg ly fm to sh so vc ws la im is am gl st nu ac ag bz sc pw dj tk ml ga cf gq id eu".split()  # noqa: SIM905
)
_TLD_EXCEPTIONS = {"uk": "GB"}

# tzdata merges these older names into a zone of another country, or they name no country at all.
_ALIASES_ACROSS_BORDERS = frozenset(
    {"Africa/Asmera", "Africa/Timbuktu", "America/Coral_Harbour", "America/Virgin", "Antarctica/South_Pole"}
    | {"Atlantic/Jan_Mayen", "Iceland", "Pacific/Johnston", "Pacific/Ponape", "Pacific/Truk", "Pacific/Yap"}
    | {"CET", "EET", "EST", "HST", "MET", "MST", "WET"}
)

_US_STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia",
    "HI": "Hawaii", "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas",
    "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts",
    "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri", "MT": "Montana",
    "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico",
    "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma",
    "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota",
    "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington",
    "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
    # Territories: USPS codes too, and all of them dial as +1.
    "PR": "Puerto Rico", "GU": "Guam", "VI": "U.S. Virgin Islands", "AS": "American Samoa",
    "MP": "Northern Mariana Islands",
}  # fmt: skip
_US_STATE_WORDS = frozenset(
    word.replace(".", "").casefold() for pair in _US_STATES.items() for word in pair
) | frozenset({"washington dc", "aa", "ae", "ap"})


def country_of_timezone(name: str | None) -> str | None:
    """ISO country of an IANA zone by tzdata's `zone.tab`; older names (`US/Pacific`, `Asia/Calcutta`) count too."""
    return _zone_countries().get(name.strip().casefold()) if name else None


def country_of_us_state(state: str | None) -> str | None:
    """`US` when the text is a USPS code or the name of a US state, in any case."""
    words = " ".join((state or "").replace(".", "").casefold().split())
    return "US" if words in _US_STATE_WORDS else None


def country_of_email(address: str | None) -> str | None:
    """Country of the address's top-level domain, unless the domain is in general use."""
    _, at, domain = (address or "").strip().rstrip(">").rpartition("@")
    return _country_of_host(domain) if at else None


def country_of_website(url: str | None) -> str | None:
    """Country of the website's top-level domain, with or without a scheme before it."""
    without_scheme = re.sub(r"^\s*(?:[A-Za-z][A-Za-z0-9+.-]*:)?//", "", url or "")
    authority = re.split(r"[/?#\\]", without_scheme.strip(), maxsplit=1)[0]
    return _country_of_host(re.sub(r":[0-9]*$", "", authority.rpartition("@")[2]))


def _country_of_host(host: str) -> str | None:
    tld = host.strip().rstrip(".").rpartition(".")[2].lower()
    if "." not in host.strip(". ") or len(tld) != 2 or tld in _GENERAL_USE_TLDS:
        return None
    country = _TLD_EXCEPTIONS.get(tld, tld.upper())
    return country if country in SUPPORTED_REGIONS else None


@lru_cache(maxsize=1)
def _zone_countries() -> Mapping[str, str]:
    data = resources.files("tzdata").joinpath("zoneinfo")
    countries = {}
    for line in data.joinpath("zone.tab").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            countries[zone] = country
    links = {}
    for line in data.joinpath("tzdata.zi").read_text("utf-8").splitlines():
        if line.startswith("L "):
            _, target, alias = line.split()
            links[alias] = target
    for alias in links.keys() - countries.keys() - _ALIASES_ACROSS_BORDERS:
        target = _follow(alias, links, countries)
        if target in countries:
            countries[alias] = countries[target]
    return {zone.casefold(): country for zone, country in countries.items()}


def _follow(alias: str, links: Mapping[str, str], known: Mapping[str, str]) -> str:
    while alias in links and alias not in known:
        alias = links[alias]
    return alias
