"""Leads: who wrote, whose lead it is, where the conversation stands."""

from datetime import timedelta

from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"
    label = "leads"

    def ready(self) -> None:
        # Models must be loaded first.
        from integrations.contracts import (  # noqa: PLC0415
            EmailOpened,
            EnrichmentAnswer,
            LeadPush,
            LinkedInConnected,
            ProviderSwitched,
        )
        from integrations.registry import register_receiver  # noqa: PLC0415
        from leads import jobs, metrics, schedules  # noqa: PLC0415
        from leads.contracts import (  # noqa: PLC0415
            EnrichmentFinished,
            LeadAutomationChanged,
            LeadDataChanged,
            LeadStopped,
        )
        from leads.models import EnrichmentRequest, Lead, LeadIdentityConflict  # noqa: PLC0415
        from leads.prompts import ALL_PROMPTS  # noqa: PLC0415
        from leads.receivers import (  # noqa: PLC0415
            drop_provider_ids,
            receive_email_opened,
            receive_enrichment_answer,
            receive_linkedin_connected,
            receive_pushed_lead,
        )
        from leads.registry import register_merge  # noqa: PLC0415
        from leads.services.campaign_settings import campaigns_of_persona  # noqa: PLC0415
        from leads.services.conflicts import check_shared_phones  # noqa: PLC0415
        from leads.services.exporting import EXPORT, end_dead_exports, purge_exports  # noqa: PLC0415
        from leads.services.ghl_contacts import GHL_CONTACT_SYNC  # noqa: PLC0415
        from leads.services.importing.retention import end_dead_imports, purge_import_files  # noqa: PLC0415
        from leads.services.importing.starting import LEAD_IMPORT  # noqa: PLC0415
        from leads.services.merging import merge_conflicts, merge_enrichment, merge_jobs  # noqa: PLC0415
        from leads.services.questions import ENRICHMENT_REQUEST  # noqa: PLC0415
        from leads.services.reply_times import REPLY_TIMES, SETTINGS, queue_reply_times  # noqa: PLC0415
        from leads.services.rollups import check_rollups  # noqa: PLC0415
        from leads.views import auto_send, campaigns  # noqa: PLC0415
        from zrg.ai.prompts import register_prompts  # noqa: PLC0415
        from zrg.ai.registry import register_persona_usage  # noqa: PLC0415
        from zrg.jobs import registry  # noqa: PLC0415
        from zrg.jobs.contracts import ScheduleSpec  # noqa: PLC0415
        from zrg.jobs.models import BackgroundJob  # noqa: PLC0415
        from zrg.workspaces.registry import (  # noqa: PLC0415
            register_section_states,
            register_settings_receiver,
            register_settings_section,
        )

        metrics.register()
        registry.register_existence("lead_id", lambda pk: Lead.objects.filter(pk=pk).exists())
        register_receiver(EmailOpened, receive_email_opened)
        register_receiver(EnrichmentAnswer, receive_enrichment_answer)
        register_receiver(LinkedInConnected, receive_linkedin_connected)
        register_receiver(LeadPush, receive_pushed_lead)
        registry.register_event_receiver(ProviderSwitched, "leads.drop_provider_ids", drop_provider_ids)
        for event in (LeadStopped, LeadDataChanged, LeadAutomationChanged, EnrichmentFinished):
            registry.register_event(event)
        registry.register_job(ENRICHMENT_REQUEST, jobs.run_enrichment_request)
        registry.register_job(EXPORT, jobs.run_export, max_attempts=3)
        registry.register_job(GHL_CONTACT_SYNC, jobs.run_ghl_contact_sync)
        registry.register_job(LEAD_IMPORT, jobs.run_import, max_attempts=3)
        registry.register_job(REPLY_TIMES, jobs.run_reply_times, max_attempts=3)
        register_settings_receiver("leads.reply_times", SETTINGS, queue_reply_times)
        registry.register_schedule(
            ScheduleSpec(
                name="enrichment",
                cadence=timedelta(minutes=10),
                budget_seconds=60,
                stale_alert_seconds=7_200,
                handler=schedules.run_enrichment,
            )
        )
        registry.register_routine("maintenance", "leads.dead_imports", end_dead_imports)
        # Every few minutes and not once a day: a list of people is kept 24 hours, not up to 48.
        registry.register_routine("maintenance", "leads.import_files", purge_import_files)
        registry.register_routine("maintenance", "leads.dead_exports", end_dead_exports)
        registry.register_routine("maintenance", "leads.export_files", purge_exports)
        registry.register_routine("rollup-check", "leads.rollups", check_rollups)
        registry.register_routine("rollup-check", "leads.shared_phones", check_shared_phones)
        register_prompts(*ALL_PROMPTS)
        register_persona_usage("campaigns", campaigns_of_persona)
        register_merge(LeadIdentityConflict, merge_conflicts)
        register_merge(EnrichmentRequest, merge_enrichment)
        register_merge(BackgroundJob, merge_jobs)
        for page in (campaigns, auto_send):
            register_settings_section(page.SECTION)
            register_section_states(page.TAB, page.section_state)
