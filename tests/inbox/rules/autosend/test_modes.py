import pytest

from inbox.rules.autosend.modes import Mode, determine_mode, says_stop

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("word", [None, "", "  ", "0", "false", "No", " OFF "])
def test_a_clear_no_stops_nothing(word):
    assert says_stop(word) is False


@pytest.mark.parametrize("word", ["1", "true", "yes", "on", "please", "disabled"])
def test_anything_else_stops(word):
    assert says_stop(word) is True


@pytest.mark.parametrize(
    ("given", "mode", "reason"),
    [
        ({}, "DISABLED", "auto_send_disabled"),
        ({"env": "x", "workspace_active": False}, "DISABLED", "globally_disabled_via_env"),
        ({"workspace_active": False, "auto_send_enabled": False}, "DISABLED", "workspace_inactive"),
        ({"auto_send_enabled": False, "channel": "linkedin"}, "DISABLED", "workspace_auto_send_off"),
        ({"channel": "linkedin", "auto_reply_enabled": True}, "DISABLED", "channel_not_supported"),
        ({"has_campaign": True, "campaign_response_mode": "AI_AUTO_SEND"}, "AI_AUTO_SEND", "campaign_ai_auto_send"),
        ({"has_campaign": True, "campaign_response_mode": "ai_auto_send"}, "DISABLED", "campaign_setter_managed"),
        ({"has_campaign": True, "auto_reply_enabled": True}, "DISABLED", "campaign_setter_managed"),
        ({"auto_reply_enabled": True}, "LEGACY_AUTO_REPLY", "legacy_per_lead"),
    ],
)
def test_the_first_condition_that_holds_decides(given, mode, reason):
    assert determine_mode(**given) == Mode(mode=mode, reason=reason)
