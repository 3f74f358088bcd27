"""Which role may do what: the one table. A permission reads `<feature>.<verb>`.

A route names the permission it requires; the table says who holds it; a unit's place in the tree
says where. Add a permission here in the line of every role that should hold it.
"""

from branch.organisation.rules.roles import Role

BUYER = frozenset(
    {
        "account.view",
        "orders.own",
        "growers.apply",
        "jobs.view",
    }
)

GROWER = BUYER | {
    "tokens.create",
    "epcis.capture",
    "epcis.read",
    "seller.view",
    "grower.staff",
    "listings.edit",
    "lots.edit",
    "plots.edit",
    "quota.own",
    "codes.issue",
    "papers.record",
    "orders.dispatch",
    "orders.sell",
    "shipping.edit",
    "channels.import",
    "storefronts.propose",
    "licences.apply",
    "ledger.own",
}

TECHNICIAN = BUYER | {
    "tokens.create",
    "epcis.capture",
    "epcis.read",
    "members.view",
    "growers.view",
    "licences.view",
    "storefronts.view",
    "plots.view",
    "plots.survey",
    "inspections.view",
    "inspections.record",
    "quota.view",
    "lots.view",
    "codes.view",
    "cases.view",
    "alarms.view",
    "cases.evidence",
    "papers.view",
    "payees.view",
}

SECRETARY = TECHNICIAN | {
    "members.edit",
    "units.edit",
    "growers.decide",
    "licences.decide",
    "licences.edit",
    "marks.edit",
    "storefronts.decide",
    "plots.decide",
    "quota.decide",
    "lots.decide",
    "lots.recall",
    "recalls.decide",
    "codes.void",
    "codes.approve",
    "cases.decide",
    "alarms.decide",
    "alarms.rules",
    "cases.confirm",
    "papers.decide",
    "orders.view",
    "payments.confirm",
    "payees.propose",
    "payees.confirm",
    "payments.refund",
    "ledger.view",
    "reports.view",
    "reports.build",
    "reports.submit",
    "programmes.view",
    "programmes.note",
}

COMMITTEE = TECHNICIAN | {
    "payees.propose",
    "payees.confirm",
    "plots.approve",
    "cases.confirm",
    "members.edit",
    "units.edit",
    "orders.view",
    "ledger.view",
    "reports.view",
    "reports.review",
    "reports.publish",
    "programmes.view",
    "codes.approve",
    "recalls.decide",
    "checks.view",
}

# Runs the machine and what all towns share; decides nothing of a town's. What an operator does in a unit's place is a
# take-over: dated, sealed and told to its people (`takeovers.py`).
OPERATOR = BUYER | {
    "units.found",
    "units.take_over",
    "members.view",
    "alarms.view",
    "papers.view",
    "papers.defaults",
    "settings.view",
    "search.reindex",
    "jobs.manage",
    "alarms.rules",
    "alarms.networks",
    "alarms.thresholds",
    "checks.view",
}

PERMISSIONS_OF: dict[Role, frozenset[str]] = {
    Role.BUYER: BUYER,
    Role.GROWER: frozenset(GROWER),
    Role.TECHNICIAN: frozenset(TECHNICIAN),
    Role.SECRETARY: frozenset(SECRETARY),
    Role.COMMITTEE: frozenset(COMMITTEE),
    Role.OPERATOR: frozenset(OPERATOR),
}

ALL_PERMISSIONS = frozenset().union(*PERMISSIONS_OF.values())
