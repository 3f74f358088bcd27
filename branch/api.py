"""The front door of branch: what the rooms upstairs may ask. Each feature lists its part below."""

# --- organisation: the tree, and who may do what where -----------------------------------------
from branch.growers.independence import require_independent, works_for
from branch.growers.queries import (
    GrowerView,
    admitted_growers,
    find_grower,
    get_grower,
    grower_of,
    growers_by_ids,
    growers_in,
    growers_within,
    people_of,
    require_grower,
)
from branch.growers.service import Application, register_grower

# --- ledger: what was sold ---------------------------------------------------------------------
from branch.ledger.facts import FactKind, SaleFact, reversal_of
from branch.ledger.geography import PlantsSold, plants_by_province
from branch.ledger.periods import Period
from branch.ledger.rollup import rebuild_rollups, refresh_rollups
from branch.ledger.sales_channels import declare_channel, record_coverage
from branch.ledger.service import AppendResult, append_facts

# --- licences: marks, and who may use them --------------------------------------------------------
from branch.licences.marks import (
    CultivarGroup,
    MarkFacts,
    MarkView,
    all_marks,
    enter_mark,
    get_mark,
    marks_open_to,
)
from branch.licences.notices import tell_people
from branch.licences.queries import (
    LicenceNotValid,
    LicenceView,
    Licensee,
    find_licensee,
    get_licence,
    licence_of,
    licences_of_growers,
    require_valid_licence,
)
from branch.licences.queries import suspended_by as licence_suspended_by
from branch.licences.service import apply_for_licence
from branch.licences.service import grant as grant_licence
from branch.licences.service import reinstate as reinstate_licence
from branch.licences.service import suspend as suspend_licence
from branch.licences.states import Scope, Standing
from branch.organisation.names import ROLE_NAMES
from branch.organisation.policy import may, permissions_of
from branch.organisation.queries import (
    MemberView,
    UnitView,
    all_units,
    get_unit,
    members_of,
    require_unit_access,
    roles_held,
    unit_by_id,
    unit_name,
    units_below,
    units_where,
    villages,
)
from branch.organisation.roles import Role
from branch.organisation.service import add_unit, give_role, lock_unit

# --- storefronts: outside shops and the check of an address ---------------------------------------
from branch.reports.document import Column, Row, Section, Table
from branch.reports.evidence import Scope as ReportScope
from branch.storefronts.addresses import shop_key
from branch.storefronts.checks import UrlCheck, UrlStatus, check_url
from branch.storefronts.queries import StorefrontView, get_storefront, storefronts_of
from branch.storefronts.queries import suspended_by as storefront_suspended_by
from branch.storefronts.service import decide as decide_storefront
from branch.storefronts.service import propose_storefront
from branch.storefronts.shop_pages import Platform
from branch.storefronts.states import StorefrontState, StorefrontStep
from branch.storefronts.warnings import lift_warning, warn_of_shop

account_roles = roles_held

__all__ = [
    "ROLE_NAMES",
    "AppendResult",
    "Application",
    "Column",
    "CultivarGroup",
    "FactKind",
    "GrowerView",
    "LicenceNotValid",
    "LicenceView",
    "Licensee",
    "MarkFacts",
    "MarkView",
    "MemberView",
    "Period",
    "PlantsSold",
    "Platform",
    "ReportScope",
    "Role",
    "Row",
    "SaleFact",
    "Scope",
    "Section",
    "Standing",
    "StorefrontState",
    "StorefrontStep",
    "StorefrontView",
    "Table",
    "UnitView",
    "UrlCheck",
    "UrlStatus",
    "account_roles",
    "add_unit",
    "admitted_growers",
    "all_marks",
    "all_units",
    "append_facts",
    "apply_for_licence",
    "check_url",
    "decide_storefront",
    "declare_channel",
    "enter_mark",
    "find_grower",
    "find_licensee",
    "get_grower",
    "get_licence",
    "get_mark",
    "get_storefront",
    "get_unit",
    "give_role",
    "grant_licence",
    "grower_of",
    "growers_by_ids",
    "growers_in",
    "growers_within",
    "licence_of",
    "licence_suspended_by",
    "licences_of_growers",
    "lift_warning",
    "lock_unit",
    "marks_open_to",
    "may",
    "members_of",
    "people_of",
    "permissions_of",
    "plants_by_province",
    "propose_storefront",
    "rebuild_rollups",
    "record_coverage",
    "refresh_rollups",
    "register_grower",
    "reinstate_licence",
    "require_grower",
    "require_independent",
    "require_unit_access",
    "require_valid_licence",
    "reversal_of",
    "roles_held",
    "shop_key",
    "storefront_suspended_by",
    "storefronts_of",
    "suspend_licence",
    "tell_people",
    "unit_by_id",
    "unit_name",
    "units_below",
    "units_where",
    "villages",
    "warn_of_shop",
    "works_for",
]
