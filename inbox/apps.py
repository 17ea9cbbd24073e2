"""Messages, reading a reply, drafts, sending, the setter's pages."""

from datetime import timedelta

from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "inbox"
    label = "inbox"

    def ready(self) -> None:
        # Models must be loaded before anything that names them.
        from inbox import contracts, jobs, metrics, receivers, schedules  # noqa: PLC0415
        from inbox.bulk_actions import register_bulk_actions  # noqa: PLC0415
        from inbox.drawer import register_sections  # noqa: PLC0415
        from inbox.models import (  # noqa: PLC0415
            BulkItem,
            ConversationSync,
            Draft,
            DraftRequest,
            LeadMemoryEntry,
            LeadView,
            Message,
        )
        from inbox.prompts import ALL_PROMPTS  # noqa: PLC0415
        from inbox.prompts.snippets import ALL_SNIPPETS  # noqa: PLC0415
        from inbox.services import orders, receiving, slack_clicks  # noqa: PLC0415
        from inbox.services.autosend.re_evaluating import AI_RE_EVALUATE  # noqa: PLC0415
        from inbox.services.body_search import match_bodies, search_bodies  # noqa: PLC0415
        from inbox.services.bulk import BULK_RUN  # noqa: PLC0415
        from inbox.services.closing import AI_AUTO_SEND_DELAYED  # noqa: PLC0415
        from inbox.services.drafting.requests import DRAFT_REGENERATE  # noqa: PLC0415
        from inbox.services.drafting.watching import raise_draft_alerts  # noqa: PLC0415
        from inbox.services.memory import merge_memory  # noqa: PLC0415
        from inbox.services.merging import (  # noqa: PLC0415
            merge_bulk_items,
            merge_draft_requests,
            merge_drafts,
            merge_syncs,
            merge_views,
            stop_campaigns_of_merged,
        )
        from inbox.services.rollup_source import COLUMNS, message_rollups  # noqa: PLC0415
        from inbox.services.sample import fill_messages  # noqa: PLC0415
        from inbox.services.setup_items import setup_items  # noqa: PLC0415
        from inbox.services.syncing.conversations import CONVERSATION_SYNC  # noqa: PLC0415
        from inbox.views.saved_replies import SECTION as SAVED_REPLIES  # noqa: PLC0415
        from integrations import contracts as wire  # noqa: PLC0415
        from integrations.registry import register_receiver  # noqa: PLC0415
        from leads.contracts import LeadStopped  # noqa: PLC0415
        from leads.registry import (  # noqa: PLC0415
            BodySearch,
            register_body_search,
            register_merge,
            register_merge_follower,
            register_rollup_source,
            register_sample_filler,
        )
        from zrg.ai.prompts import register_prompts  # noqa: PLC0415
        from zrg.ai.snippets import register_snippets  # noqa: PLC0415
        from zrg.jobs.contracts import ScheduleSpec  # noqa: PLC0415
        from zrg.jobs.registry import (  # noqa: PLC0415
            register_event,
            register_event_receiver,
            register_existence,
            register_job,
            register_routine,
            register_schedule,
        )
        from zrg.jobs.services.routines import routines  # noqa: PLC0415
        from zrg.workspaces.registry import register_settings_section  # noqa: PLC0415
        from zrg.workspaces.setup import register_setup_items  # noqa: PLC0415

        register_setup_items("inbox", setup_items)
        register_settings_section(SAVED_REPLIES)

        register_receiver(wire.InboundMessage, receiving.receive_message)
        register_receiver(wire.SentMessage, receiving.receive_sent)
        register_receiver(wire.Bounce, receiving.receive_bounce)
        register_receiver(wire.Unsubscribe, receiving.receive_unsubscribe)
        register_receiver(wire.SlackClick, slack_clicks.receive_click)

        for job_type in sorted(set(receiving.POST_PROCESS_JOBS.values())):
            register_job(job_type, jobs.run_reading)
        register_existence("message_id", lambda pk: Message.objects.filter(pk=pk).exists())
        register_existence("draft_id", lambda pk: Draft.objects.filter(pk=pk).exists())
        register_job("INBOUND_RESPOND", jobs.run_answering)
        register_job(AI_RE_EVALUATE, jobs.run_re_evaluation, max_attempts=3)
        register_job(AI_AUTO_SEND_DELAYED, jobs.run_auto_send, max_attempts=3, queue="sends")
        register_job(orders.SEND_ORDER, orders.run_send_order, max_attempts=3, queue="sends")
        register_job(slack_clicks.SLACK_CLICK, slack_clicks.run_click, queue="sends")
        register_job(slack_clicks.SLACK_REGENERATE, slack_clicks.run_click, max_attempts=2)
        register_job("RECONCILE_SEND", jobs.run_reconcile, max_attempts=4)
        register_job(CONVERSATION_SYNC, jobs.run_sync, max_attempts=3)
        register_job(DRAFT_REGENERATE, jobs.run_draft_request, max_attempts=2)
        register_job(BULK_RUN, jobs.run_bulk, max_attempts=5)
        register_job("STOP_FUTURE_EMAILS", jobs.run_stop_future)

        register_event_receiver(LeadStopped, "inbox.close_drafts", receivers.close_drafts_of_stopped_lead)
        register_event_receiver(contracts.SentimentChanged, "inbox.enrich", receivers.enrich_after_sentiment)
        register_event_receiver(
            contracts.SentimentChanged, "inbox.draft_after_sentiment", receivers.draft_after_sentiment
        )
        for event in (
            contracts.MessageReceived,
            contracts.MessageSent,
            contracts.ReplyClassified,
            contracts.SentimentChanged,
            contracts.ReviewRequested,
            contracts.DraftDecided,
            contracts.ReviewOutdated,
            contracts.ReviewClickAnswered,
            contracts.PersonMentioned,
        ):
            register_event(event)

        metrics.register()
        register_sections()
        register_bulk_actions()
        register_prompts(*ALL_PROMPTS)
        register_snippets(*ALL_SNIPPETS)
        register_rollup_source(COLUMNS, message_rollups)
        register_body_search(BodySearch(ids=search_bodies, matches=match_bodies))
        register_merge(BulkItem, merge_bulk_items)
        register_merge(Draft, merge_drafts)
        register_merge(DraftRequest, merge_draft_requests)
        register_merge(LeadMemoryEntry, merge_memory)
        register_merge(LeadView, merge_views)
        register_merge(ConversationSync, merge_syncs)
        register_merge_follower(stop_campaigns_of_merged)
        register_sample_filler("messages", fill_messages)
        register_routine("maintenance", "inbox.draft_alerts", raise_draft_alerts)
        register_routine("retention", "inbox.drafts", schedules.expire_drafts)
        register_routine("retention", "inbox.memory", schedules.forget_memory)
        register_routine("autosend", "inbox.due_sends", schedules.run_auto_send)
        register_routine("autosend", "inbox.overdue_replies", schedules.tell_overdue_replies)
        register_schedule(
            ScheduleSpec(
                name="unknown-sends",
                cadence=timedelta(minutes=2),
                budget_seconds=60,
                stale_alert_seconds=900,
                handler=schedules.run_unknown_sends,
            )
        )
        register_schedule(
            ScheduleSpec(
                name="autosend",
                cadence=timedelta(minutes=1),
                budget_seconds=50,
                stale_alert_seconds=300,
                handler=routines("autosend"),
            )
        )
        register_schedule(
            ScheduleSpec(
                name="ai-retry",
                cadence=timedelta(hours=1),
                budget_seconds=120,
                stale_alert_seconds=10_800,
                handler=schedules.run_ai_retry,
            )
        )
        register_schedule(
            ScheduleSpec(
                name="conversation-sync",
                cadence=None,
                budget_seconds=240,
                stale_alert_seconds=None,
                handler=schedules.run_conversation_sync,
                default_params={"days": 30},
                bounds={"days": (1, 365)},
            )
        )
