"""URLs of the pages and the API about many leads."""

from django.urls import include, path

from leads.api import campaigns as campaign_api
from leads.api import exports as export_api
from leads.api import imports as api
from leads.views import duplicates, exports, imports

import_pages = [
    path("", imports.imports, name="lead_imports"),
    path("/upload", imports.upload, name="lead_import_upload"),
    path("/<uuid:import_id>", imports.detail, name="lead_import"),
    path("/<uuid:import_id>/progress", imports.progress, name="lead_import_progress"),
    path("/<uuid:import_id>/preview", imports.preview, name="lead_import_preview"),
    path("/<uuid:import_id>/start", imports.start, name="lead_import_start"),
    path("/<uuid:import_id>/cancel", imports.cancel, name="lead_import_cancel"),
    path("/<uuid:import_id>/errors.csv", imports.errors, name="lead_import_errors"),
]

import_api = [
    path("", api.Imports.as_view(), name="api_imports"),
    path("/<uuid:import_id>", api.ImportDetail.as_view(), name="api_import"),
    path("/<uuid:import_id>/start", api.ImportStart.as_view(), name="api_import_start"),
    path("/<uuid:import_id>/cancel", api.ImportCancel.as_view(), name="api_import_cancel"),
    path("/<uuid:import_id>/errors.csv", api.ImportErrors.as_view(), name="api_import_errors"),
]

export_pages = [
    path("", exports.exports, name="lead_exports"),
    path("/create", exports.create, name="lead_export_create"),
    path("/progress", exports.progress, name="lead_export_progress"),
]

duplicate_pages = [
    path("", duplicates.duplicates, name="lead_duplicates"),
    path("/<uuid:conflict_id>/dismissal", duplicates.dismissal, name="lead_conflict_dismissal"),
    path("/<uuid:keep_id>/<uuid:drop_id>", duplicates.merge, name="lead_merge"),
    path("/<uuid:keep_id>/<uuid:drop_id>/dismissal", duplicates.pair_dismissal, name="lead_pair_dismissal"),
]

urlpatterns = [
    path("w/<uuid:workspace_id>/duplicates", include(duplicate_pages)),
    path("w/<uuid:workspace_id>/imports", include(import_pages)),
    path("w/<uuid:workspace_id>/exports", include(export_pages)),
    path("settings/ai/campaigns/<uuid:campaign_id>", campaign_api.CampaignDetail.as_view(), name="api_campaign"),
    path("export/d/<str:signed>", exports.download, name="export_download"),
    path("api/imports/leads", include(import_api)),
    path("api/export/leads", export_api.LeadsExport.as_view(), name="api_export_leads"),
    path("api/export/jobs/<uuid:export_id>", export_api.ExportDetail.as_view(), name="api_export_job"),
]
