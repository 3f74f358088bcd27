"""Composition root: the only file that sees every room. What somebody decides stands here in readable lists.

Pages, commands, tables, tasks and what is sealed are found by where they stand: files under `views` with a `blueprint`, under
`cli` with a `group`, under `models` and `tasks` (docs/adr/070).

Rooms are imported where they are wired, not with this file: the scheduler reads its tables here and needs nothing else.
"""

from __future__ import annotations

from functools import cache, partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from celery.schedules import crontab
from flask_babel import lazy_gettext as _l

if TYPE_CHECKING:
    from apiflask import APIFlask

    from branch.reports.sections.contract import SectionFunction
    from core.checks.service import Check
    from core.outbox.service import Handler
    from core.seal import Sealed
    from core.seal.service.sealed_rows import SealedRows
    from core.settings import Settings
    from core.web.views.navigation import NavGroup

ROOT = Path(__file__).resolve().parent
ROOMS = ("core", "branch", "traceability", "shop")

# The JSON API, in the order in which its own description names its parts.
API: list[str] = [
    "traceability.events.views.root",
    "traceability.verification.views.api",
    "shop.search.views.json_api",
    "shop.checkout.views.json_api",
    "branch.registry.views.api",
]

# What a token for a program can be allowed to do: permissions, each with its words.
TOKEN_SCOPES: dict[str, Any] = {
    "epcis.capture": _l("Send EPCIS events and keep named queries"),
    "epcis.read": _l("Read all EPCIS events, also those that others sent"),
}

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

# What workers do (core.jobs), and when the scheduler sends it: every so many seconds, at a time of Shanghai's clock, or never,
# where what happens sends it. Fast is what somebody waits for, slow what may take minutes.
TASKS: dict[str, dict[str, float | crontab | None]] = {
    "fast": {
        "core.seal.sequence": 3.0,
        "core.seal.witness": 60.0,
        "core.seal.keep_head": crontab(hour="8-20", minute=0),
        "core.outbox.deliver": 5.0,
        "core.messaging.send": 10.0,
        "core.messaging.forget": 300.0,
        "core.jobs.resume": 20.0,
        "shop.orders.expire": 60.0,
        "shop.orders.remind": 600.0,
        "shop.payments.send_refunds": 60.0,
        "traceability.alarms.judge_recent": 10.0,
        "traceability.cases.remind": 1800.0,
        "traceability.quota.expire": crontab(minute=20),
        "branch.licences.expire": 3600.0,
        "branch.ledger.refresh_rollups": 30.0,
        "branch.reports.remind": 600.0,
    },
    "slow": {
        "core.accounts.forget_devices": crontab(hour=4, minute=25),
        # This and the next look every quarter of an hour whether this night's is missing; there is no backup without BACKUP_DIR.
        "core.backup.nightly": 900.0,
        "core.checks.nightly": 900.0,
        "core.checks.sample": 300.0,
        "core.failures.forget_settled": crontab(hour=4, minute=50),
        "core.files.remove_torn": crontab(hour=4, minute=15),
        "core.form_keys.forget": crontab(hour=4, minute=55),
        "shop.catalogue.forget_originals": crontab(hour=4, minute=5),
        "shop.catalogue.make_photo": None,
        "shop.channels.apply": None,
        "shop.channels.forget_plans": crontab(hour=4, minute=20),
        "shop.channels.plan": None,
        "shop.payments.reconcile": 900.0,
        "shop.search.rebuild": crontab(hour=3, minute=20),
        "shop.search.rebuild_missing": 10.0,
        "traceability.alarms.judge_licensees": crontab(hour=4, minute=40),
        "traceability.cases.forget_contacts": crontab(minute=25),
        "traceability.labels.forget_files": 3600.0,
        "traceability.labels.make": None,
        "traceability.lookups.fold": crontab(hour=4, minute=10),
        "traceability.plots.remind_of_growth": crontab(
            month_of_year=1, day_of_month="8-14", hour="9-17", minute=0
        ),
        "branch.ledger.reconcile": crontab(hour=3, minute=35),
        "branch.reports.build": None,
        "branch.reports.publish_edition": None,
        "branch.reports.build_last_month": crontab(day_of_month="2-28", hour="2-23", minute=0),
    },
}


def modules(*names: str) -> list[ModuleType]:
    """Every module of the rooms that stands under one of these names: `models` gives shop.cart.models, shop.orders.models.tables.

    What a file is follows from its place (the contracts in pyproject.toml leave no other names), so no list repeats it.
    """
    wanted = [path for path in _files() if {path.stem, path.parent.name} & set(names)]
    return [import_module(".".join(path.with_suffix("").parts)) for path in wanted]


@cache
def _files() -> list[Path]:
    return [path.relative_to(ROOT) for room in ROOMS for path in sorted((ROOT / room).rglob("[!_]*.py"))]


def declared(*kinds: type[Any]) -> list[Any]:
    """What files of `models` declare of these kinds, alone or in tuples; each once."""
    values = [value for module in modules("models", "sealed_tables") for value in vars(module).values()]
    single = [part for value in values for part in (value if isinstance(value, tuple) else (value,))]
    return list(dict.fromkeys(part for part in single if isinstance(part, kinds)))


def console() -> list[NavGroup]:
    """The working side's navigation by topic.

    NavItem(endpoint, lazy label, symbol of templates/macros/icons.html, permission). An account sees what it may do; a
    topic in which that is one place is that place.
    """
    from core.web.views.navigation import NavGroup, NavItem

    return [
        NavGroup(_l("Today"), "home", NavItem("seller.home", _l("Today"), "home", "seller.view")),
        NavGroup(
            _l("Land and plants"),
            "leaf",
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
        ),
        NavGroup(
            _l("Orders"),
            "cart",
            NavItem("orders.seller_orders", _l("Orders received"), "cart", "orders.sell"),
            NavItem("orders.seller_holds", _l("Held by buyers"), "people", "orders.sell"),
            NavItem("dispatch.home", _l("Dispatch"), "truck", "orders.dispatch"),
            NavItem("refunds.of_seller", _l("Cancellations and refunds"), "back", "orders.sell"),
            NavItem("payees.of_grower", _l("Where your buyers transfer to"), "money", "orders.sell"),
            NavItem("cashier.home", _l("Cashier"), "money", "payments.confirm"),
            NavItem("payees.index", _l("Accounts for transfers"), "money", "payees.view"),
            NavItem("orders.branch_orders", _l("Orders of the growers"), "cart", "orders.view"),
        ),
        NavGroup(
            _l("Shop"),
            "list",
            NavItem("seller_listings.index", _l("My listings"), "list", "listings.edit"),
            NavItem("freight.table", _l("Freight"), "truck", "shipping.edit"),
            NavItem("storefronts.own", _l("Your outside shops"), "globe", "storefronts.propose"),
            NavItem("channels.home", _l("Orders of other shops"), "download", "channels.import"),
        ),
        NavGroup(
            _l("Fakes"),
            "alert",
            NavItem("cases.index", _l("Suspected fakes"), "report", "cases.view"),
            NavItem("alarms.index", _l("Alarms"), "alert", "alarms.view"),
        ),
        NavGroup(
            _l("Figures"),
            "chart",
            NavItem("ledger.own", _l("My sales"), "chart", "ledger.own"),
            NavItem("report_desk.index", _l("Reports for the committee"), "report", "reports.review"),
            NavItem("reports.index", _l("Reports"), "report", "reports.view"),
            NavItem("ledger.sales", _l("Sales"), "chart", "ledger.view"),
            NavItem("programmes.index", _l("Programmes with one date"), "list", "programmes.view"),
        ),
        NavGroup(
            _l("Running the system"),
            "list",
            NavItem("failures.index", _l("Work that failed"), "alert", "jobs.manage"),
            NavItem("operations.units", _l("Towns and take-overs"), "people", "units.found"),
            NavItem("alarms.thresholds", _l("Rules and their numbers"), "settings", "alarms.thresholds"),
            NavItem("checks.index", _l("Do the books agree"), "check", "checks.view"),
        ),
        NavGroup(
            _l("Members"),
            "people",
            NavItem("licences.own", _l("Your licence"), "seal", "licences.apply"),
            NavItem("growers.people", _l("People of your nursery"), "people", "grower.staff"),
            NavItem("growers.index", _l("Growers"), "leaf", "growers.view"),
            NavItem("licences.index", _l("Licences"), "seal", "licences.view"),
            NavItem("storefronts.index", _l("Outside shops"), "globe", "storefronts.view"),
            NavItem("marks.index", _l("Marks"), "file", "marks.edit"),
            NavItem("units.index", _l("Units"), "list", "units.edit"),
            NavItem("organisation.members", _l("Members and roles"), "people", "members.view"),
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
    from shop.payees import events as payees
    from shop.payees.service.notices import tell_everyone_concerned
    from shop.payments.tasks.handlers import close_payment_pages, tell_buyers_of_account, tell_cashiers
    from shop.search.tasks.handlers import follow_grower, follow_listing
    from traceability.codes.events import InnerCodeTried
    from traceability.codes.service.inner_codes import tell_grower_of_tries
    from traceability.codes.tasks import void_half_made
    from traceability.recalls.events import LotRecalled
    from traceability.recalls.service import tell_grower_of_recall

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
        (notices.tell_buyer_of_tries, [InnerCodeTried]),
        (answer_recovery, [RecoveryAsked]),
        (tell_operators_of_backup, [BackupFailed, FaultsFoundByBackup]),
        (tell_of_faults, [FaultsFound]),
        (tell_operators_of_checks, [ChecksFailed]),
        (notices.find_buyers_of_recall, [LotRecalled]),
        (notices.tell_buyer_of_recall, [orders.OrderReachedByRecall]),
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
    """What is sealed in the public log, and how its rows look today."""
    from core.seal import SealSource, SealStory

    return declared(SealSource, SealStory)


def sealed_rows() -> list[SealedRows]:
    """Tables whose rows seal themselves as they are written."""
    from core.seal.service.sealed_rows import SealedRows

    return declared(SealedRows)


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

    of_codes = frozenset(source.kind for source in (*codes.SOURCES, code_steps.SOURCE))
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
    from core.health.views import Part, init_health
    from core.jobs import init_jobs
    from core.outbox.service import init_outbox
    from core.seal import init_sources
    from core.seal.service.sealed_rows import init_rows
    from core.web.views.navigation import init_console
    from shop.search.service.finding import check as check_search

    app = make_base_app(settings)
    modules("models", "tasks")
    init_jobs(app, settings, TASKS)
    init_cli(app)
    init_console(app, console())
    init_token_scopes(app, TOKEN_SCOPES)
    for name in PARTS:
        import_module(name).init_app(app, settings)
    pages = [import_module(name) for name in API] + modules("views", "webhook")
    measures = [module.measure for module in pages if hasattr(module, "measure")]
    readiness = {"search": Part(check_search, needed=False)}
    init_health(app, readiness, measures, {"checks": ("checks.view", details)})
    # Files of several features may share a blueprint, and the ground floor has registered its own.
    for blueprint in dict.fromkeys(module.blueprint for module in pages if hasattr(module, "blueprint")):
        if blueprint.name not in app.blueprints:
            app.register_blueprint(blueprint)
    for module in [*modules("cli"), import_module("benchmarks.alarms.cli")]:
        if hasattr(module, "group"):
            app.cli.add_command(module.group)
    init_outbox(app, event_handlers())
    init_sources(app, [*seal_sources(), *init_rows(app, sealed_rows())])
    _hand_in(app)
    init_checks(app, checks())
    init_failures(app, SWEEPS)
    return app


def _hand_in(app: APIFlask) -> None:
    """Give lower features the functions of higher ones that they ask."""
    from branch.reports.service.building import init_reports
    from shop.catalogue.queries.for_sale import skus_of
    from shop.orders.queries.placed import orders_of_lots
    from shop.orders.views.money import OrderMoney, init_order_money
    from shop.payments.queries.order_money import at_parcel, panel
    from shop.payments.wording.attention import money_words
    from shop.stock.service.out_of_stock import init_stock
    from traceability.api import cultivar_group_name
    from traceability.events.models.indexed_keys import init_lot_ids
    from traceability.lots.queries.records import ids_by_number
    from traceability.recalls.service import init_recalls

    init_reports(app, sections=report_sections, group_name=cultivar_group_name)
    init_recalls(app, orders_of_lots)
    init_stock(app, skus_of)
    init_order_money(app, OrderMoney(panel, at_parcel, money_words))
    init_lot_ids(app, ids_by_number)
