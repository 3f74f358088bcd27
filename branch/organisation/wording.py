"""What roles and kinds of unit are called on pages."""

from flask_babel import lazy_gettext as _l

from branch.organisation.rules.roles import Role

ROLE_NAMES = {
    Role.BUYER: _l("Buyer"),
    Role.GROWER: _l("Grower"),
    Role.TECHNICIAN: _l("Technician"),
    Role.SECRETARY: _l("Branch secretary"),
    Role.COMMITTEE: _l("Committee"),
    Role.OPERATOR: _l("Operator"),
}

KIND_NAMES = {
    "committee": _l("Town committee"),
    "branch": _l("Industry branch"),
    "village": _l("Village"),
    "group": _l("Group"),
}
