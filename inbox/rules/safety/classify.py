"""The deterministic safety reading of an inbound message: one kind, decided without a model."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from inbox.enums import Channel, SafetyKind
from inbox.rules.safety import absence
from inbox.rules.safety.acknowledgement import is_acknowledgement
from inbox.rules.safety.bounce import is_bounce
from inbox.rules.safety.dead_inbox import is_dead_inbox
from inbox.rules.safety.engaged import is_engaged_in
from inbox.rules.safety.optout import NOT_AN_OPT_OUT, OptOutReading, read_opt_out
from inbox.rules.safety.text import own_words, split_sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyReading:
    """The kind, and for an opt-out the family and language that found it (for the log and the admin)."""

    kind: SafetyKind
    opt_out: OptOutReading = field(default=NOT_AN_OPT_OUT)


def classify_safety(
    body: str,
    subject: str = "",
    channel: str = Channel.EMAIL,
    from_email: str | None = None,
    headers: Mapping[str, object] | Iterable[tuple[str, object]] | None = None,
    provider_automated: bool = False,
    lead_name: str | None = None,
    our_subject: str | None = None,
) -> SafetyKind:
    """The safety kind of an inbound message. Pure; an opt-out is never hidden by what follows it in the order."""
    return read_safety(
        body,
        subject=subject,
        channel=channel,
        from_email=from_email,
        headers=headers,
        provider_automated=provider_automated,
        lead_name=lead_name,
        our_subject=our_subject,
    ).kind


def read_safety(
    body: str,
    *,
    subject: str = "",
    channel: str = Channel.EMAIL,
    from_email: str | None = None,
    headers: Mapping[str, object] | Iterable[tuple[str, object]] | None = None,
    provider_automated: bool = False,
    lead_name: str | None = None,
    our_subject: str | None = None,
) -> SafetyReading:
    """As `classify_safety`, with the reason of an opt-out."""
    words, subject, is_email = own_words(body or ""), subject or "", channel == Channel.EMAIL
    header = absence.header_map(headers) if is_email else {}
    if is_email and is_bounce(words, subject=subject, from_email=from_email, headers=header, our_subject=our_subject):
        return SafetyReading(kind=SafetyKind.BOUNCE)
    opt_out = read_opt_out(words, subject=subject, channel=channel, our_subject=our_subject)
    if opt_out:
        return SafetyReading(kind=SafetyKind.OPT_OUT, opt_out=opt_out)
    sentences = split_sentences(words)
    if is_email and is_dead_inbox(sentences):
        return SafetyReading(kind=SafetyKind.DEAD_INBOX)
    automated = provider_automated
    absent_subject = False
    if is_email:
        automated = absence.is_automated(
            subject, header, provider_automated=provider_automated, our_subject=our_subject
        )
        absent_subject = absence.has_absence_subject(subject, our_subject)
    absent = absent_subject or absence.has_absence_phrase(sentences)
    if absent and (automated or absent_subject or not is_engaged_in(sentences)):
        return SafetyReading(kind=SafetyKind.OUT_OF_OFFICE)
    if automated or (absence.has_machine_phrase(sentences) and not is_engaged_in(sentences)):
        return SafetyReading(kind=SafetyKind.AUTOMATED_REPLY)
    is_ack = is_acknowledgement(words, lead_name)
    return SafetyReading(kind=SafetyKind.ACK_ONLY if is_ack else SafetyKind.NONE)
