"""Errors of leads a caller can act upon."""

from django.utils.translation import gettext

from zrg.lib.errors import BadInput, Conflict, Forbidden, ZrgError


class NoUsableIdentity(ZrgError):
    """Nothing that names a person; the caller ends the event as ignored."""

    code = "no_usable_identity"
    http_status = 422


class UnknownFilter(BadInput):
    """A list parameter or value that does not exist; `error` names the key."""

    http_status = 400

    def __init__(self, key: str):
        super().__init__(f"Unknown value of {key}.", code=key, field=key)


class SearchTimeout(ZrgError):
    """The search took longer than a page may; the list underneath stays."""

    code = "search_timeout"
    http_status = 503

    def __init__(self) -> None:
        super().__init__(gettext("The search took too long."), retry_after=2)


class InvalidStatus(BadInput):
    """A status that does not exist."""

    code = "invalid_status"


class BlacklistStays(Forbidden):
    """Only a person with delete_leads lifts a stop of every channel."""

    code = "blacklist_stays"


class LeadIsStopped(Conflict):
    """Nothing automatic is turned on for a lead that asked not to be contacted."""

    code = "lead_blacklisted"

    def __init__(self, message: str = ""):
        super().__init__(message or gettext("This lead asked not to be contacted: nothing automatic acts on it."))


class PromotionRefused(BadInput):
    """The address cannot become the primary one; the message says why."""

    code = "promotion_refused"


class EnrichmentRefused(Conflict):
    """Nothing is looked up about the lead; `code` is the reason, the message its sentence."""

    code = "enrichment_refused"


class AddressTaken(Conflict):
    """The address is another lead's."""

    code = "address_taken"


class ProfileTaken(Conflict):
    """The LinkedIn profile is another lead's."""

    code = "profile_taken"

    def __init__(self, message: str = ""):
        super().__init__(message or gettext("Another lead has this LinkedIn profile."), field="linkedin_url")


class MergeRefused(Conflict):
    """The two leads cannot be merged; the message says why."""

    code = "merge_refused"


class ImportFileGone(ZrgError):
    """The file of an import was deleted after its time."""

    code = "file_gone"
    http_status = 410

    def __init__(self) -> None:
        super().__init__(gettext("The file is deleted 24 hours after the import ended."))


class ImportStateRefused(Conflict):
    """The import is in a state in which this cannot be done."""

    code = "import_state"


class ExportLimit(ZrgError):
    """Too many exports of the workspace are running."""

    code = "too_many_exports"
    http_status = 429


class ExportGone(ZrgError):
    """The file of an export is no longer there."""

    code = "export_gone"
    http_status = 410
