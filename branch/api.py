"""The front door of branch: what the rooms upstairs may ask. Each feature lists its part below."""

# --- organisation: the tree, and who may do what where -----------------------------------------
from branch.growers.queries import (
    GrowerView,
    admitted_growers,
    find_grower,
    get_grower,
    grower_of,
    growers_by_ids,
    growers_in,
    people_of,
    require_grower,
)
from branch.growers.service import register_grower

# --- ledger: what was sold ---------------------------------------------------------------------
from branch.ledger.facts import FactKind, SaleFact, reversal_of
from branch.ledger.rollup import rebuild_rollups, refresh_rollups
from branch.ledger.service import AppendResult, append_facts
from branch.organisation.policy import may, permissions_of
from branch.organisation.queries import (
    UnitView,
    all_units,
    get_unit,
    require_unit_access,
    roles_held,
    unit_by_id,
    unit_name,
    units_below,
    units_where,
    villages,
)
from branch.organisation.roles import Role
from branch.organisation.service import add_unit, give_role

account_roles = roles_held

__all__ = [
    "AppendResult",
    "FactKind",
    "GrowerView",
    "Role",
    "SaleFact",
    "UnitView",
    "account_roles",
    "add_unit",
    "admitted_growers",
    "all_units",
    "append_facts",
    "find_grower",
    "get_grower",
    "get_unit",
    "give_role",
    "grower_of",
    "growers_by_ids",
    "growers_in",
    "may",
    "people_of",
    "permissions_of",
    "rebuild_rollups",
    "refresh_rollups",
    "register_grower",
    "require_grower",
    "require_unit_access",
    "reversal_of",
    "roles_held",
    "unit_by_id",
    "unit_name",
    "units_below",
    "units_where",
    "villages",
]
