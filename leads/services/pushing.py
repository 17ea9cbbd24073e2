"""A lead that another program pushed: read like a row of a file, and written before anything routes it."""

from django.db.models.functions import Now

from integrations.contracts import LeadPush, PersonDetails, ProviderIds
from leads.enums import ImportField, LeadSource
from leads.errors import NoUsableIdentity
from leads.models import Lead
from leads.rules.importing.mapping import guess_mapping
from leads.rules.importing.rows import ImportRow, read_row
from leads.rules.importing.updating import choose_update
from leads.services.changes import announce_data_change
from leads.services.matching import LeadMatch, find_or_create_lead
from leads.services.senders import own_senders_like
from zrg.lib.addresses import OwnSenders
from zrg.lib.csv_files import CsvRecord

# What a program may not decide: it pushes people, not how they are worked.
NOT_PUSHED = frozenset({ImportField.STATUS.value, ImportField.SMS_CAMPAIGN.value})
API = "api"


def take_push(push: LeadPush) -> str:
    """The lead this person is, made if there is none; blanks are filled, stored values stay.

    Joins the event's transaction: with routing on, the new lead is committed as pending with all that is known
    of it, then routed. A lead that was handed on already is another workspace's and untouched. Idempotent.
    """
    row = _row(push)
    identity = row.identity
    person = PersonDetails(
        email=identity.email,
        phone=identity.phone.e164 or identity.phone_raw,
        first_name=identity.first_name,
        last_name=identity.last_name,
        company_name=identity.company_name,
        job_title=identity.job_title,
        linkedin_url=identity.linkedin_url,
    )
    ids = ProviderIds(
        linkedin_id=identity.linkedin_id,
        linkedin_url=identity.linkedin_url,
        linkedin_company_url=identity.linkedin_company_url,
    )
    try:
        match = find_or_create_lead(push.workspace_id, person, ids, source=_source_of(push))
    except NoUsableIdentity:
        return "ignored:no_usable_identity"
    _fill(match, row)
    return "processed"


def _row(push: LeadPush) -> ImportRow:
    columns = list(push.row)
    mapping = {column: field for column, field in guess_mapping(columns).items() if field not in NOT_PUSHED}
    email = next((push.row[column] for column, field in mapping.items() if field == ImportField.EMAIL), None)
    own = OwnSenders.of(own_senders_like(push.workspace_id, email))
    return read_row(0, CsvRecord(line=1, cells=tuple(push.row.values())), columns, mapping, own)


def _fill(match: LeadMatch, row: ImportRow) -> None:
    changes = choose_update(match.lead, row, overwrite_names=False)
    if not changes:
        return
    Lead.objects.filter(pk=match.lead.pk).update(**changes, changed_at=Now(), updated_at=Now())
    if not match.created:
        announce_data_change(match.lead)


def _source_of(push: LeadPush) -> LeadSource:
    return LeadSource.API if push.source == API else LeadSource.PUSH
