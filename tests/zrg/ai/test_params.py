import pytest
from hypothesis import given
from hypothesis import strategies as st

from zrg.ai.params import (
    EFFORT_LEVELS,
    FAMILIES,
    expand_attempts,
    family_of,
    first_budget,
    model_name,
    resolve_request_params,
)

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("model", "prefix"),
    [
        ("gpt-5", "gpt-5"),
        (" GPT-5 ", "gpt-5"),
        ("gpt-5-2025-08-07", "gpt-5"),
        ("gpt-5-codex", "gpt-5"),
        ("gpt-5-mini", "gpt-5-mini"),
        ("gpt-5-mini-2025-08-07", "gpt-5-mini"),
        ("gpt-5-nano-2025-08-07", "gpt-5-nano"),
        ("gpt-5-pro-2025-10-06", "gpt-5-pro"),
        ("gpt-5-chat-latest", "gpt-5-chat"),
        ("gpt-5.1", "gpt-5.1"),
        ("gpt-5.1-2025-11-13", "gpt-5.1"),
        ("gpt-5.1-chat-latest", "gpt-5.1-chat"),
        ("gpt-5.2-chat", "gpt-5.2-chat"),
        ("gpt-5.2-pro", "gpt-5.2"),
        ("o1", "o1"),
        ("o3-mini", "o3"),
        ("o4-mini-2025-04-16", "o4"),
        ("gpt-4", "gpt-4"),
        ("gpt-4o", "gpt-4"),
        ("gpt-4o-mini", "gpt-4"),
        ("gpt-4.1-nano", "gpt-4"),
    ],
)
def test_family_is_the_longest_matching_prefix(model, prefix):
    assert family_of(model) is FAMILIES[prefix]


@pytest.mark.parametrize(
    "model", ["acme-large-2", "gpt-5.3", "gpt-50", "gpt-5mini", "o10", "o3x", "gpt-3.5-turbo", "openai/gpt-5", "", None]
)
def test_unknown_model_gets_nothing_optional(model):
    found = resolve_request_params(model, "low", 0, "low")

    assert found["send"] == {}
    assert found["dropped"] == ["effort", "temperature", "verbosity"]


def test_model_name_drops_one_date_suffix_only():
    assert model_name(" GPT-5-Mini-2025-08-07 ") == "gpt-5-mini"
    assert model_name("gpt-4-0613") == "gpt-4-0613"


@pytest.mark.parametrize(
    ("model", "asked", "sent"),
    [
        ("gpt-5-mini", "low", "low"),
        ("gpt-5-mini", " LOW ", "low"),
        ("gpt-5-mini", "none", "minimal"),
        ("gpt-5-mini", "xhigh", "high"),
        ("gpt-5-mini", "extra_high", "high"),
        ("gpt-5.1", "none", "none"),
        ("gpt-5.1", "minimal", "none"),
        ("gpt-5.1", "xhigh", "high"),
        ("gpt-5.2", "minimal", "none"),
        ("gpt-5.2", "xhigh", "xhigh"),
        ("gpt-5.2", "extra_high", "xhigh"),
        ("gpt-5-pro", "low", "high"),
        ("gpt-5-pro", "xhigh", "high"),
        ("o3", "none", "low"),
        ("o3", "minimal", "low"),
        ("o1", "xhigh", "high"),
    ],
)
def test_effort_moves_to_its_supported_neighbour(model, asked, sent):
    found = resolve_request_params(model, asked)

    assert (found["send"], found["dropped"]) == ({"effort": sent}, [])


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        ("gpt-5", "extreme"),
        ("gpt-5", "extra-high"),
        ("gpt-5.2-chat", "low"),
        ("gpt-5-chat", "none"),
        ("gpt-4o", "high"),
    ],
)
def test_effort_that_means_nothing_is_dropped(model, asked):
    found = resolve_request_params(model, asked)

    assert (found["send"], found["dropped"]) == ({}, ["effort"])


@pytest.mark.parametrize(
    ("model", "effort", "send", "dropped"),
    [
        ("gpt-4o", None, {"temperature": 0}, []),
        ("gpt-4.1", "low", {"temperature": 0}, ["effort"]),
        ("gpt-5-chat-latest", None, {"temperature": 0}, []),
        ("gpt-5.1", None, {"effort": "none", "temperature": 0}, []),
        ("gpt-5.1", "high", {"effort": "none", "temperature": 0}, []),
        ("gpt-5.2", "bogus", {"effort": "none", "temperature": 0}, []),
        ("gpt-5", None, {"effort": "minimal"}, ["temperature"]),
        ("gpt-5", "high", {"effort": "high"}, ["temperature"]),
        ("gpt-5", "bogus", {}, ["effort", "temperature"]),
        ("gpt-5-pro", None, {"effort": "high"}, ["temperature"]),
        ("o3", None, {"effort": "low"}, ["temperature"]),
        ("gpt-5.2-chat-latest", None, {}, ["temperature"]),
    ],
)
def test_temperature(model, effort, send, dropped):
    found = resolve_request_params(model, effort, 0)

    assert (found["send"], found["dropped"]) == (send, dropped)


@pytest.mark.parametrize(
    ("model", "verbosity", "send"),
    [
        ("gpt-5", "low", {"verbosity": "low"}),
        ("gpt-5-pro", "high", {"verbosity": "high"}),
        ("gpt-5.2", " Medium ", {"verbosity": "medium"}),
        ("gpt-5.2", "chatty", {}),
        ("gpt-5.1-chat", "low", {}),
        ("gpt-4o", "low", {}),
        ("o3", "low", {}),
    ],
)
def test_verbosity(model, verbosity, send):
    found = resolve_request_params(model, verbosity=verbosity)

    assert (found["send"], found["dropped"]) == (send, [] if send else ["verbosity"])


@pytest.mark.parametrize("model", [*FAMILIES, "acme"])
def test_nothing_asked_sends_and_drops_nothing(model):
    found = resolve_request_params(model, effort="", verbosity="")

    assert (found["send"], found["dropped"]) == ({}, [])


models = st.sampled_from(
    [*FAMILIES, "gpt-5-mini-2025-08-07", "gpt-5.2-chat-latest", "gpt-4o", "o3-mini", "acme-large", ""]
)
efforts = st.one_of(st.none(), st.sampled_from([*EFFORT_LEVELS, "extra_high", "bogus"]))
temperatures = st.one_of(st.none(), st.floats(0, 2))
verbosities = st.one_of(st.none(), st.sampled_from(["low", "medium", "high", "bogus"]))


@given(models, efforts, temperatures, verbosities)
def test_hard_05_params_for_the_model_sent(model, effort, temperature, verbosity):
    found = resolve_request_params(model, effort, temperature, verbosity)

    family = family_of(model)
    if "temperature" in found["send"]:
        assert family.temperature != "never"
        assert family.temperature == "always" or found["send"]["effort"] == "none"
    if "verbosity" in found["send"]:
        assert family.verbosity
    asked = {"effort": effort, "temperature": temperature, "verbosity": verbosity}
    for name, value in asked.items():
        assert (value is not None) <= (name in found["send"] or name in found["dropped"])
    assert not set(found["send"]) & set(found["dropped"])
    assert found["dropped"] == sorted(found["dropped"])


@given(models, efforts, temperatures)
def test_hard_05_effort_supported(model, effort, temperature):
    found = resolve_request_params(model, effort, temperature)

    assert "effort" not in found["send"] or found["send"]["effort"] in family_of(model).efforts


@pytest.mark.parametrize(
    ("attempts", "max_attempts", "multiplier", "cap", "extra", "expanded"),
    [
        ([850], 3, 1.2, 9000, 0, [850, 1020, 1224]),
        ([2400], 4, 1.25, 5200, 1100, [2400, 3500, 4600, 5200]),
        ([1600], 2, 1.01, 1600, 0, [1600]),
        ([1000], 3, 1.1, 9000, 0, [1000, 1100, 1210]),
        ([10], 4, 1.01, 9000, 0, [10, 11, 12, 13]),
        ([10], 3, 1.0, 9000, 0, [10, 11, 12]),
        ([10], 3, 3, 9000, 5, [10, 30, 90]),
        ([100, 400], 4, 1.5, 700, 0, [100, 400, 600, 700]),
        ([100, 400, 500], 2, 1.5, 700, 0, [100, 400, 500]),
        ([2000], 3, 1.2, 1600, 0, [2000]),
        ([1], 1, 2, 100, 0, [1]),
        ([1], 0, 2, 100, 0, [1]),
        ([], 3, 1.2, 100, 0, []),
    ],
)
def test_expand_attempts(attempts, max_attempts, multiplier, cap, extra, expanded):
    assert expand_attempts(attempts, max_attempts, multiplier, cap, extra) == expanded


@given(
    st.lists(st.integers(1, 5000), max_size=3),
    st.integers(0, 8),
    st.floats(1.01, 3),
    st.integers(1, 20000),
    st.integers(0, 3000),
)
def test_expanded_attempts_grow_strictly_and_stay_below_the_cap(attempts, max_attempts, multiplier, cap, extra):
    expanded = expand_attempts(attempts, max_attempts, multiplier, cap, extra)

    assert expanded[: len(attempts)] == attempts
    added = expanded[len(attempts) :]
    assert len(expanded) <= max(max_attempts, len(attempts))
    assert all(budget <= cap for budget in added)
    assert all(later > earlier for earlier, later in zip(expanded[len(attempts) - 1 :], added, strict=False))


def test_expand_attempts_leaves_its_input_alone():
    given_budgets = [850]

    expand_attempts(given_budgets, 3, 1.2, 9000)

    assert given_budgets == [850]


@pytest.mark.parametrize(
    ("input_tokens", "budget"), [(0, 900), (1000, 900), (1001, 901), (2000, 1700), (100_000, 3200)]
)
def test_first_budget_is_proportional_and_clamped(input_tokens, budget):
    assert first_budget(input_tokens, scale=0.8, overhead=100, minimum=900, maximum=3200) == budget
