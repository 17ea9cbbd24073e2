"""URLs of the setter's pages and of the inbox API."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, URLResolver, include, path

from inbox.api import acts as api_acts
from inbox.api import ai_ops as api_ai_ops
from inbox.api import autosend as api_autosend
from inbox.api import bulk as api_bulk
from inbox.api import conversations as api
from inbox.api import drafting as api_drafting
from inbox.api import lead_acts as api_lead_acts
from inbox.api import notes as api_notes
from inbox.api import presence as api_presence
from inbox.api import saved_replies as api_replies
from inbox.api import views as api_views
from inbox.views import (
    acts,
    ai_ops,
    autosend,
    autosend_proposals,
    bulk,
    drafts,
    fragments,
    lead_acts,
    memory,
    notes,
    saved_views,
    shell,
)


def _scoped(route: str, view: Callable[..., Any], name: str) -> list[URLPattern]:
    """A fragment of one workspace, and the same of all workspaces."""
    return [
        path(f"w/all/inbox/{route}", view, name=f"{name}_all"),
        path(f"w/<uuid:workspace_id>/inbox/{route}", view, name=name),
    ]


pages = [
    path("", shell.home, name="home"),
    *_scoped("list", fragments.conversation_list, "inbox_list"),
    *_scoped("tabs", fragments.badges, "inbox_tabs"),
    *_scoped("views", saved_views.panel, "inbox_views"),
    *_scoped("row/<uuid:lead_id>", fragments.row, "inbox_row"),
    *_scoped("conversation/<uuid:lead_id>", fragments.conversation, "inbox_conversation"),
    *_scoped("thread/<uuid:lead_id>", fragments.thread, "inbox_thread"),
    *_scoped("station/<uuid:lead_id>", fragments.station, "inbox_station"),
    *_scoped("drawer/<uuid:lead_id>/<slug:section>", fragments.drawer, "inbox_drawer"),
]

workspace_acts = [
    path("filters", fragments.filters, name="inbox_filters"),
    path("bulk/plan", bulk.plan, name="inbox_bulk_plan"),
    path("bulk/runs", bulk.start, name="inbox_bulk_start"),
    path("bulk/runs/<uuid:run_id>", bulk.progress, name="inbox_bulk_progress"),
    path("bulk/runs/<uuid:run_id>/undoing", bulk.undoing, name="inbox_bulk_undo"),
    path("views/new", saved_views.addition, name="inbox_view_addition"),
    path("views/<uuid:view_id>/name", saved_views.renaming, name="inbox_view_renaming"),
    path("views/<uuid:view_id>/deletion", saved_views.deletion, name="inbox_view_deletion"),
    path("messages/<uuid:message_id>/original", fragments.original, name="inbox_original"),
    path("messages/<uuid:message_id>/quoted", fragments.quoted, name="inbox_quoted"),
    path("messages/<uuid:message_id>/attachments/<int:number>", fragments.attachment, name="inbox_attachment"),
    path("messages/<uuid:message_id>/text", fragments.full_text, name="inbox_full_text"),
    path("messages/<uuid:message_id>/outcome", acts.outcome, name="inbox_outcome"),
    path("drafts/<uuid:draft_id>/approval", acts.approval, name="inbox_approval"),
    path("drafts/<uuid:draft_id>/why", drafts.why, name="inbox_draft_why"),
    path("drafts/<uuid:draft_id>/stop", drafts.stop, name="inbox_draft_stop"),
    path("drafts/<uuid:draft_id>/re-evaluation", drafts.re_evaluation, name="inbox_draft_re_evaluation"),
    path("leads/<uuid:lead_id>/generation", drafts.generation, name="inbox_generation"),
    path("drafts/<uuid:draft_id>/rejection", acts.rejection, name="inbox_rejection"),
    path("orders/<uuid:order_id>/cancellation", acts.cancellation, name="inbox_cancellation"),
    path("leads/<uuid:lead_id>/message", acts.message, name="inbox_message"),
    path("leads/<uuid:lead_id>/snooze", acts.snoozing, name="inbox_snooze"),
    path("leads/<uuid:lead_id>/sync", acts.sync, name="inbox_sync"),
    path("leads/<uuid:lead_id>/unread", acts.unread, name="inbox_unread"),
    path("leads/<uuid:lead_id>/status", acts.status, name="inbox_status"),
    path("leads/<uuid:lead_id>/sentiment", acts.sentiment, name="inbox_sentiment"),
    path("leads/<uuid:lead_id>/automation", lead_acts.automation, name="inbox_automation"),
    path("leads/<uuid:lead_id>/contact", lead_acts.contact, name="inbox_contact"),
    path("leads/<uuid:lead_id>/enrichment", acts.enrichment, name="inbox_enrichment"),
    path("leads/<uuid:lead_id>/primary-email", acts.primary_email, name="inbox_primary_email"),
    path("leads/<uuid:lead_id>/promotion-request", acts.promotion_request, name="inbox_promotion_request"),
    path("leads/<uuid:lead_id>/memory", memory.addition, name="inbox_memory"),
    path("leads/<uuid:lead_id>/memory/<uuid:entry_id>", memory.decision, name="inbox_memory_decision"),
    path("leads/<uuid:lead_id>/note", notes.composer, name="inbox_note_composer"),
    path("leads/<uuid:lead_id>/notes", notes.addition, name="inbox_notes"),
    path("leads/<uuid:lead_id>/notes/<uuid:note_id>", notes.change, name="inbox_note"),
    path("leads/<uuid:lead_id>/notes/<uuid:note_id>/deletion", notes.deletion, name="inbox_note_deletion"),
    path("leads/<uuid:lead_id>/stop-lifting", acts.stop_lifting, name="inbox_stop_lifting"),
]

conversation_api = [
    path("", api.Conversation.as_view(), name="api_conversation"),
    path("/drafts", api.ConversationDrafts.as_view(), name="api_conversation_drafts"),
    path("/drafts/regenerate", api_drafting.Regenerate.as_view(), name="api_regenerate"),
    path("/drafts/refresh-availability", api_drafting.RefreshAvailability.as_view(), name="api_refresh_availability"),
    path("/send", api_acts.Send.as_view(), name="api_send"),
    path("/snooze", api_acts.Snooze.as_view(), name="api_snooze"),
    path("/sentiment", api_acts.Sentiment.as_view(), name="api_sentiment"),
    path("/status", api_acts.Status.as_view(), name="api_status"),
    path("/toggles", api_lead_acts.Toggles.as_view(), name="api_toggles"),
    path("/booking-link", api_lead_acts.BookingLink.as_view(), name="api_booking_link"),
    path("/clear-blacklist", api_acts.ClearBlacklist.as_view(), name="api_clear_blacklist"),
    path("/merge", api_acts.Merge.as_view(), name="api_merge"),
    path("/promote", api_acts.Promote.as_view(), name="api_promote"),
    path("/request-promotion", api_acts.RequestPromotion.as_view(), name="api_request_promotion"),
    path("/enrich", api_acts.Enrich.as_view(), name="api_enrich"),
    path("/sync", api_acts.Sync.as_view(), name="api_sync"),
    path("/seen", api_acts.SeenMark.as_view(), name="api_seen"),
    path("/notes", api_notes.Notes.as_view(), name="api_notes"),
    path("/notes/<uuid:note_id>", api_notes.NoteDetail.as_view(), name="api_note"),
    path("/saved-replies", api_replies.LeadReplies.as_view(), name="api_lead_replies"),
    path("/saved-replies/<uuid:reply_id>", api_replies.LeadReply.as_view(), name="api_lead_reply"),
    path("/people", api_notes.People.as_view(), name="api_people"),
]

inbox_api: list[URLPattern | URLResolver] = [
    path("conversations", api.ConversationList.as_view(), name="api_conversations"),
    path("conversations/<uuid:lead_id>", include(conversation_api)),
    path("counts", api.Counts.as_view(), name="api_counts"),
    path("changes", api.Changes.as_view(), name="api_changes"),
    path("presence", api_presence.Presence.as_view(), name="api_presence"),
    path("drafts/<uuid:draft_id>", api_acts.DraftDetail.as_view(), name="api_draft"),
    path("drafts/<uuid:draft_id>/approve", api_acts.Approve.as_view(), name="api_approve"),
    path("drafts/<uuid:draft_id>/re-evaluate", api_autosend.ReEvaluate.as_view(), name="api_re_evaluate"),
    path("drafts/<uuid:draft_id>/reject", api_acts.Reject.as_view(), name="api_reject"),
    path("orders/<uuid:order_id>/cancel", api_acts.CancelOrder.as_view(), name="api_cancel_order"),
    path("saved-replies", api_replies.SavedReplies.as_view(), name="api_saved_replies"),
    path("saved-replies/<uuid:reply_id>", api_replies.SavedReplyDetail.as_view(), name="api_saved_reply"),
    path("messages/<uuid:message_id>/outcome", api_acts.MessageOutcome.as_view(), name="api_outcome"),
    path("bulk", api_bulk.BulkRuns.as_view(), name="api_bulk"),
    path("bulk/plan", api_bulk.BulkPlans.as_view(), name="api_bulk_plan"),
    path("bulk/<uuid:run_id>", api_bulk.BulkProgress.as_view(), name="api_bulk_progress"),
    path("bulk/<uuid:run_id>/undo", api_bulk.BulkUndo.as_view(), name="api_bulk_undo"),
    path("views", api_views.SavedViews.as_view(), name="api_views"),
    path("views/<uuid:view_id>", api_views.SavedViewDetail.as_view(), name="api_view"),
]

urlpatterns = [
    *pages,
    path("w/<uuid:workspace_id>/inbox/", include(workspace_acts)),
    path("w/<uuid:workspace_id>/ai-ops", ai_ops.feed, name="ai_ops"),
    path("w/<uuid:workspace_id>/ai-ops/blacklisted/<uuid:lead_id>", ai_ops.lifting, name="ai_ops_lifting"),
    path("w/<uuid:workspace_id>/autosend", autosend.figures, name="autosend_figures"),
    path(
        "w/<uuid:workspace_id>/autosend/proposals/<uuid:campaign_id>",
        autosend_proposals.proposal,
        name="autosend_proposal",
    ),
    path(
        "w/<uuid:workspace_id>/autosend/proposals/<uuid:campaign_id>/apply",
        autosend_proposals.application,
        name="autosend_proposal_apply",
    ),
    path("api/autosend/stats", api_autosend.Stats.as_view(), name="api_autosend_stats"),
    path("api/ai-ops/feed", api_ai_ops.Feed.as_view(), name="api_ai_ops_feed"),
    path("api/inbox/", include(inbox_api)),
]
