"""`/epcis/queries`: queries that are kept under a name. Subscriptions are not offered, and say so."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import Response

from core import strict_json
from core.accounts.views.bearer import bearer_account_id, bearer_requires
from core.clock import now
from core.database import transaction
from core.errors import Conflict, NotFound
from core.gate import public
from core.scopes import Scope
from core.web.views.bounds import KB, takes
from traceability.events.models.tables import EpcisQuery
from traceability.events.queries import store
from traceability.events.rules.parameters import read_query
from traceability.events.service.capturing import delete_query, keep_query
from traceability.events.views.answers import EpcisProblem, answer, base_url
from traceability.events.views.blueprint import blueprint, documented, sent_text
from traceability.events.views.paging import next_page, parameters, read_paging, require_only_paging
from traceability.events.views.resources import page_of_events


@blueprint.get("/queries")
@documented("The named queries", many=True)
@public
def named() -> Response:
    """Every kept query with its definition, by name, page by page."""
    require_only_paging()
    paging = read_paging()
    rows = store.named_queries(size=paging.size + 1, after=paging.place or "")
    shown = answer(f"[{','.join(_definition(row) for row in rows[: paging.size])}]")
    return next_page(shown, rows[paging.size - 1].name) if len(rows) > paging.size else shown


def _definition(row: EpcisQuery) -> str:
    return f'{{"name":{json.dumps(row.name)},"query":{row.definition}}}'


@blueprint.post("/queries")
@documented(
    "Keep a query under a name",
    "{name, query}, the query's parameters as for /epcis/events. Needs a token that may capture.",
    ok=201,
    says="Kept; Location is the query.",
    more=(409, 413, 415),
)
@bearer_requires("epcis.capture", of=Scope.OWN)
@takes(64 * KB)
def keep() -> Response:
    """Keep a query; a name is taken once for everybody."""
    name, definition = _sent()
    with transaction():
        try:
            keep_query(name, definition, at=now(), by=bearer_account_id())
        except Conflict as error:
            raise EpcisProblem("ResourceAlreadyExistsException", str(error.message)) from None
    response = Response(status=201)
    response.headers["Location"] = f"{base_url()}/queries/{quote(name, safe='')}"
    return response


def _sent() -> tuple[str, Mapping[str, Any]]:
    try:
        sent = strict_json.read(sent_text(), most_values=strict_json.MOST_VALUES)
    except strict_json.NotJson as error:
        raise EpcisProblem("QueryValidationException", f"This is no JSON document: {error}.") from None
    if not isinstance(sent, dict) or set(sent) != {"name", "query"} or not isinstance(sent["query"], dict):
        raise EpcisProblem(
            "QueryValidationException", "A query has a name and a query, an object, and nothing else."
        )
    name = sent["name"]
    if not isinstance(name, str) or not 0 < len(name) <= 80 or not name.isprintable() or "/" in name:
        raise EpcisProblem("QueryValidationException", "The name has 1 to 80 characters and no slash.")
    return name, sent["query"]


def _find(name: str) -> EpcisQuery:
    row = store.find_query(name)
    if row is None:
        raise EpcisProblem("NoSuchNameException", "There is no query of this name.")
    return row


@blueprint.get("/queries/<name>")
@documented("What a named query asks")
@public
def one(name: str) -> Response:
    """The definition of a kept query."""
    require_only_paging()
    return answer(_definition(_find(name)))


@blueprint.delete("/queries/<name>")
@documented("Delete a query that you keep", ok=204, says="Deleted.")
@bearer_requires("epcis.capture", of=Scope.OWN)
def forget(name: str) -> Response:
    """Delete a query; only the account that keeps it may."""
    _find(name)
    with transaction():
        try:
            delete_query(name, by=bearer_account_id())
        except NotFound:
            raise EpcisProblem(
                "SecurityException", "Only the account that keeps a query deletes it.", status=403
            ) from None
    return Response(status=204)


@blueprint.get("/queries/<name>/events")
@documented("The events that a named query finds", more=(413,))
@public
def results(name: str) -> Response:
    """What a kept query finds; it takes no further parameters."""
    row = _find(name)
    for given in parameters():
        raise EpcisProblem(
            "QueryParameterException",
            f"{given} is no parameter here: a named query has its own, and subscriptions are not offered.",
            parameter=given,
        )
    definition = strict_json.read(row.definition)
    context = definition.pop("@context", None)
    return page_of_events(read_query(definition, context=context), name=name)


@blueprint.route("/queries/<name>/subscriptions", methods=["GET", "POST"])
@blueprint.route("/queries/<name>/subscriptions/<subscription_id>", methods=["GET", "DELETE"])
@blueprint.doc(hide=True)
@public(scope=Scope.VISITOR)
def subscriptions(name: str, subscription_id: str = "") -> Response:  # noqa: ARG001 - none of them exists
    """501: nothing is subscribed to here."""
    raise EpcisProblem("ImplementationException", "Subscriptions are not offered here.", status=501)


@blueprint.delete("/nextPageToken/<token>")
@blueprint.doc(hide=True)
@public(scope=Scope.VISITOR)
def release(token: str) -> Response:  # noqa: ARG001 - a token holds nothing here
    """501: a page token is signed and holds nothing."""
    raise EpcisProblem(
        "ImplementationException",
        "Page tokens hold nothing on this server; they end by themselves.",
        status=501,
    )
