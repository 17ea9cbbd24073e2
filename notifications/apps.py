"""Notifications: everything that leaves for staff, through one outbox."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    label = "notifications"

    def ready(self) -> None:
        # models must be loaded first
        from assignment.contracts import RotationEmpty  # noqa: PLC0415
        from inbox.contracts import (  # noqa: PLC0415
            DraftDecided,
            PersonMentioned,
            ReviewClickAnswered,
            ReviewOutdated,
            ReviewRequested,
            SentimentChanged,
        )
        from inbox.registry import register_review_posts  # noqa: PLC0415
        from integrations.contracts import ConnectionStateChanged  # noqa: PLC0415
        from notifications import receivers, schedules  # noqa: PLC0415
        from notifications.enums import SendKind  # noqa: PLC0415
        from notifications.services import mentions, reviews, sentiment  # noqa: PLC0415
        from notifications.services.column_checks import COLUMN_CHECKS  # noqa: PLC0415
        from notifications.services.demo import add_demo_recipients  # noqa: PLC0415
        from notifications.services.doctor import examine_notifications  # noqa: PLC0415
        from notifications.services.figures import register_collector  # noqa: PLC0415
        from notifications.services.outbox import Care, register_care  # noqa: PLC0415
        from notifications.services.review_states import posts_of_draft  # noqa: PLC0415
        from notifications.views import settings  # noqa: PLC0415
        from zrg.jobs.contracts import Notice  # noqa: PLC0415
        from zrg.jobs.registry import register_event_receiver, register_job  # noqa: PLC0415
        from zrg.workspaces.registry import (  # noqa: PLC0415
            register_column_check,
            register_demo_part,
            register_doctor_check,
            register_section_states,
            register_settings_section,
        )

        schedules.register()
        register_event_receiver(Notice, "notifications.tell_notice", receivers.receive_notice)
        register_event_receiver(RotationEmpty, "notifications.tell_rotation_empty", receivers.receive_rotation_empty)
        register_event_receiver(
            ConnectionStateChanged, "notifications.tell_connection_state", receivers.receive_connection_state
        )
        register_event_receiver(
            ReviewRequested, "notifications.ask_reviewers", receivers.receive_review_request, lead_bound=True
        )
        for event in (DraftDecided, ReviewOutdated):
            register_event_receiver(
                event, "notifications.show_in_slack", receivers.receive_draft_change, lead_bound=True
            )
        register_event_receiver(PersonMentioned, "notifications.tell_mentioned", receivers.receive_mention)
        register_event_receiver(ReviewClickAnswered, "notifications.answer_click", receivers.receive_click_answer)
        register_event_receiver(
            SentimentChanged, "notifications.tell_sentiment", receivers.receive_sentiment_change, lead_bound=True
        )
        register_job(reviews.REVIEW_POSTS, reviews.run_refresh, max_attempts=reviews.UPDATE_TRIES)
        register_care(reviews.KIND, Care(refuse=reviews.refuse_row, arrived=reviews.note_arrival))
        register_care(mentions.KIND, Care(refuse=mentions.refuse_row, arrived=mentions.note_arrival))
        for kind in (SendKind.SENTIMENT_REALTIME.value, SendKind.DAILY_DIGEST.value):
            register_care(kind, Care(refuse=sentiment.refuse_row))
        for columns, check in COLUMN_CHECKS:
            register_column_check(columns, check)
        register_review_posts(posts_of_draft)
        register_doctor_check("notifications", examine_notifications)
        register_demo_part("notifications", add_demo_recipients)
        register_settings_section(settings.SECTION)
        register_section_states(settings.PAGE.tab, settings.section_state)
        register_collector()
