"""Small things the inbox templates print: icons, ages, tones."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.template.base import FilterExpression, Parser, Token
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext_noop as _

from inbox.rules import ages
from leads.enums import LeadStatus, SentimentTag
from zrg.lib.spoken import script_words, spoken

register = template.Library()

CHANNEL_ICONS = {"email": "mail", "sms": "phone", "linkedin": "linkedin"}
CHANNEL_LABELS = {"email": _("E-mail"), "sms": "SMS", "linkedin": "LinkedIn"}
TONES = {
    SentimentTag.MEETING_BOOKED: "good",
    SentimentTag.MEETING_REQUESTED: "good",
    SentimentTag.CALL_REQUESTED: "good",
    SentimentTag.INTERESTED: "good",
    SentimentTag.POSITIVE: "good",
    SentimentTag.INFORMATION_REQUESTED: "accent",
    SentimentTag.FOLLOW_UP: "warn",
    SentimentTag.OBJECTION: "warn",
    SentimentTag.NOT_INTERESTED: "bad",
    SentimentTag.BLACKLIST: "bad",
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One symbol of the sprite; without a label it is decoration."""
    href = f"{static('inbox/icons.svg')}#{name}"
    if label:
        return format_html(
            '<svg class="icon" role="img" aria-label="{}"><title>{}</title><use href="{}"></use></svg>',
            label,
            label,
            href,
        )
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"></use></svg>', href)


@register.simple_tag
def channel_icon(channel: str) -> SafeString:
    """The symbol of a channel with its name."""
    return icon(CHANNEL_ICONS.get(channel, "mail"), channel_name(channel))


@register.filter
def took(ms: int) -> str:
    """How long something took."""
    return ages.took(ms)


@register.filter
def item(values: dict[str, str], name: str) -> str:
    """One value of a mapping, "" when it is not there."""
    return values.get(name, "")


@register.filter
def label(text: str) -> str:
    """A marked label in the reader's language."""
    return spoken(text)


class Said(template.Node):
    """A marked text, with a name put into it."""

    def __init__(self, text: str, name: FilterExpression | None) -> None:
        self.text, self.name = text, name

    def render(self, context: template.Context) -> str:
        """The text as it stands in the page; only the name is escaped."""
        text = spoken(self.text)
        return text if self.name is None else text.format(name=conditional_escape(self.name.resolve(context)))


@register.tag
def say(parser: Parser, token: Token) -> Said:
    """`{% say _("Choose {name}") row.name %}`: `translate` for the rows of a list, where its price counts."""
    _tag, text, *names = token.split_contents()
    return Said(text.removeprefix('_("').removesuffix('")'), parser.compile_filter(names[0]) if names else None)


@register.simple_tag
def words_of_scripts() -> SafeString:
    """The block of data from which the desk's scripts speak another language; nothing in English."""
    words = script_words()
    return json_script(words, "script-words") if words else SafeString("")


@register.filter
def channel_name(channel: str) -> str:
    """The channel in words."""
    return spoken(CHANNEL_LABELS.get(channel, channel))


@register.simple_tag
def when(at: datetime | None, now: datetime, zone: ZoneInfo) -> SafeString:
    """`<time>` with the short age; the script keeps it true, the tooltip has the whole time."""
    if at is None:
        return SafeString("")
    return format_html(
        '<time datetime="{}" title="{}" data-age>{}</time>',
        at.isoformat(),
        ages.full_time(at, zone),
        ages.short_age(at, now, zone),
    )


@register.simple_tag
def clock(at: datetime, zone: ZoneInfo) -> SafeString:
    """`<time>` with hours and minutes."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', at.isoformat(), ages.full_time(at, zone), ages.clock(at, zone)
    )


@register.simple_tag
def upcoming(at: datetime, now: datetime, zone: ZoneInfo) -> SafeString:
    """`<time>` of something that is planned: the clock today, the day otherwise."""
    shown = ages.planned(at, now, zone)
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), ages.full_time(at, zone), shown)


@register.simple_tag
def due(at: datetime, now: datetime, zone: ZoneInfo) -> SafeString:
    """What is left until an answer is due, in words; the script keeps it true, the tooltip has the whole time."""
    return format_html(
        '<span class="chip due">{}<time datetime="{}" title="{}" data-due{}>{}</time></span>',
        icon("clock"),
        at.isoformat(),
        spoken(_("Answer due {time}")).format(time=ages.full_time(at, zone)),
        "" if at > now else " data-late",
        ages.due_in(at, now),
    )


@register.simple_tag
def full_time(at: datetime | None, zone: ZoneInfo) -> str:
    """The whole time in words."""
    return ages.full_time(at, zone) if at else ""


@register.simple_tag
def local_input(at: datetime, zone: ZoneInfo) -> str:
    """A moment as the value of a `datetime-local` field."""
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"


@register.filter
def tone(tag: str) -> str:
    """The colour family of a sentiment; its text always stands beside it."""
    return TONES.get(tag, "plain")  # type: ignore[call-overload]


@register.filter
def status_label(status: str) -> str:
    """The status in words."""
    return spoken(LeadStatus(status).label) if status in LeadStatus.values else status


@register.filter
def ops_words(code: str) -> str:
    """A code for people: `context_sync` is "Context sync"."""
    return code.replace("_", " ").capitalize()


@register.filter
def initials(name: str) -> str:
    """Two letters for a person."""
    words = [word for word in name.replace("@", " ").replace(".", " ").split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def capped(count: object) -> str:
    """`57`, `1,000+`; nothing for none."""
    value, is_capped = getattr(count, "value", 0), getattr(count, "capped", False)
    return f"{value:,}+" if is_capped else f"{value:,}" if value else ""
