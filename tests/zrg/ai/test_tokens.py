import pytest
from hypothesis import given
from hypothesis import strategies as st

from zrg.ai.tokens import ELLIPSIS, Cut, estimate_tokens, truncate_to_tokens

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "tokens"),
    [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2), ("é", 1), ("ééé", 2), ("🙂", 1), ("🙂a", 2), ("\ud800", 1)],
)
def test_estimate_is_bytes_by_four_rounded_up(text, tokens):
    assert estimate_tokens(text) == tokens


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("short text", 3, "short text"),
        ("", 0, ""),
        # 12 bytes: "…" takes three of them.
        ("one two three four", 3, "one two…"),
        ("one twooo three four", 3, "one twooo…"),
        ("one  twooo three four", 3, "one…"),
        ("one two\nthree four", 3, "one two…"),
        # One word longer than the budget is cut inside.
        ("abcdefghijklmnop", 3, "abcdefghi…"),
        ("ééééééééééé", 3, "éééé…"),
        # Nothing fits.
        ("something", 0, ""),
        ("something", -5, ""),
    ],
)
def test_truncate_keeps_the_start(text, limit, cut):
    assert truncate_to_tokens(text, limit) == Cut(text=cut, truncated=cut != text)


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [
        ("short text", 3, "short text"),
        ("one two three four", 3, "…four"),
        ("one two thre four", 3, "…thre four"),
        ("abcdefghijklmnop", 3, "…hijklmnop"),
        ("one two three four ", 4, "…three four "),
    ],
)
def test_truncate_keeps_the_end(text, limit, cut):
    assert truncate_to_tokens(text, limit, keep="end") == Cut(text=cut, truncated=cut != text)


@given(st.text(max_size=200), st.integers(-1, 60), st.sampled_from(["start", "end"]))
def test_truncated_text_is_within_its_budget_and_a_part_of_the_text(text, limit, keep):
    cut = truncate_to_tokens(text, limit, keep=keep)

    assert estimate_tokens(cut.text) <= max(limit, 0)
    assert cut.truncated == (estimate_tokens(text) > limit)
    if not cut.truncated:
        assert cut.text == text
    elif keep == "start":
        assert text.startswith(cut.text.removesuffix(ELLIPSIS))
    else:
        assert text.endswith(cut.text.removeprefix(ELLIPSIS))


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=40), st.integers(4, 60))
def test_truncation_never_cuts_a_word_that_fits(words, limit):
    cut = truncate_to_tokens(" ".join(words), limit)

    kept = cut.text.removesuffix(ELLIPSIS).split()
    assert kept == words[: len(kept)]
