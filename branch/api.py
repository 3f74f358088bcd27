"""The front door of branch: what the rooms upstairs may ask. Each feature lists its part below."""

# --- organisation: the tree, and who may do what where -----------------------------------------
from branch.access.queries import first_holders, holders_at, may, permissions_of
from branch.growers.queries.directory import (
    GrowerView,
    admitted_growers,
    find_grower,
    get_grower,
    grower_of,
    growers_by_ids,
    growers_in,
    growers_in_each,
    growers_within,
    people_below,
    people_of,
    require_grower,
)
from branch.growers.queries.independence import require_independent, works_for
from branch.growers.service.membership import Application, register_grower
from branch.growers.service.notices import tell_people
from branch.ledger.queries.provinces import PlantsSold, plants_by_province

# --- ledger: what was sold ---------------------------------------------------------------------
from branch.ledger.rules.facts import FactKind, SaleFact, reversal_of
from branch.ledger.rules.periods import Period
from branch.ledger.service.appending import AppendResult, append_facts
from branch.ledger.service.channels import declare_channel, record_coverage
from branch.ledger.service.daily_sums import rebuild_rollups, refresh_rollups
from branch.licences.queries.marks import (
    CultivarGroup,
    MarkFacts,
    MarkView,
    all_marks,
    get_mark,
    marks_open_to,
)
from branch.licences.queries.validity import (
    LicenceNotValid,
    LicenceView,
    Licensee,
    find_licensee,
    get_licence,
    licence_of,
    licences_of_growers,
    require_valid_licence,
)
from branch.licences.queries.validity import suspended_by as licence_suspended_by
from branch.licences.service.decisions import apply_for_licence
from branch.licences.service.decisions import grant as grant_licence
from branch.licences.service.decisions import reinstate as reinstate_licence
from branch.licences.service.decisions import suspend as suspend_licence

# --- licences: marks, and who may use them --------------------------------------------------------
from branch.licences.service.marks import enter_mark
from branch.licences.states import Scope, Standing
from branch.organisation.queries.members import MemberView, members_of
from branch.organisation.queries.tree import (
    UnitView,
    all_units,
    get_unit,
    require_unit_access,
    roles_allow,
    roles_held,
    roles_of,
    unit_by_id,
    unit_name,
    units_below,
    units_where,
    upwards,
    villages,
)
from branch.organisation.rules.roles import Role
from branch.organisation.service.tree import add_unit, give_role, lock_unit
from branch.organisation.wording import ROLE_NAMES
from branch.platforms.rules.recognition import shop_key
from branch.platforms.rules.shop_pages import Platform

# --- storefronts: outside shops and the check of an address ---------------------------------------
from branch.reports.document import Column, Row, Section, Table
from branch.reports.facts.evidence import Scope as ReportScope
from branch.storefronts.queries.address_check import UrlCheck, UrlStatus, check_url
from branch.storefronts.queries.register import StorefrontView, get_storefront, storefronts_of
from branch.storefronts.queries.register import suspended_by as storefront_suspended_by
from branch.storefronts.service.decisions import decide as decide_storefront
from branch.storefronts.service.decisions import propose_storefront
from branch.storefronts.service.warnings import lift_warning, warn_of_shop
from branch.storefronts.states import StorefrontState, StorefrontStep

# --- two persons: what one proposed, another one decides --------------------------------------------
from branch.two_persons.service import TwoPersons
