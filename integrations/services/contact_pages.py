"""Where a person looks at the same contact in a provider's own pages."""

from urllib.parse import quote
from uuid import UUID

from integrations.enums import Provider
from integrations.models import Connection
from integrations.services.hosts import effective_host

GHL_PAGES = "https://app.gohighlevel.com/v2/location"


def contact_pages(
    workspace_id: UUID, *, ghl_contact_id: str | None, email_bison_lead_id: str | None
) -> list[tuple[str, str]]:
    """(provider, https address) of each connected provider that knows the contact. One query."""
    ids = {Provider.GHL: ghl_contact_id, Provider.EMAILBISON: email_bison_lead_id}
    known = [provider for provider, found in ids.items() if found]
    if not known:
        return []
    rows = Connection.objects.in_workspace(workspace_id).filter(provider__in=known, is_active=True)
    return [
        (one.get_provider_display(), address)
        for one in rows.select_related("base_host").order_by("provider")
        if (address := _address(one, str(ids[Provider(one.provider)])))
    ]


def _address(connection: Connection, contact_id: str) -> str:
    contact = quote(contact_id, safe="")
    if connection.provider == Provider.EMAILBISON:
        return f"https://{effective_host(connection.base_host)}/leads/{contact}"
    location = quote(connection.external_account_id or "", safe="")
    return f"{GHL_PAGES}/{location}/contacts/detail/{contact}" if location else ""
