from leads.admin.campaigns import EmailCampaignAdmin, SmsCampaignAdmin
from leads.admin.duplicates import LeadIdentityConflictAdmin
from leads.admin.leads import LeadAdmin
from leads.admin.records import EnrichmentRequestAdmin, ExportJobAdmin, LeadImportJobAdmin, OptOutAdmin

__all__ = [
    "EmailCampaignAdmin",
    "EnrichmentRequestAdmin",
    "ExportJobAdmin",
    "LeadAdmin",
    "LeadIdentityConflictAdmin",
    "LeadImportJobAdmin",
    "OptOutAdmin",
    "SmsCampaignAdmin",
]
