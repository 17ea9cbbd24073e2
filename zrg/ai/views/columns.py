"""The pages of the tab AI that are columns of the workspace's row: drafting, fallbacks, models, memory."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from zrg.ai.forms.budgets import BudgetsField
from zrg.workspaces.forms.columns import Column, ColumnGroup, LinesField, QuestionsField
from zrg.workspaces.models import WorkspaceSettings
from zrg.workspaces.registry import SectionState
from zrg.workspaces.settings_columns import ColumnsPage, columns_section

TAB = "ai"
EDIT = "settings.edit_ai"
ANSWERING, VOICE, MACHINE = "Answering", "Voice and knowledge", "Machinery"

EXTRA_HIGH = _("Extra high exists for GPT-5.2 only.")

DRAFTING = ColumnsPage(
    tab=TAB,
    key="drafting",
    title=_("Drafting"),
    purpose=_("When drafts are written and how carefully they are checked"),
    group=ANSWERING,
    position=30,
    action=EDIT,
    groups=(
        ColumnGroup(
            title=_("When drafts are written"),
            columns=(
                Column(
                    name="draft_generation_enabled",
                    label=_("Write drafts"),
                    hint=_("Off: replies are still read and sorted, and every answer is written by a person."),
                ),
                Column(
                    name="ai_route_booking_process_enabled",
                    label=_("Choose the booking process from what the lead wrote"),
                    hint=_("Off: the campaign's booking process is used as it stands."),
                ),
            ),
        ),
        ColumnGroup(
            title=_("How e-mails are written"),
            note=_("Each step costs a model call and makes the draft better. Texts and LinkedIn take one step."),
            columns=(
                Column(
                    name="draft_generation_step2_enabled",
                    label=_("Plan first, then write"),
                    hint=_("Off: the e-mail is written in one go; quicker and less to the point."),
                ),
                Column(
                    name="draft_verification_step3_enabled",
                    label=_("Verify facts, times, links and claims afterwards"),
                    hint=_("Off: an e-mail is never checked against your service description and knowledge."),
                ),
                Column(
                    name="meeting_overseer_enabled",
                    label=_("Overseer for scheduling"),
                    hint=_("A second reading of drafts about meetings: nothing is promised that is not booked."),
                ),
            ),
        ),
    ),
)

FALLBACKS = ColumnsPage(
    tab=TAB,
    key="company",
    title=_("What you offer"),
    purpose=_("What drafts say about the company when the persona leaves it open"),
    group=VOICE,
    position=60,
    action=EDIT,
    groups=(
        ColumnGroup(
            title=_("The offer"),
            note=_("Used by every persona: what a persona says about the service is added to this."),
            columns=(
                Column(
                    name="service_description",
                    label=_("Service description"),
                    hint=_("Prices, terms, what is included. Prices a draft states are checked against this."),
                    rows=8,
                ),
                Column(name="ideal_customer_profile", label=_("Ideal customer"), rows=4),
                Column(
                    name="ai_goals",
                    label=_("Goals"),
                    hint=_("What an answer should lead to, and what it must not do."),
                    rows=4,
                ),
            ),
        ),
        ColumnGroup(
            title=_("Qualification"),
            columns=(
                Column(
                    name="qualification_questions",
                    label=_("Questions to leads, one per line"),
                    hint=_("At most ten. A star in front marks one that has to be answered."),
                    make=partial(QuestionsField, required=False),
                    rows=5,
                ),
            ),
        ),
        ColumnGroup(
            title=_("Fallbacks behind personas"),
            side_by_side=True,
            note=_("Taken, field by field, where the persona of the campaign is blank."),
            columns=(
                Column(name="ai_persona_name", label=_("Name of the sender")),
                Column(name="ai_tone", label=_("Tone"), hint=_("As friendly-professional, direct, casual or warm.")),
                Column(name="ai_greeting", label=_("Greeting"), hint=_("{firstName} becomes the lead's first name.")),
                Column(name="ai_sms_greeting", label=_("Greeting in texts"), hint=_("Blank: the greeting above.")),
                Column(name="ai_signature", label=_("Signature"), rows=4),
            ),
        ),
    ),
)

MODELS = ColumnsPage(
    tab=TAB,
    key="models",
    title=_("Models"),
    purpose=_("Which model writes, verifies and decides"),
    group=MACHINE,
    position=90,
    action=EDIT,
    groups=(
        ColumnGroup(
            title=_("Drafts"),
            side_by_side=True,
            columns=(
                Column(name="draft_generation_model", label=_("Model that writes e-mails")),
                Column(name="draft_generation_reasoning_effort", label=_("How long it thinks"), hint=EXTRA_HIGH),
                Column(name="email_draft_verification_model", label=_("Model that verifies e-mails")),
            ),
        ),
        ColumnGroup(
            title=_("Insights chat"),
            side_by_side=True,
            note=_("Kept from now on; in force wherever this installation has the insights chat."),
            columns=(
                Column(name="insights_chat_model", label=_("Model of the insights chat")),
                Column(name="insights_chat_reasoning_effort", label=_("How long it thinks"), hint=EXTRA_HIGH),
                Column(
                    name="insights_chat_enable_campaign_changes", label=_("The chat may propose changes of campaigns")
                ),
                Column(name="insights_chat_enable_experiment_writes", label=_("The chat may set up experiments")),
                Column(
                    name="insights_chat_enable_followup_pauses", label=_("The chat may propose to pause follow-ups")
                ),
                Column(name="message_performance_weekly_enabled", label=_("Look at how messages perform every week")),
            ),
        ),
        ColumnGroup(
            title=_("Evaluator and reviser"),
            side_by_side=True,
            note=_("The evaluator decides what may be sent without a person; the reviser improves what just missed."),
            columns=(
                Column(name="auto_send_evaluator_model", label=_("Model of the evaluator")),
                Column(name="auto_send_evaluator_reasoning_effort", label=_("How long the evaluator thinks")),
                Column(
                    name="auto_send_revision_enabled",
                    label=_("Revise drafts that miss the threshold"),
                    hint=_("Once per draft, for ever. A draft somebody touched is never revised."),
                ),
                Column(name="auto_send_revision_model", label=_("Model of the reviser")),
                Column(name="auto_send_revision_reasoning_effort", label=_("How long the reviser thinks")),
            ),
        ),
        ColumnGroup(
            title=_("Limits"),
            side_by_side=True,
            columns=(
                Column(
                    name="ai_daily_cost_cap_usd",
                    label=_("Most that model calls may cost in a day (US dollars)"),
                    hint=_(
                        "Blank: no limit. At the limit drafts wait for a person and nothing is sent by the machine."
                    ),
                ),
                Column(
                    name="lead_context_bundle_enabled",
                    label=_("Let model calls know what is remembered of a lead"),
                ),
                Column(
                    name="lead_context_bundle_budgets",
                    label=_("Tokens a call may be told, one kind per line"),
                    hint=_(
                        "As draft: 3000, at most 16000; blank: what the product takes. Kinds: draft, revision, "
                        "auto_send_evaluator, meeting_overseer_gate, followup_parse, followup_booking_gate."
                    ),
                    make=partial(BudgetsField, required=False),
                    rows=3,
                ),
                Column(
                    name="followup_booking_gate_enabled",
                    label=_("Check follow-ups before they book"),
                    hint=_("Off means that a follow-up may book without a second reading."),
                ),
                Column(name="high_quota_enabled", label=_("High quota of background work")),
            ),
        ),
    ),
)

MEMORY = ColumnsPage(
    tab=TAB,
    key="memory",
    title=_("Memory policy"),
    purpose=_("What may be remembered of a lead without a person, and for how long"),
    group=MACHINE,
    position=95,
    action=EDIT,
    effect=_("Takes effect for the next fact."),
    groups=(
        ColumnGroup(
            title=_("What is remembered by itself"),
            side_by_side=True,
            note=_(
                "Facts about how to deal with a lead, such as a time zone or a wish for calls in the morning. "
                "Everything outside of this waits for a super admin and is never used before."
            ),
            columns=(
                Column(
                    name="memory_allowlist_categories",
                    label=_("Categories, one per line"),
                    hint=_(
                        "Blank: nothing is remembered by itself. Usual are timezone_preference, "
                        "scheduling_preference, communication_preference and availability_pattern."
                    ),
                    make=partial(LinesField, required=False),
                    rows=4,
                ),
                Column(name="memory_min_confidence", label=_("Least confidence, 0 to 1")),
                Column(name="memory_ttl_days", label=_("Days until it is forgotten"), hint=_("At most 90.")),
            ),
        ),
    ),
)

PAGES = (DRAFTING, FALLBACKS, MODELS, MEMORY)
SECTIONS = tuple(map(columns_section, PAGES))


def section_states(workspace_id: UUID, can_edit: bool) -> Mapping[str, SectionState]:
    """Whether drafts are written, and by which model, for the tab's page."""
    row = WorkspaceSettings.objects.filter(workspace_id=workspace_id)
    found = row.values_list("draft_generation_enabled", "draft_generation_model").first()
    if found is None:
        return {}
    enabled, model = found
    drafting = (
        SectionState(text=gettext("On"), tone="good") if enabled else SectionState(text=gettext("Off"), tone="warn")
    )
    return {DRAFTING.key: drafting, MODELS.key: SectionState(text=model)}
