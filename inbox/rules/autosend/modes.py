"""Who decides about the drafts of a lead: the machine, the lead's own switch, or people (06 R1)."""

from dataclasses import dataclass

from inbox.enums import AutoSendMode, Channel
from leads.enums import ResponseMode
from zrg.workspaces.switches import OFF_WORDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """The mode in force and the code of the condition that made it so."""

    mode: AutoSendMode
    reason: str


def determine_mode(
    *,
    env: str | None = None,
    workspace_active: bool = True,
    auto_send_enabled: bool = True,
    channel: str = Channel.EMAIL,
    campaign_response_mode: str | None = None,
    has_campaign: bool = False,
    auto_reply_enabled: bool = False,
) -> Mode:
    """The first condition that holds. `env` is the raw text of AUTO_SEND_DISABLED.

    A campaign that is not on auto hides the lead's own switch: turning one campaign back really stops it.
    """
    if refused := _refusal(env, workspace_active, auto_send_enabled, channel):
        return Mode(mode=AutoSendMode.DISABLED, reason=refused)
    if has_campaign:
        if campaign_response_mode == ResponseMode.AI_AUTO_SEND:
            return Mode(mode=AutoSendMode.AI_AUTO_SEND, reason="campaign_ai_auto_send")
        return Mode(mode=AutoSendMode.DISABLED, reason="campaign_setter_managed")
    if auto_reply_enabled:
        return Mode(mode=AutoSendMode.LEGACY_AUTO_REPLY, reason="legacy_per_lead")
    return Mode(mode=AutoSendMode.DISABLED, reason="auto_send_disabled")


def says_stop(env: str | None) -> bool:
    """Whether the text of a switch stops: anything but nothing and a clear no."""
    word = (env or "").strip().lower()
    return bool(word) and word not in OFF_WORDS


def _refusal(env: str | None, workspace_active: bool, auto_send_enabled: bool, channel: str) -> str:
    if says_stop(env):
        return "globally_disabled_via_env"
    if not workspace_active:
        return "workspace_inactive"
    if not auto_send_enabled:
        return "workspace_auto_send_off"
    return "" if channel in (Channel.EMAIL, Channel.SMS) else "channel_not_supported"
