"""Settings → Integrations → Routing switches: whether leads are routed, how often, and what else happens to them."""

from django.utils.translation import gettext_noop as _

from assignment.forms.partners import PartnerField
from zrg.workspaces.forms.columns import Column, ColumnGroup
from zrg.workspaces.settings_columns import ColumnsPage, columns_section

TAB = "integrations"
EDIT = "settings.edit_integrations"

PAGE = ColumnsPage(
    tab=TAB,
    key="routing-switches",
    title=_("Routing switches"),
    purpose=_("Whether leads that arrive here go on to other workspaces, and what happens when no rule fits"),
    group=_("Leads"),
    position=96,
    action=EDIT,
    effect=_("Takes effect for the next lead that arrives or is tried again."),
    groups=(
        ColumnGroup(
            title=_("Routing"),
            columns=(
                Column(
                    name="lead_routing_enabled",
                    label=_("Route leads by the rules"),
                    hint=_("Off: leads stay where they arrive. It also needs the switch of the whole installation."),
                ),
                Column(
                    name="routing_explain",
                    label=_("Keep why every lead went where it went"),
                    hint=_("Each attempt keeps what every rule said. Useful while rules are new; it costs space."),
                ),
            ),
        ),
        ColumnGroup(
            title=_("When no rule fits"),
            side_by_side=True,
            columns=(
                Column(name="routing_fallback", label=_("What happens")),
                Column(
                    name="routing_fallback_workspace",
                    label=_("Forward to"),
                    hint=_("A workspace with an active agreement."),
                    make=PartnerField,
                ),
                Column(
                    name="routing_max_attempts", label=_("Attempts"), hint=_("1 to 10; then the lead counts as failed.")
                ),
                Column(
                    name="lead_ttl_days", label=_("Days until an unrouted lead expires"), hint=_("1 to 3,650 days.")
                ),
            ),
        ),
    ),
)
SECTION = columns_section(PAGE)
