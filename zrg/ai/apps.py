"""Model calls: prompts, runner, parameters, statistics, personas."""

from django.apps import AppConfig


class AIConfig(AppConfig):
    name = "zrg.ai"
    label = "ai"
    verbose_name = "AI"

    def ready(self) -> None:
        # Models must be loaded first.
        from zrg.ai.knowledge_prompt import NOTES_PROMPT  # noqa: PLC0415
        from zrg.ai.prompts import register_prompts  # noqa: PLC0415
        from zrg.ai.services.knowledge import KNOWLEDGE_PROCESS  # noqa: PLC0415
        from zrg.ai.services.knowledge_processing import process_knowledge  # noqa: PLC0415
        from zrg.ai.services.retention import run_ai_retention  # noqa: PLC0415
        from zrg.ai.services.setup_items import setup_items  # noqa: PLC0415
        from zrg.ai.views import columns, knowledge, personas, prompts, snippets  # noqa: PLC0415
        from zrg.jobs.contracts import CronTime, ScheduleSpec  # noqa: PLC0415
        from zrg.jobs.registry import register_job, register_schedule  # noqa: PLC0415
        from zrg.workspaces.setup import register_setup_items  # noqa: PLC0415

        register_setup_items("ai", setup_items)
        register_prompts(NOTES_PROMPT)
        register_job(KNOWLEDGE_PROCESS, process_knowledge, max_attempts=3)
        from zrg.workspaces.registry import register_section_states, register_settings_section  # noqa: PLC0415

        register_schedule(
            ScheduleSpec(
                name="ai-retention",
                cadence=CronTime(minute="30", hour="3"),
                budget_seconds=300,
                stale_alert_seconds=93_600,
                handler=run_ai_retention,
            )
        )
        for section in columns.SECTIONS:
            register_settings_section(section)
        register_section_states(columns.TAB, columns.section_states)
        for page in (personas, knowledge, prompts, snippets):
            register_settings_section(page.SECTION)
            register_section_states(page.TAB, page.section_state)
