from leads.models.campaign import EmailCampaign, SmsCampaign
from leads.models.conflict import LeadIdentityConflict, SharedPhone
from leads.models.enrichment import EnrichmentRequest
from leads.models.export import ExportJob
from leads.models.importing import LeadImportJob, LeadImportMapping
from leads.models.lead import Lead
from leads.models.opt_out import InstallationSalt, OptOut

__all__ = [
    "EmailCampaign",
    "EnrichmentRequest",
    "ExportJob",
    "InstallationSalt",
    "Lead",
    "LeadIdentityConflict",
    "LeadImportJob",
    "LeadImportMapping",
    "OptOut",
    "SharedPhone",
    "SmsCampaign",
]
