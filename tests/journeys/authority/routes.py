"""Which objects stand in the addresses of which routes, and what a request that would do something says."""

import re
from collections.abc import Iterator, Mapping

from flask import Flask
from werkzeug.routing import Rule

from core.scopes import SAFE
from tests.journeys.authority.towns import Place

#: By the beginning of the endpoint, the longest that fits: the argument and the object that stands for it.
ARGUMENTS: dict[str, dict[str, str]] = {
    "accounts.enter_code": {"public_id": "=none"},
    "alarms.": {"number": "alarm"},
    "alarms.decide_of_network": {"number": "network"},
    "case": {"number": "case", "kind": "=notice", "position": "=1"},
    "cart.": {"sku": "sku"},
    "cashier.": {"public_id": "proof"},
    "catalogue.grower": {"slug": "grower"},
    "catalogue.listing": {"slug": "listing"},
    "cashier.refund": {"number": "refund"},
    "cashier.seen": {"public_id": "payment"},
    "cashier.accept": {"public_id": "payment"},
    "cashier.give_back": {"public_id": "payment"},
    "channels.": {"public_id": "import"},
    "code_activation.": {"batch": "batch"},
    "code_approval.decide_batch": {"number": "batch"},
    "code_approval.decide_void": {"public_id": "void"},
    "codes.": {"batch": "batch", "number": "lot"},
    "costs.": {"key": "=2026"},
    "devices.": {"public_id": "device"},
    "dispatch.": {"number": "parcel"},
    "editions.": {
        "public_id": "report",
        "edition_id": "edition",
        "unit_code": "unit",
        "period": "=2026-01",
        "name": "=report.pdf",
    },
    "epcis.": {
        "capture_id": "=capture-1",
        "event_id": "=none",
        "name": "=query-1",
        "resource": "=bizSteps",
        "value": "=shipping",
        "subscription_id": "=none",
    },
    "fake_reports.": {"number": "case"},
    "files.": {"key": "media"},
    "failures.": {"kind": "=work", "number": "failed"},
    "growers.": {"slug": "grower", "account_id": "helper", "token": "joining", "invitation_id": "joined"},
    "inspections.": {"number": "inspection"},
    "ledger.": {"table": "=channel"},
    "licences.": {"number": "licence"},
    "lot": {"number": "lot"},
    "marks.": {"code": "mark"},
    "operations.": {"code": "unit", "public_id": "takeover", "invitation_id": "first"},
    "orders": {"number": "order", "parcel_number": "parcel", "public_id": "paper"},
    "orders.received": {"number": "order", "parcel_number": "parcel"},
    "passports.": {"number": "lot"},
    "payments.": {"number": "order"},
    "payments.proof_file": {"public_id": "proof"},
    "payments.stripe_return": {"public_id": "payment"},
    "orders.seller": {"parcel_number": "parcel", "allowance_id": "allowance"},
    "organisation.": {
        "membership_id": "member",
        "public_id": "takeover",
        "token": "invitation",
        "invitation_id": "offered",
    },
    "parcel_returns.": {"number": "parcel"},
    "payees.": {"public_id": "payee"},
    "plot": {"number": "plot", "survey_number": "survey"},
    "programmes.": {"number": "programme"},
    "quota": {"slug": "grower", "unit_id": "village_id", "group": "=dangui", "size": "=specimen"},
    "quota_growth.": {"size": "=second_third"},
    "recalls.": {"number": "lot"},
    "recalls.decide": {"number": "recall"},
    "refunds.": {"public_id": "wish", "answer": "=grant", "number": "parcel"},
    "registry.licence": {"number": "licence"},
    "registry.mark": {"code": "mark"},
    "registry.rules": {"code": "mark", "version": "=1"},
    "resolver.resolve": {"rest": "gtin"},
    "search_api.": {"slug": "listing"},
    "seal.tile": {"path": "=0/000"},
    "security.": {"token": "=none"},
    "static": {"filename": "=img/sprig.svg"},
    "report": {"public_id": "report", "question_id": "=1", "name": "=report.pdf"},
    "sales_channels.": {"channel": "=taobao"},
    "seller_": {"slug": "listing", "verb": "=pause"},
    "standing.": {"batch": "batch", "position": "=1"},
    "storefronts.": {"public_id": "storefront"},
    "tokens.": {"public_id": "program"},
    "units.": {"code": "unit"},
    "verification.code": {"code": "code"},
    "verification.proof": {"code": "code"},
    "verification_api.": {"code": "code"},
    "progress.job": {"public_id": "job"},
}

#: What is sent where the check stands behind the form; `{name}` is an object of the place that is asked about.
FORMS: dict[str, dict[str, str]] = {
    "growers.decide": {"decision": "left", "reason": "试用"},
    "licences.decide": {"step": "suspend", "reason": "试用"},
    "storefronts.decide": {"step": "suspend", "reason": "试用"},
    "cart.add": {"sku": "{sku}", "quantity": "1"},
    "case_steps.new": {"what": "抽查", "lot": "{lot}"},
    "code_approval.propose_void": {"batch": "{batch}", "first": "1", "last": "1", "reason": "破损"},
    "inspections.new": {"lot": "{lot}", "conformant": "yes", "seen": "好", "client_id": "c-{lot}"},
    "marks.enter": {
        "unit": "{unit}",
        "code": "NEWM",
        "name": "新",
        "kind": "certification",
        "cultivar_groups": "dangui, 丹桂, Orange-red",
        "rules_text": "第一条",
    },
    "organisation.give": {
        "identity": "new@example.org",
        "role": "technician",
        "unit": "{unit}",
        "reason": "试",
    },
    "papers.decide": {
        "kind": "quality",
        "province": "*",
        "root": "*",
        "decision": "required",
        "reason": "试",
    },
    "payees.propose": {
        "unit": "{unit}",
        "payee": "协会",
        "bank": "银行",
        "account_number": "62220000",
        "reason": "试用",
    },
    "plot_surveys.town": {"survey": "{survey}", "decision": "return", "reason": "试"},
    "plot_surveys.village": {"survey": "{survey}", "decision": "return", "reason": "试"},
    "programmes.note": {"unit": "{unit}", "name": "项目", "started_on": "2026-01-01"},
    "quota.figures": {"stage": "specimen", "plants_per_mu": "100", "survival": "90", "reason": "试"},
    "reports.build": {"unit": "{unit}", "month": "2026-01", "period": "2026-01"},
    "resolver.put_lot": {"lot": "{lot}", "gtin": "{gtin}"},
    "units.add": {
        "parent": "{unit}",
        "kind": "village",
        "name_zh": "新村",
        "name_en": "",
        "code": "new-{unit}",
    },
}
QUERIES = {
    "orders.certificate": "?token={token}",
    "orders.certificate_proof": "?token={token}",
    "orders.page": "?token={token}",
    "orders.paper": "?token={token}",
    "orders_api.follow": "?token={token}",
    "registry.check": "?url={shop}",
    "registry_api.check": "?url={shop}",
    "payments.proof_file": "?token={token}",
    "orders.received": "?token={token}",
    "payments.cancel": "?token={token}",
    "payments.pay": "?token={token}",
    "payments.proof": "?token={token}",
    "papers.rules": "?unit={unit}",
    "papers.decide": "?unit={unit}",
    "quota.figures": "?mark={mark}",
}
#: Of nobody in particular: the way in, what the library guards, machines' own interfaces with their own tokens.
LEFT_OUT = ("security.", "epcis.", "static", "openapi.", "api_docs.", "resolver.resolve")


def asked(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Each rule with each of its methods, in the order of their names; HEAD and OPTIONS do what GET does."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: (one.endpoint, one.rule)):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if not rule.endpoint.startswith(LEFT_OUT) and (guarded(app, rule) or method not in SAFE):
                yield rule, method


def guarded(app: Flask, rule: Rule) -> bool:
    """Whether not everybody may come in."""
    return getattr(app.view_functions[rule.endpoint], "gate", "public") != "public"


def arguments_of(rule: Rule) -> dict[str, str]:
    """The objects in an address, by argument."""
    fitting = [one for one in ARGUMENTS if rule.endpoint.startswith(one)]
    known = {name: what for one in sorted(fitting, key=len) for name, what in ARGUMENTS[one].items()}
    return {name: known.get(name, "?") for name in rule.arguments}


def names_an_object(rule: Rule, method: str) -> bool:
    """Whether a place's object stands in the address, the query or the form."""
    objects = [what for what in arguments_of(rule).values() if not what.startswith(("=", "?"))]
    return bool(objects) or (rule.endpoint in FORMS and method != "GET") or rule.endpoint in QUERIES


def objects_of(rule: Rule) -> list[str]:
    """The objects of a place that a request names, those of the address in their order, then those of the form."""
    in_address = [what for what in arguments_of(rule).values() if not what.startswith(("=", "?"))]
    in_form = [
        what for text in FORMS.get(rule.endpoint, {}).values() for what in re.findall(r"{(\w+)}", text)
    ]
    asked = re.findall(r"{(\w+)}", QUERIES.get(rule.endpoint, ""))
    return list(dict.fromkeys([*in_address, *asked, *in_form]))


def address(app: Flask, rule: Rule, place: Place) -> str:
    """The address with the objects of a place."""
    values: dict[str, str | int] = {}
    for name, what in arguments_of(rule).items():
        values[name] = what[1:] if what.startswith("=") else place.values.get(what, "unknown")
    adapter = app.url_map.bind("localhost")
    converted = {
        name: int(one) if str(one).isdigit() and name.endswith(("_id", "position")) else one
        for name, one in values.items()
    }
    if rule.endpoint == "registry.rules":
        converted["version"] = 1
    if rule.endpoint == "programmes.withdraw" or rule.endpoint.startswith("failures."):
        converted |= {name: int(one) for name, one in values.items() if name == "number"}
    built = adapter.build(rule.endpoint, converted, method=min((rule.methods or set()) - {"HEAD", "OPTIONS"}))
    return built + QUERIES.get(rule.endpoint, "").format(**place.values)


def form_of(rule: Rule, place: Place) -> Mapping[str, str]:
    """What is sent."""
    return {name: text.format(**place.values) for name, text in FORMS.get(rule.endpoint, {}).items()}
