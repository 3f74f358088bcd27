"""Composition root: the only file that sees every room. Everything is wired here, in readable lists.

Rooms are imported where they are wired, not with this file: the scheduler reads its tables here and needs nothing else.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from celery.schedules import crontab
from flask_babel import lazy_gettext as _l

if TYPE_CHECKING:
    from apiflask import APIFlask

    from branch.reports.sections.contract import SectionFunction
    from core.checks.service import Check
    from core.health.views import Part
    from core.outbox.service import Handler
    from core.seal import Sealed
    from core.seal.service.sealed_rows import SealedRows
    from core.settings import Settings
    from core.web.views.navigation import NavGroup

# Modules with a `blueprint`, in the order in which their routes are looked up.
BLUEPRINTS: list[str] = [
    "core.accounts.views.account",
    "core.accounts.views.second_factor",
    "core.accounts.views.tokens",
    "core.accounts.views.devices",
    "core.failures.views",
    "core.checks.views",
    "core.seal.views.log",
    "branch.organisation.views.members",
    "branch.organisation.views.units",
    "branch.organisation.views.operator",
    "branch.growers.views",
    "traceability.papers.views",
    "traceability.surveys.views.grower",
    "traceability.surveys.views.branch",
    "traceability.quota.views.growth",
    "traceability.quota.views.balances",
    "traceability.lots.views",
    "traceability.transformations.views",
    "traceability.recalls.views",
    "traceability.codes.views.grower",
    "traceability.codes.views.activation",
    "traceability.codes.views.approval",
    "traceability.codes.views.inner_codes",
    "traceability.resolver.views",
    "traceability.passports.views",
    "traceability.inspections.views",
    "traceability.events.views.root",
    "traceability.verification.views.pages",
    "traceability.verification.views.api",
    "traceability.alarms.views.branch",
    "traceability.alarms.views.question",
    "traceability.standing.views",
    "traceability.cases.views.public",
    "traceability.cases.views.staff",
    "traceability.cases.views.steps",
    "traceability.cases.views.download",
    "traceability.warnings.views",
    "branch.ledger.views.sums",
    "branch.ledger.views.single_sales",
    "branch.ledger.views.channels",
    "branch.ledger.views.costs",
    "branch.reports.views.branch",
    "branch.reports.views.committee",
    "branch.reports.views.editions",
    "branch.programmes.views",
    "shop.promotion.views",
    "shop.search.views.pages",
    "shop.search.views.json_api",
    "shop.channels.views",
    "shop.dispatch.views.tracking_numbers",
    "shop.dispatch.views.packing",
    "shop.dispatch.views.returns",
    "shop.home.views",
    "shop.catalogue.views",
    "shop.seller.views.day",
    "shop.seller.views.listings",
    "shop.seller.views.prices",
    "shop.cart.views",
    "shop.freight.views",
    "shop.checkout.views.pages",
    "shop.orders.views.unpaid_holds",
    "shop.orders.views.pages",
    "shop.checkout.views.json_api",
    "shop.payees.views",
    "shop.payments.webhook",
    "shop.payments.views.buyer",
    "shop.payments.views.cashier",
    "shop.payments.views.refunds",
    "branch.licences.views.decisions",
    "branch.licences.views.marks",
    "branch.storefronts.views",
    "branch.registry.views.pages",
    "branch.registry.views.api",
]

# What a token for a program can be allowed to do: permissions, each with its words.
TOKEN_SCOPES: dict[str, Any] = {
    "epcis.capture": _l("Send EPCIS events and keep named queries"),
    "epcis.read": _l("Read all EPCIS events, also those that others sent"),
}

# Modules with a `group` of commands for `flask`.
COMMANDS: list[str] = [
    "core.accounts.cli",
    "core.backup.cli",
    "core.checks.cli",
    "core.failures.cli",
    "core.seal.cli",
    "traceability.reference.cli",
    "traceability.codes.cli",
    "benchmarks.alarms.cli",
    "traceability.quota.cli",
    "branch.ledger.cli",
    "branch.reports.cli",
    "branch.programmes.cli",
    "branch.organisation.cli.users",
    "branch.storefronts.cli",
    "branch.organisation.cli.units",
    "branch.organisation.cli.takeovers",
    "shop.search.cli",
    "shop.payments.cli",
    "shop.channels.cli",
    "shop.demo.cli.commands",
    "shop.dispatch.cli",
]

# Modules that define tables but are not imported by any view.
MODELS: list[str] = [
    "core.accounts.models.devices",
    "core.backup.models.runs",
    "core.checks.models",
    "core.work_claims",
    "core.failures.models",
    "core.messaging.models",
    "core.outbox.models",
    "core.form_keys.models",
    "core.progress.models",
    "core.seal.models.leaves",
    "branch.growers.models.tables",
    "branch.organisation.models.tables",
    "branch.ledger.models.tables",
    "branch.reports.models.tables",
    "branch.programmes.models.tables",
    "branch.reports.questions.models.tables",
    "branch.reports.deadlines.models",
    "branch.reports.editions.models.tables",
    "branch.reports.review.models",
    "branch.licences.models.tables",
    "branch.storefronts.models.tables",
    "traceability.plots.models.tables",
    "traceability.lots.models.tables",
    "traceability.papers.models.tables",
    "traceability.quota.models.tables",
    "traceability.codes.models.tables",
    "traceability.resolver.models.tables",
    "traceability.events.models.tables",
    "traceability.certificates.models.tables",
    "traceability.inspections.models.tables",
    "traceability.cases.models.tables",
    "traceability.lookups.models",
    "traceability.alarms.models.tables",
    "shop.catalogue.models",
    "shop.search.models",
    "shop.stock.models",
    "shop.freight.models",
    "shop.cart.models",
    "shop.orders.models.tables",
    "shop.payees.models.tables",
    "shop.payments.models.tables",
    "shop.channels.models",
    "shop.dispatch.models",
]

# Modules with an `init_app(app, settings)` to be called at start.
PARTS: list[str] = [
    "core.accounts.views.security",
    "core.seal.views.log_files",
    "core.backup.service.storage",
    "branch.access.queries",
    "shop.search.service.finding",
    "shop.payments.service.provider",
    "shop.checkout.wording",
    "traceability.lookups.service.address_database",
]

# Whose `measure` sets gauges at each look at /metrics.
MEASURED: list[str] = ["core.failures.views", "core.backup.views", "core.checks.views"]

# Modules with Celery tasks.
TASKS: list[str] = [
    "core.outbox.tasks",
    "core.messaging.tasks",
    "core.progress.tasks.periodic",
    "core.files.tasks",
    "core.form_keys.tasks",
    "core.forgetting.tasks",
    "core.accounts.tasks",
    "traceability.codes.tasks.batch_files",
    "traceability.cases.tasks",
    "core.failures.tasks",
    "core.seal.tasks.periodic",
    "core.backup.tasks",
    "core.checks.tasks.periodic",
    "branch.ledger.tasks",
    "branch.reports.tasks.building",
    "branch.reports.tasks.editions",
    "branch.reports.tasks.deadlines",
    "branch.licences.tasks",
    "traceability.quota.tasks",
    "traceability.surveys.tasks",
    "traceability.lookups.tasks",
    "traceability.alarms.tasks",
    "shop.search.tasks.jobs",
    "shop.payments.tasks.jobs",
    "shop.channels.tasks.jobs",
    "shop.catalogue.tasks.jobs",
    "shop.orders.tasks",
]

# Which worker does which task (core.jobs): what somebody waits for is fast, what may take minutes is slow.
QUEUES: dict[str, list[str]] = {
    "fast": [
        "core.seal.sequence",
        "core.seal.witness",
        "core.seal.keep_head",
        "core.outbox.deliver",
        "core.messaging.send",
        "core.messaging.forget",
        "core.jobs.resume",
        "shop.orders.expire",
        "shop.orders.remind",
        "shop.payments.send_refunds",
        "traceability.alarms.judge_recent",
        "traceability.cases.remind",
        "traceability.quota.expire",
        "branch.licences.expire",
        "branch.ledger.refresh_rollups",
        "branch.reports.remind",
    ],
    "slow": [
        "core.accounts.forget_devices",
        "core.backup.nightly",
        "core.checks.nightly",
        "core.checks.sample",
        "core.failures.forget_settled",
        "core.files.remove_torn",
        "core.form_keys.forget",
        "shop.catalogue.forget_originals",
        "shop.catalogue.make_photo",
        "shop.channels.apply",
        "shop.channels.forget_plans",
        "shop.channels.plan",
        "shop.payments.reconcile",
        "shop.search.rebuild",
        "shop.search.rebuild_missing",
        "traceability.alarms.judge_licensees",
        "traceability.cases.forget_contacts",
        "traceability.labels.forget_files",
        "traceability.labels.make",
        "traceability.lookups.fold",
        "traceability.plots.remind_of_growth",
        "branch.ledger.reconcile",
        "branch.reports.build",
        "branch.reports.publish_edition",
        "branch.reports.build_last_month",
    ],
}


def console() -> list[NavGroup]:
    """The working side's navigation by topic.

    NavItem(endpoint, lazy label, symbol of templates/macros/icons.html, permission). An account sees what it may do; a
    topic in which that is one place is that place.
    """
    from core.web.views.navigation import NavGroup, NavItem

    return [
        NavGroup(_l("Today"), "home", [NavItem("seller.home", _l("Today"), "home", "seller.view")]),
        NavGroup(
            _l("Land and plants"),
            "leaf",
            [
                NavItem("plots.index", _l("My plots"), "pin", "plots.edit"),
                NavItem("plot_surveys.index", _l("Plots"), "pin", "plots.view"),
                NavItem("quota.own", _l("My quota"), "leaf", "quota.own"),
                NavItem("quota.index", _l("Quota"), "leaf", "quota.view"),
                NavItem("lots.index", _l("Lots and codes"), "scan", "lots.edit"),
                NavItem("lot_steps.find", _l("Lots and recalls"), "scan", "lots.view"),
                NavItem("code_activation.activate", _l("Activate codes"), "scan", "codes.issue"),
                NavItem("code_approval.index", _l("Codes to approve"), "verify", "codes.view"),
                NavItem("inspections.index", _l("Inspections"), "check", "inspections.view"),
                NavItem("papers.rules", _l("Papers that travel"), "file", "papers.view"),
                NavItem("resolver.products", _l("Product numbers"), "list", "lots.edit"),
            ],
        ),
        NavGroup(
            _l("Orders"),
            "cart",
            [
                NavItem("orders.seller_orders", _l("Orders received"), "cart", "orders.sell"),
                NavItem("orders.seller_holds", _l("Held by buyers"), "people", "orders.sell"),
                NavItem("dispatch.home", _l("Dispatch"), "truck", "orders.dispatch"),
                NavItem("refunds.of_seller", _l("Cancellations and refunds"), "back", "orders.sell"),
                NavItem("payees.of_grower", _l("Where your buyers transfer to"), "money", "orders.sell"),
                NavItem("cashier.home", _l("Cashier"), "money", "payments.confirm"),
                NavItem("payees.index", _l("Accounts for transfers"), "money", "payees.view"),
                NavItem("orders.branch_orders", _l("Orders of the growers"), "cart", "orders.view"),
            ],
        ),
        NavGroup(
            _l("Shop"),
            "list",
            [
                NavItem("seller_listings.index", _l("My listings"), "list", "listings.edit"),
                NavItem("freight.table", _l("Freight"), "truck", "shipping.edit"),
                NavItem("storefronts.own", _l("Your outside shops"), "globe", "storefronts.propose"),
                NavItem("channels.home", _l("Orders of other shops"), "download", "channels.import"),
            ],
        ),
        NavGroup(
            _l("Fakes"),
            "alert",
            [
                NavItem("cases.index", _l("Suspected fakes"), "report", "cases.view"),
                NavItem("alarms.index", _l("Alarms"), "alert", "alarms.view"),
            ],
        ),
        NavGroup(
            _l("Figures"),
            "chart",
            [
                NavItem("ledger.own", _l("My sales"), "chart", "ledger.own"),
                NavItem("report_desk.index", _l("Reports for the committee"), "report", "reports.review"),
                NavItem("reports.index", _l("Reports"), "report", "reports.view"),
                NavItem("ledger.sales", _l("Sales"), "chart", "ledger.view"),
                NavItem("programmes.index", _l("Programmes with one date"), "list", "programmes.view"),
            ],
        ),
        NavGroup(
            _l("Running the system"),
            "list",
            [
                NavItem("failures.index", _l("Work that failed"), "alert", "jobs.manage"),
                NavItem("operations.units", _l("Towns and take-overs"), "people", "units.found"),
                NavItem("alarms.thresholds", _l("Rules and their numbers"), "settings", "alarms.thresholds"),
                NavItem("checks.index", _l("Do the books agree"), "check", "checks.view"),
            ],
        ),
        NavGroup(
            _l("Members"),
            "people",
            [
                NavItem("licences.own", _l("Your licence"), "seal", "licences.apply"),
                NavItem("growers.people", _l("People of your nursery"), "people", "grower.staff"),
                NavItem("growers.index", _l("Growers"), "leaf", "growers.view"),
                NavItem("licences.index", _l("Licences"), "seal", "licences.view"),
                NavItem("storefronts.index", _l("Outside shops"), "globe", "storefronts.view"),
                NavItem("marks.index", _l("Marks"), "file", "marks.edit"),
                NavItem("units.index", _l("Units"), "list", "units.edit"),
                NavItem("organisation.members", _l("Members and roles"), "people", "members.view"),
            ],
        ),
    ]


def event_handlers() -> dict[type, list[Handler]]:
    """Which handler hears which event: one block per handler, then the events that nobody needs to hear yet."""
    from branch.licences import events as licences
    from branch.licences.service.notices import tell_grower as tell_grower_of_licence
    from branch.organisation.events import RoleChanged, TakeoverEnded, UnitTakenOver
    from branch.organisation.service.notices import (
        tell_of_faults,
        tell_of_role,
        tell_operators_of_backup,
        tell_operators_of_checks,
        tell_unit_of_takeover,
    )
    from branch.storefronts import events as storefronts
    from branch.storefronts.service.notices import tell_grower as tell_grower_of_storefront
    from core.accounts.events import RecoveryAsked
    from core.accounts.service.recovery import answer as answer_recovery
    from core.backup.events import BackupFailed, FaultsFoundByBackup
    from core.checks.events import ChecksFailed, FaultsFound
    from core.progress.events import JobFailed
    from shop.catalogue import events as catalogue
    from shop.catalogue.service.photo_uploads import note_failed_upload
    from shop.channels.tasks.applying import note_failed_import
    from shop.orders import events as orders
    from shop.orders.service import notices
    from shop.orders.service.inner_code_notices import tell_buyer_of_tries
    from shop.orders.service.recall_notices import find_buyers_of_recall, tell_buyer_of_recall
    from shop.payees import events as payees
    from shop.payees.service.notices import tell_everyone_concerned
    from shop.payments.tasks.handlers import close_payment_pages, tell_buyers_of_account, tell_cashiers
    from shop.search.tasks.handlers import follow_grower, follow_listing
    from traceability.codes.events import InnerCodeTried
    from traceability.codes.service.notices import tell_grower_of_tries
    from traceability.codes.tasks.large_batches import void_half_made
    from traceability.recalls.events import LotRecalled
    from traceability.recalls.service.notices import tell_grower_of_recall

    hears: list[tuple[Handler | None, list[type]]] = [
        (
            tell_grower_of_licence,
            [
                licences.LicenceApplied,
                licences.LicenceGranted,
                licences.LicenceRefused,
                licences.LicenceSuspended,
                licences.LicenceReinstated,
                licences.LicenceExtended,
                licences.LicenceExpired,
                licences.LicenceWithdrawn,
            ],
        ),
        (
            tell_grower_of_storefront,
            [
                storefronts.StorefrontAuthorised,
                storefronts.StorefrontRefused,
                storefronts.StorefrontSuspended,
                storefronts.StorefrontEnded,
            ],
        ),
        (
            follow_grower,
            [
                licences.LicenceGranted,
                licences.LicenceSuspended,
                licences.LicenceReinstated,
                licences.LicenceExpired,
                licences.LicenceWithdrawn,
            ],
        ),
        (
            follow_listing,
            [catalogue.ListingPublished, catalogue.ListingChanged, catalogue.ListingWithdrawn],
        ),
        (
            notices.tell_buyer_of_order,
            [orders.OrderPlaced, orders.OrderPaid, orders.OrderExpired, orders.OrderCancelled],
        ),
        (notices.tell_growers_to_pack, [orders.OrderPlaced, orders.OrderPaid]),
        (
            notices.tell_buyer_of_parcel,
            [
                orders.ConsignmentDispatched,
                orders.ConsignmentDelivered,
                orders.ConsignmentCancelled,
                orders.ConsignmentReturned,
                orders.ConsignmentConfirmed,
                orders.ConsignmentLapsed,
            ],
        ),
        (
            notices.tell_grower_of_end,
            [orders.ConsignmentDelivered, orders.ConsignmentCancelled, orders.ConsignmentLapsed],
        ),
        (notices.remind_growers_to_confirm, [orders.OrderNearsEnd]),
        (tell_cashiers, [orders.OrderNearsEnd, orders.HoldAskedFor]),
        (notices.ask_buyer_for_held, [orders.HoldAskedFor]),
        (tell_of_role, [RoleChanged]),
        (tell_unit_of_takeover, [UnitTakenOver, TakeoverEnded]),
        (tell_buyers_of_account, [payees.PayeeWithdrawn]),
        (tell_everyone_concerned, [payees.PayeeProposed, payees.PayeeConfirmed, payees.PayeeWithdrawn]),
        (None, [orders.OrderRefunded, orders.ConsignmentPacked]),
        (tell_grower_of_recall, [LotRecalled]),
        (tell_grower_of_tries, [InnerCodeTried]),
        (tell_buyer_of_tries, [InnerCodeTried]),
        (answer_recovery, [RecoveryAsked]),
        (tell_operators_of_backup, [BackupFailed, FaultsFoundByBackup]),
        (tell_of_faults, [FaultsFound]),
        (tell_operators_of_checks, [ChecksFailed]),
        (find_buyers_of_recall, [LotRecalled]),
        (tell_buyer_of_recall, [orders.OrderReachedByRecall]),
        (close_payment_pages, [orders.OrderExpired, orders.OrderCancelled]),
        (void_half_made, [JobFailed]),
        (note_failed_import, [JobFailed]),
        (note_failed_upload, [JobFailed]),
    ]
    table: dict[type, list[Handler]] = {}
    for handler, events in hears:
        for event in events:
            table.setdefault(event, []).extend([handler] if handler else [])
    return table


# What the scheduler sends, by name: {"task": ..., "schedule": seconds or crontab}.
SCHEDULES: dict[str, dict[str, Any]] = {
    "take up jobs again": {"task": "core.jobs.resume", "schedule": 20.0},
    "forget files of codes": {"task": "traceability.labels.forget_files", "schedule": 3600.0},
    "forget originals of photos": {
        "task": "shop.catalogue.forget_originals",
        "schedule": crontab(hour=4, minute=5),
    },
    "forget what was kept of imports": {
        "task": "shop.channels.forget_plans",
        "schedule": crontab(hour=4, minute=20),
    },
    "forget settled failures": {
        "task": "core.failures.forget_settled",
        "schedule": crontab(hour=4, minute=50),
    },
    "remove torn files": {"task": "core.files.remove_torn", "schedule": crontab(hour=4, minute=15)},
    "forget sign-ins": {"task": "core.accounts.forget_devices", "schedule": crontab(hour=4, minute=25)},
    "forget what was told in secret": {"task": "core.messaging.forget", "schedule": 300.0},
    "seal": {"task": "core.seal.sequence", "schedule": 3.0},
    # Looks every quarter of an hour whether this night's is missing; nothing without BACKUP_DIR.
    "back up": {"task": "core.backup.nightly", "schedule": 900.0},
    # As the backup: looks every quarter of an hour whether this night's is missing.
    "check the books": {"task": "core.checks.nightly", "schedule": 900.0},
    "check a few codes": {"task": "core.checks.sample", "schedule": 300.0},
    "keep the head of the day": {"task": "core.seal.keep_head", "schedule": crontab(hour="8-20", minute=0)},
    "ask witnesses": {"task": "core.seal.witness", "schedule": 60.0},
    "deliver outbox": {"task": "core.outbox.deliver", "schedule": 5.0},
    "ask Stripe what is open": {"task": "shop.payments.reconcile", "schedule": 900.0},
    "expire orders": {"task": "shop.orders.expire", "schedule": 60.0},
    "remind of orders": {"task": "shop.orders.remind", "schedule": 600.0},
    "send refunds": {"task": "shop.payments.send_refunds", "schedule": 60.0},
    "judge look-ups": {"task": "traceability.alarms.judge_recent", "schedule": 10.0},
    "judge licensees": {
        "task": "traceability.alarms.judge_licensees",
        "schedule": crontab(hour=4, minute=40),
    },
    "fold old look-ups": {"task": "traceability.lookups.fold", "schedule": crontab(hour=4, minute=10)},
    "remind of cases": {"task": "traceability.cases.remind", "schedule": 1800.0},
    "forget contacts of cases": {
        "task": "traceability.cases.forget_contacts",
        "schedule": crontab(minute=25),
    },
    "expire quota": {"task": "traceability.quota.expire", "schedule": crontab(minute=20)},
    "remind of growth": {
        "task": "traceability.plots.remind_of_growth",
        "schedule": crontab(month_of_year=1, day_of_month="8-14", hour="9-17", minute=0),
    },
    "expire licences": {"task": "branch.licences.expire", "schedule": 3600.0},
    "forget keys of forms": {"task": "core.form_keys.forget", "schedule": crontab(hour=4, minute=55)},
    "send messages": {"task": "core.messaging.send", "schedule": 10.0},
    "sum up sales": {"task": "branch.ledger.refresh_rollups", "schedule": 30.0},
    "reconcile the sums of sales": {
        "task": "branch.ledger.reconcile",
        "schedule": crontab(hour=3, minute=35),
    },
    "build last month's reports": {
        "task": "branch.reports.build_last_month",
        "schedule": crontab(day_of_month="2-28", hour="2-23", minute=0),
    },
    "remind of reports": {"task": "branch.reports.remind", "schedule": 600.0},
    "make a missing search index": {"task": "shop.search.rebuild_missing", "schedule": 10.0},
    "rebuild search index": {"task": "shop.search.rebuild", "schedule": crontab(hour=3, minute=20)},
}

# In words, for the operators' page: what each kind of claim is about, by the name that sweeps and jobs give it.
SWEEPS: dict[str, Any] = {
    "job": _l("A long job that somebody asked for"),
    "core.files.forget": _l("A file to be removed"),
    "core.accounts.forget_devices": _l("A sign-in that ended long ago"),
    "core.messaging.forget": _l("A secret that was sent and is forgotten"),
    "core.outbox.forget": _l("Whose recovery was asked for, to be forgotten"),
    "core.seal.leaf": _l("An entry of the public log"),
    "channels.import": _l("An import of orders of another shop"),
    "branch.ledger.sum_up": _l("A day's sales of a grower, to be summed up"),
    "branch.licences.expire": _l("A licence that runs out"),
    "branch.reports.ask": _l("Asking a branch for its reports"),
    "branch.reports.build_last_month": _l("A branch's report of last month"),
    "branch.reports.remind": _l("A reminder of a report that is due"),
    "search.rebuild": _l("A new search index"),
    "shop.search.listing": _l("A listing to be put into the search index"),
    "shop.orders.expire": _l("An unpaid order that runs out"),
    "shop.payments.event": _l("A message of the payment service that cannot be read"),
    "shop.orders.remind": _l("An order whose grower or cashier is reminded"),
    "shop.payments.check": _l("A payment to ask the payment service about"),
    "shop.payments.send_refund": _l("A refund to be sent"),
    "traceability.alarms.code": _l("A code to be judged by the alarm rules"),
    "traceability.alarms.judge_recent": _l("The run of the alarm rules"),
    "traceability.alarms.licensee": _l("A licensee's season to be judged"),
    "traceability.alarms.network": _l("A network that tries numbers"),
    "traceability.cases.forget_contacts": _l("A reporter's contact to be forgotten"),
    "traceability.cases.remind": _l("A reminder of a case"),
    "traceability.lookups.fold": _l("An old look-up to be folded into counts"),
    "traceability.plots.remind_of_growth": _l("A reminder of the January survey"),
    "traceability.quota.expire": _l("Quota of a year that is over"),
}


def report_sections() -> list[SectionFunction]:
    """What a report consists of, in its order; each is a function `(period, scope) -> Section`. Asked when one is built."""
    from branch.reports.sections import breakdowns, comparison, effect, overall, quality, seasonal, units
    from branch.reports.sections import programmes as programme
    from shop.channels.service.report_section import imports
    from traceability.authenticity.service.report_section import authenticity

    return [
        overall.overall,
        comparison.comparison,
        seasonal.seasonal,
        breakdowns.channels,
        breakdowns.cultivar_groups,
        breakdowns.sizes,
        breakdowns.villages,
        units.units,
        breakdowns.provinces,
        effect.effect,
        programme.programme,
        authenticity,
        quality.quality,
        imports,
        breakdowns.growers,
    ]


def seal_sources() -> list[Sealed]:
    """What is sealed in the public log, and how its rows look today: one line per feature's `sealing.py`."""
    from branch.ledger.models import record_sealing as records
    from branch.ledger.models import sealing as ledger
    from branch.licences.models import sealing as licences
    from branch.organisation.models import takeover_sealing as takeovers
    from branch.programmes.models import sealing as programmes
    from branch.reports.editions.models import sealing as report_editions
    from branch.reports.models import sealing as reports
    from branch.reports.questions.models import sealing as report_posts
    from shop.payees.models import sealing as payees
    from traceability.alarms.models import sealing as alarms
    from traceability.cases.models import sealing as cases
    from traceability.certificates.models import sealing as certificates
    from traceability.codes.models import sealing as codes
    from traceability.codes.models import step_sealing as code_steps
    from traceability.codes.models import unlock_sealing as unlocking
    from traceability.codes.models.refusal_sealing import SOURCE
    from traceability.events.models import sealing as events
    from traceability.inspections.models import sealing as inspections
    from traceability.lots.models import sealing as lots
    from traceability.plots.models import sealing as plots
    from traceability.quota.models import sealing as quota

    return [
        licences.SOURCE,
        ledger.SOURCE,
        *records.SOURCES,
        reports.SOURCE,
        report_posts.SOURCE,
        programmes.SOURCE,
        report_editions.SOURCE,
        cases.SOURCE,
        alarms.SOURCE,
        *codes.SOURCES,
        code_steps.SOURCE,
        unlocking.SOURCE,
        SOURCE,
        events.SOURCE,
        plots.PLOTS,
        plots.SURVEYS,
        lots.LOTS,
        lots.STEPS,
        lots.RECALLS,
        lots.REQUESTS,
        certificates.SOURCE,
        inspections.SOURCE,
        quota.MOVES,
        quota.FIGURES,
        payees.SOURCE,
        takeovers.SOURCE,
    ]


def sealed_rows() -> list[SealedRows]:
    """Tables whose rows seal themselves as they are written: one line per feature's list."""
    from branch.growers.models import sealing as growers
    from branch.licences.models import sealed_marks as marks
    from branch.licences.models import sealed_rows as licences
    from branch.organisation.models import sealing as organisation
    from branch.storefronts.models import sealing as storefronts
    from core import sealed_tables as core
    from shop.orders.models import sealing as orders
    from shop.payments.models import sealing as payments
    from traceability.alarms.models import sealed_rows as alarms
    from traceability.cases.models import sealed_rows as cases
    from traceability.codes.models import sealed_rows as codes
    from traceability.lots.models import sealed_rows as lots
    from traceability.papers.models import sealed_rows as papers
    from traceability.plots.models import sealed_rows as plots
    from traceability.quota.models import sealed_rows as quota
    from traceability.resolver.models import sealed_rows as trade_items

    return [
        *core.ROWS,
        *organisation.ROWS,
        *growers.ROWS,
        *marks.ROWS,
        *licences.ROWS,
        *storefronts.ROWS,
        *plots.ROWS,
        *lots.ROWS,
        *quota.ROWS,
        *codes.ROWS,
        *trade_items.ROWS,
        *papers.ROWS,
        *alarms.ROWS,
        *cases.ROWS,
        *orders.ROWS,
        *payments.ROWS,
    ]


def checks() -> list[Check]:
    """What `flask check` asks, by night and by hand: one line per feature whose books can be held against each other."""
    from branch.ledger.queries import invariants as ledger
    from branch.ledger.service import daily_sums as rollup
    from branch.storefronts.queries import invariants as suspensions
    from core.checks.service import Check
    from core.seal.queries.audit import check_kinds, check_seal
    from traceability.codes.models import sealing as codes
    from traceability.codes.models import step_sealing as code_steps
    from traceability.lookups.queries import looked_up_last
    from traceability.quota.queries import invariants as quota

    of_codes = frozenset(one.kind for one in (*codes.SOURCES, code_steps.SOURCE))
    return [
        Check("seal", partial(check_seal, leave_out=of_codes)),
        Check(
            "codes",
            partial(check_kinds, of_codes),
            sample=partial(code_steps.sample, looked_up=looked_up_last),
        ),
        Check("suspensions", suspensions.disagreements),
        Check("ledger", ledger.disagreements, prepare=rollup.ensure_fresh),
        Check("quota", quota.disagreements),
    ]


def parts_of_readiness() -> dict[str, Part]:
    """What `/readyz` names besides the database and the broker."""
    from core.health.views import Part
    from shop.search.service import finding as search

    return {"search": Part(search.check, needed=False)}


def create_app(settings: Settings | None = None) -> APIFlask:
    """The whole application.

    Args:
        settings: what is in force; read from the environment when left out.

    Raises:
        SettingError: a setting was given that does not work.
    """
    from core.garbage_collection import loaded_for_good
    from core.settings import load_settings

    with loaded_for_good():
        return _wired(settings or load_settings())


def _wired(settings: Settings) -> APIFlask:
    from core.accounts.queries.token_scopes import init_token_scopes
    from core.application import make_base_app
    from core.checks.queries import details
    from core.checks.service import init_checks
    from core.cli import init_cli
    from core.failures.wording import init_failures
    from core.health.views import init_health
    from core.jobs import init_jobs
    from core.outbox.service import init_outbox
    from core.seal import init_sources
    from core.seal.service.sealed_rows import init_rows
    from core.web.views.navigation import init_console

    app = make_base_app(settings)
    for name in [*MODELS, *TASKS]:
        import_module(name)
    init_jobs(app, settings, SCHEDULES, QUEUES)
    init_cli(app)
    init_console(app, console())
    init_token_scopes(app, TOKEN_SCOPES)
    for name in PARTS:
        import_module(name).init_app(app, settings)
    # Files of several features may share a blueprint: it is registered when all of its routes are there.
    for blueprint in dict.fromkeys([import_module(name).blueprint for name in BLUEPRINTS]):
        app.register_blueprint(blueprint)
    for name in COMMANDS:
        app.cli.add_command(import_module(name).group)
    init_outbox(app, event_handlers())
    init_sources(app, [*seal_sources(), *init_rows(app, sealed_rows())])
    _hand_in(app)
    init_checks(app, checks())
    measures = [import_module(name).measure for name in MEASURED]
    init_health(app, parts_of_readiness(), measures, {"checks": ("checks.view", details)})
    init_failures(app, SWEEPS)
    return app


def _hand_in(app: APIFlask) -> None:
    """Give lower features the functions of higher ones that they ask."""
    from branch.reports.service.building import init_reports
    from shop.catalogue.queries.for_sale import skus_of
    from shop.orders.queries.recalled import orders_of_lots
    from shop.orders.views.money import OrderMoney, init_order_money
    from shop.payments.queries.order_money import at_parcel, panel
    from shop.payments.wording.attention import money_words
    from shop.stock.service.out_of_stock import init_stock
    from traceability.api import cultivar_group_name
    from traceability.events.models.indexed_keys import init_lot_ids
    from traceability.lots.queries.records import ids_by_number
    from traceability.recalls.service.recalling import init_recalls

    init_reports(app, sections=report_sections, group_name=cultivar_group_name)
    init_recalls(app, orders_of_lots)
    init_stock(app, skus_of)
    init_order_money(app, OrderMoney(panel, at_parcel, money_words))
    init_lot_ids(app, ids_by_number)
