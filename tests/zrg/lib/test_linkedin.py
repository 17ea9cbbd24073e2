import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from zrg.lib.linkedin import LinkedinUrl, classify_linkedin_url, extract_linkedin_urls, merge_linkedin_fields

pytestmark = pytest.mark.unit

DANA = "https://linkedin.com/in/dana-reyes"
NORTHFORK = "https://linkedin.com/company/northfork"
MEMBER = "ACoAAB3xYz_-9kLmNoP"


@pytest.mark.parametrize(
    "url",
    [
        "https://www.linkedin.com/in/Dana-Reyes/?trk=foo#x",
        "http://linkedin.com/in/dana-reyes",
        "linkedin.com/in/dana-reyes",
        "www.linkedin.com/in/dana-reyes/",
        "//www.linkedin.com/in/dana-reyes",
        "https://de.linkedin.com/in/dana-reyes/de",
        "HTTPS://WWW.LINKEDIN.COM/IN/DANA-REYES",
        "https://linkedin.com:443/in/dana-reyes",
        "https://linkedin.com./in/dana-reyes",
        "https://www.linkedin.com/mwlite/in/dana-reyes",
        "https://www.linkedin.com//in//dana-reyes",
        "https://www.linkedin.com/in/dana-reyes/detail/recent-activity/",
        "linkedin://in/dana-reyes",
        "LinkedIn://in/dana-reyes?x=1",
        "  <https://linkedin.com/in/dana-reyes>  ",
        '"https://linkedin.com/in/dana-reyes",',
        "(linkedin.com/in/dana-reyes).",
        "[«https://linkedin.com/in/dana-reyes/»]!?",
        "https://linkedin.com/in/dana%2Dreyes",
    ],
)
def test_classify_profile(url):
    assert classify_linkedin_url(url) == LinkedinUrl(profile_url=DANA)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.linkedin.com/company/Northfork/about/",
        "linkedin.com/COMPANY/northfork",
        "linkedin://company/northfork",
        "https://www.linkedin.com/mwlite/company/northfork",
    ],
)
def test_classify_company(url):
    assert classify_linkedin_url(url) == LinkedinUrl(company_url=NORTHFORK)


@pytest.mark.parametrize("kind", ["ACoAA", "ACwAA"])
def test_classify_member_id_keeps_its_case(kind):
    member = kind + "B3xYz_-9kLmNoP"

    assert classify_linkedin_url(f"https://www.linkedin.com/in/{member}/?x=1") == LinkedinUrl(member_id=member)


@pytest.mark.parametrize("slug", ["ACoAAshort", "ACxAAB3xYz_-9kLmNoP", "acoaaB3xYz_-9kLmNoP", "ACoAAB3xYz.9kLmNoP"])
def test_classify_slug_that_only_resembles_a_member_id_is_a_profile(slug):
    found = classify_linkedin_url(f"https://linkedin.com/in/{slug}")

    assert found == LinkedinUrl(profile_url=f"https://linkedin.com/in/{slug.lower()}")


@pytest.mark.parametrize(
    "url",
    [
        None,
        42,
        "",
        "   ",
        "dana reyes",
        "https://linkedin.com/in/dana reyes",
        "https://linkedin.com",
        "https://linkedin.com/in",
        "https://linkedin.com/in/",
        "https://linkedin.com/company/",
        "https://linkedin.com/pub/dana-reyes/1/2/3",
        "https://linkedin.com/school/northfork",
        "https://linkedin.com/showcase/northfork",
        "https://linkedin.com/feed/update/x",
        "https://linkedin.com/sales/lead/x",
        "https://linkedin.com/dana/in/reyes",
        "https://linkedin.com/?u=/in/dana",
        "https://linkedin.com#/in/dana",
        "https://example.com/?u=linkedin.com/in/dana",
        "https://notlinkedin.com/in/dana",
        "https://linkedin.com.evil.example/in/dana",
        "https://linkedin.community/in/dana",
        "https://linkedin.co/in/dana",
        "https://evil.example\\.linkedin.com/in/dana",
        "https://dana@linkedin.com/in/dana",
        "https://dana:pw@linkedin.com/in/dana",
        "https://linkedin.com@evil.example/in/dana",
        "me@linkedin.com/in/dana",
        "mailto:me@linkedin.com/in/dana",
        "ftp://linkedin.com/in/dana",
        "javascript://linkedin.com/in/dana",
        "javascript:alert(1)",
        "linkedin://profile/dana",
        "https://[::1/in/dana",
        "https://linkedin.com/in/%FF%FE",
        "https://linkedin.com/in/..",
        "https://linkedin.com/in/%20",
        "https://linkedin.com/in/dana%00",
        "https://linkedin.com/in/\ud800dana",
        "https://linkedin.com/in/" + "a" * 300,
    ],
)
def test_classify_nothing(url):
    assert classify_linkedin_url(url) == LinkedinUrl()


@pytest.mark.parametrize(
    "spelling",
    [
        unicodedata.normalize("NFC", "José-Pérez"),
        unicodedata.normalize("NFD", "José-Pérez"),
        "Jos%C3%A9-P%C3%A9rez",
        "Jose%CC%81-Pe%CC%81rez",
        "JOS%c3%89-P%C3%89REZ",
    ],
)
def test_classify_makes_spellings_of_one_slug_equal(spelling):
    found = classify_linkedin_url(f"https://linkedin.com/in/{spelling}")

    assert found.profile_url == "https://linkedin.com/in/jos%C3%A9-p%C3%A9rez"


def test_classify_keeps_a_company_slug_with_an_ampersand():
    assert classify_linkedin_url("linkedin.com/company/at&t").company_url == "https://linkedin.com/company/at%26t"


@given(st.text(max_size=80))
def test_classify_never_crashes(text):
    assert classify_linkedin_url(text) == classify_linkedin_url(f" {text} ")


@pytest.mark.parametrize("end", ["", ".", "./", "../", "%2E/", "./?x=1"])
def test_classify_reads_one_slug_whatever_dots_end_it(end):
    assert classify_linkedin_url(f"https://linkedin.com/in/dana.kim{end}").profile_url == (
        "https://linkedin.com/in/dana.kim"
    )


@example("0./", "in")
@given(st.text(min_size=1, max_size=40), st.sampled_from(["in", "company"]))
def test_classify_is_stable_on_its_own_result(slug, kind):
    found = classify_linkedin_url(f"https://www.linkedin.com/{kind}/{slug}")

    for url in (found.profile_url, found.company_url):
        if url is not None:
            assert url.startswith(f"https://linkedin.com/{kind}/")
            assert url.isascii()
            assert classify_linkedin_url(url) == found


@given(st.from_regex(r"[a-z0-9.@/:\\-]{0,20}linkedin\.com[a-z0-9.@:\\-]{0,12}/in/dana", fullmatch=True))
def test_classify_accepts_no_host_but_linkedin(url):
    if classify_linkedin_url(url).profile_url:
        host = url.removeprefix("https://").removeprefix("http://").lstrip("./").partition("/")[0].partition(":")[0]
        assert host.strip(".").endswith("linkedin.com")
        assert "@" not in host


MERGES = [
    ({}, None, None),
    ({"incoming_url": "linkedin.com/in/dana-reyes"}, DANA, None),
    ({"incoming_url": "linkedin.com/company/northfork"}, None, NORTHFORK),
    ({"incoming_profile_url": DANA}, DANA, None),
    ({"incoming_profile_url": DANA, "incoming_url": "linkedin.com/in/other"}, DANA, None),
    ({"current_profile_url": DANA, "incoming_profile_url": "linkedin.com/in/other"}, DANA, None),
    ({"current_profile_url": "https://www.linkedin.com/in/Dana-Reyes/"}, DANA, None),
    # Repair: a company page in the profile field.
    ({"current_profile_url": NORTHFORK}, None, NORTHFORK),
    ({"current_profile_url": NORTHFORK, "incoming_profile_url": DANA}, DANA, NORTHFORK),
    ({"current_profile_url": NORTHFORK, "incoming_company_url": "linkedin.com/company/new"}, None, NORTHFORK),
    (
        {"current_company_url": "linkedin.com/company/old", "current_profile_url": NORTHFORK},
        None,
        "https://linkedin.com/company/old",
    ),
    ({"current_profile_url": "garbage", "incoming_url": DANA}, DANA, None),
    ({"current_company_url": "garbage", "incoming_company_url": NORTHFORK}, None, NORTHFORK),
    # A profile that stands in a company field fills nothing.
    ({"incoming_company_url": DANA}, None, None),
    ({"current_company_url": DANA}, None, None),
    ({"incoming_profile_url": NORTHFORK, "incoming_url": DANA}, DANA, NORTHFORK),
    (
        {"incoming_company_url": NORTHFORK, "incoming_profile_url": "linkedin.com/company/b"},
        None,
        NORTHFORK,
    ),
    (
        {"incoming_profile_url": "linkedin.com/company/b", "incoming_url": NORTHFORK},
        None,
        "https://linkedin.com/company/b",
    ),
    # A member id is no URL.
    ({"current_profile_url": f"https://linkedin.com/in/{MEMBER}", "incoming_url": DANA}, DANA, None),
]


@pytest.mark.parametrize(("fields", "profile", "company"), MERGES)
def test_merge_linkedin_fields(fields, profile, company):
    assert merge_linkedin_fields(**fields) == (profile, company)


urls = st.one_of(
    st.none(),
    st.sampled_from([DANA, NORTHFORK, "linkedin.com/in/x", "linkedin.com/company/y", "garbage", ""]),
)


@given(st.tuples(urls, urls, urls, urls, urls))
def test_merge_never_puts_a_company_into_the_profile_field(fields):
    merged = merge_linkedin_fields(*fields)

    assert merged.profile_url is None or merged.profile_url.startswith("https://linkedin.com/in/")
    assert merged.company_url is None or merged.company_url.startswith("https://linkedin.com/company/")
    assert merge_linkedin_fields(merged.profile_url, merged.company_url, *fields[2:]) == merged


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([], (None, None, None)),
        (["see linkedin.com/in/dana-reyes."], (DANA, None, None)),
        ("see linkedin.com/in/dana-reyes.", (DANA, None, None)),
        ({"x": "linkedin.com/in/dana-reyes"}, (DANA, None, None)),
        (["My profile (https://www.linkedin.com/in/dana-reyes), thanks"], (DANA, None, None)),
        (["[me](https://www.linkedin.com/in/dana-reyes)!"], (DANA, None, None)),
        (['<a href="https://www.linkedin.com/in/dana-reyes?x=1">me</a>'], (DANA, None, None)),
        (["linkedin.com/in/dana-reyes,linkedin.com/in/other"], (DANA, None, None)),
        (["linkedin.com/in/dana-reyes", "linkedin.com/in/other"], (DANA, None, None)),
        (["linkedin.com/company/northfork linkedin.com/in/dana-reyes"], (DANA, NORTHFORK, None)),
        ([f"linkedin.com/in/{MEMBER} linkedin.com/in/dana-reyes"], (DANA, None, MEMBER)),
        (["linkedin://in/dana-reyes"], (DANA, None, None)),
        (["https://linkedin.com/in/dana\u00a0reyes"], ("https://linkedin.com/in/dana", None, None)),
        ([("a", "linkedin.com/in/dana-reyes")], (DANA, None, None)),
        # Not at the start of a word.
        (["https://notlinkedin.com/in/x"], (None, None, None)),
        (["me@linkedin.com/in/x"], (None, None, None)),
        (["my-linkedin.com/in/x"], (None, None, None)),
        (["my_linkedin.com/in/x"], (None, None, None)),
        (["élinkedin.com/in/x"], (None, None, None)),
        (["/linkedin.com/in/x"], (None, None, None)),
        (["go.to/https://linkedin.com/in/x"], (None, None, None)),
        (["xhttps://linkedin.com/in/x"], (None, None, None)),
        (["https://linkedin.com.evil.example/in/x"], (None, None, None)),
        (["linkedin.com/school/x linkedin.com/pub/x"], (None, None, None)),
        ([42, None, True, 1.5, b"linkedin.com/in/x"], (None, None, None)),
    ],
)
def test_extract_linkedin_urls(values, found):
    assert extract_linkedin_urls(values) == found


@pytest.mark.parametrize(("levels", "profile"), [(0, DANA), (1, DANA), (2, DANA), (3, DANA), (4, None), (9, None)])
@pytest.mark.parametrize("wrap", [lambda inner: {"k": inner}, lambda inner: [inner]])
def test_extract_reads_three_levels(levels, profile, wrap):
    value = "linkedin.com/in/dana-reyes"
    for _ in range(levels):
        value = wrap(value)

    assert extract_linkedin_urls([value]).profile_url == profile


@given(st.recursive(st.one_of(st.none(), st.integers(), st.text(max_size=40)), lambda v: st.lists(v, max_size=3)))
def test_extract_never_crashes(values):
    assert len(extract_linkedin_urls(values)) == 3
