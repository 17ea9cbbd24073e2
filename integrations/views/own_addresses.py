"""Addresses of the workspace itself, beyond its mailboxes: whoever writes from them is no lead."""

from functools import partial

from django.utils.translation import gettext_noop as _

from integrations.rules.setup import TOOLS_GROUP
from zrg.workspaces.forms.columns import AddressesField, Column, ColumnGroup
from zrg.workspaces.settings_columns import ColumnsPage, columns_section

PAGE = ColumnsPage(
    tab="integrations",
    key="own-addresses",
    title=_("Own addresses"),
    purpose=_("Who writes from your side and is therefore never a lead"),
    group=TOOLS_GROUP,
    position=95,
    action="settings.edit_integrations",
    effect=_("Takes effect for the next mail."),
    groups=(
        ColumnGroup(
            title=_("Addresses and domains"),
            note=_(
                "The mailboxes of your e-mail provider are known by themselves. Add what else writes from your side: "
                "a colleague's own address, a shared inbox, a whole domain."
            ),
            columns=(
                Column(
                    name="own_sender_addresses",
                    label=_("One per line"),
                    hint=_(
                        "ada@example.com, or @example.com for everybody there. Mails from them make no lead, and no "
                        "answer is addressed to them. At most 200."
                    ),
                    make=partial(AddressesField, required=False),
                    rows=6,
                ),
            ),
        ),
    ),
)
SECTION = columns_section(PAGE)
