"""The processes one can start from. The names are the specification's (09 §2.20), their stages ours (decision 0154)."""

from dataclasses import dataclass

from booking.enums import InstructionOrder
from booking.rules.stages import Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltIn:
    """A process to copy; `key` names it in forms."""

    key: str
    name: str
    description: str
    stages: tuple[Stage, ...]


_TIMES = Stage(include_suggested_times=True)
_LINK = Stage(include_booking_link=True)
_BOTH = Stage(include_suggested_times=True, include_booking_link=True)
_QUESTIONS = Stage(include_qualifying_questions=True)

BUILT_IN = (
    BuiltIn(
        key="link-qualification",
        name="Link + Qualification (No Times)",
        description="The link with the questions, in every wave.",
        stages=(
            Stage(
                include_booking_link=True,
                include_qualifying_questions=True,
                instruction_order=InstructionOrder.QUESTIONS_FIRST,
            ),
        ),
    ),
    BuiltIn(
        key="initial-times",
        name="Initial Email Times",
        description="For campaigns whose first e-mail names times: new times of the same calendar, no link.",
        stages=(Stage(include_suggested_times=True, number_of_times_to_suggest=2),),
    ),
    BuiltIn(
        key="lead-proposes",
        name="Lead Proposes Times",
        description="The lead names times; only the time zone is asked for.",
        stages=(Stage(include_timezone_ask=True),),
    ),
    BuiltIn(
        key="call-requested",
        name="Call Requested",
        description="Two times for a call, and the time zone they are read in.",
        stages=(Stage(include_suggested_times=True, number_of_times_to_suggest=2, include_timezone_ask=True),),
    ),
    BuiltIn(
        key="lead-link",
        name="Lead Provided Calendar Link",
        description="The lead's own page is used: neither link nor times of ours, only the questions.",
        stages=(_QUESTIONS,),
    ),
    BuiltIn(
        key="direct-link",
        name="Direct Link First",
        description="The link at once, nothing else.",
        stages=(Stage(include_booking_link=True, instruction_order=InstructionOrder.LINK_FIRST),),
    ),
    BuiltIn(
        key="times-question",
        name="Times + Question First",
        description="Questions and times first, then times with the link.",
        stages=(
            Stage(
                include_suggested_times=True,
                include_qualifying_questions=True,
                instruction_order=InstructionOrder.TIMES_FIRST,
            ),
            _BOTH,
        ),
    ),
    BuiltIn(
        key="relationship",
        name="Relationship Builder",
        description="First the questions, then times with them, at last times with the link.",
        stages=(
            _QUESTIONS,
            Stage(include_suggested_times=True, number_of_times_to_suggest=2, include_qualifying_questions=True),
            _BOTH,
        ),
    ),
    BuiltIn(
        key="times-only",
        name="Times Only",
        description="Times, then new times with the question in which zone the lead is. No link.",
        stages=(_TIMES, Stage(include_suggested_times=True, include_timezone_ask=True)),
    ),
    BuiltIn(
        key="times-link",
        name="Times Then Link",
        description="Times, then times with the link, then the link alone.",
        stages=(_TIMES, _BOTH, _LINK),
    ),
)
