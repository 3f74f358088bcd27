"""`/epcis/events`, the top-level resources and what stands below them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from flask import Response, request

from core.accounts.views.bearer import allows, present_bearer
from core.errors import Forbidden
from core.gate import public
from traceability.events.queries import store
from traceability.events.rules import vocabulary
from traceability.events.rules.filters import ColumnFilter, Filter, KeyFilter, Query
from traceability.events.rules.identifiers import canonical
from traceability.events.rules.keys import index_value
from traceability.events.rules.parameters import read_query
from traceability.events.rules.vocabulary import as_word
from traceability.events.views.answers import EpcisProblem, collection, query_document
from traceability.events.views.blueprint import blueprint, documented
from traceability.events.views.paging import Paging, next_page, parameters, read_paging, require_only_paging

_STANDARD: dict[str, tuple[str, ...]] = {
    "eventTypes": vocabulary.EVENT_TYPES,
    "bizSteps": tuple(sorted(vocabulary.BIZ_STEPS)),
    "dispositions": tuple(sorted(vocabulary.DISPOSITIONS)),
}


def sees_everything() -> bool:
    """Whether the request may read what others sent: a token that says so. Without one, our own steps are public.

    Raises:
        Unauthorised: a token that is not valid.
        Forbidden: a valid token that may not read.
    """
    bearer = present_bearer()
    if bearer is None:
        return False
    if not allows(bearer, "epcis.read") and not allows(bearer, "epcis.capture"):
        raise Forbidden("This token may not read events.", code="token_scope")
    return allows(bearer, "epcis.read")


def prefixes() -> dict[str, str]:
    """The namespaces that the header GS1-Extensions defines: `example=http://ns.example.com/epcis/`."""
    given = request.headers.get("GS1-Extensions", "")
    pairs = (part.strip().partition("=") for part in given.split(",") if "=" in part)
    return {name.strip(): uri.strip().strip("\"'") for name, _equals, uri in pairs}


def page_of_events(query: Query, *, name: str = "SimpleEventQuery") -> Response:
    """One page of what a query finds, with the address of the next."""
    everything = sees_everything()
    paging = read_paging()
    if query.most is not None and paging.place is None:
        count = store.count_events(query, everything=everything, most=query.most)
        if count > query.most:
            raise EpcisProblem(
                "QueryTooLargeException", f"More than {query.most} events match; narrow the query."
            )
    position, left = _begin(query, paging)
    size = paging.size if left is None else min(paging.size, left)
    rows = store.find_events(query, everything=everything, size=size + 1, after=position) if size else []
    shown = rows[:size]
    document = query_document(shown, name=name)
    left_after = None if left is None else left - len(shown)
    if len(rows) > size and left_after != 0:
        last = shown[-1]
        value = None if query.order_by == "id" else getattr(last, query.order_by).isoformat()
        return next_page(document, [value, last.id, left_after])
    return document


def _begin(query: Query, paging: Paging) -> tuple[store.Position | None, int | None]:
    if paging.place is None:
        return None, query.limit
    value, row_id, left = paging.place
    at = datetime.fromisoformat(value).astimezone(UTC) if value else None
    return store.Position(at, row_id), left


@blueprint.get("/events")
@documented(
    "EPCIS events",
    (
        "An EPCISQueryDocument. Parameters are those of SimpleEventQuery that docs/epcis.md lists, several values "
        "parted by |; an unknown one is refused. Without a token: the provenance steps recorded here."
    ),
    more=(413,),
)
@public
def events() -> Response:
    """What a query finds, as an EPCISQueryDocument."""
    return page_of_events(_query())


def _query(*more: Filter) -> Query:
    query = read_query(parameters(), context=prefixes())
    return replace(query, filters=(*more, *query.filters))


@blueprint.get("/events/<path:event_id>", merge_slashes=False)
@documented("One EPCIS event, and the error declarations that repeat its id")
@public
def event(event_id: str) -> Response:
    """The event with an id and the error declarations that repeat it; encoded twice or with its `?ver=` split off, too."""
    arguments = parameters()
    if event_id.startswith("ni:") and set(arguments) == {"ver"}:
        # The question mark of a hash id that was not encoded.
        event_id, arguments = f"{event_id}?ver={arguments['ver']}", {}
    if arguments or request.args.keys() & {"perPage", "nextPageToken"}:
        only = next(iter(arguments or request.args))
        raise EpcisProblem(
            "QueryParameterException", f"{only} is no parameter of this resource.", parameter=only
        )
    events = store.events_with_id(_whole(event_id), everything=sees_everything())
    if not events:
        raise EpcisProblem("NoSuchResourceException", "There is no event with this id that you may read.")
    return query_document(events)


def _whole(value: str) -> str:
    """A path segment that a client or a proxy encoded twice, decoded."""
    return unquote(value) if "%3A" in value.upper() else value


@blueprint.get("/<any(eventTypes, epcs, bizSteps, bizLocations, readPoints, dispositions):resource>")
@documented("The values of a top-level resource that are known here")
@public
def values(resource: str) -> Response:
    """The standard's words, then those that occur in events; page by page."""
    require_only_paging()
    everything = sees_everything()
    paging = read_paging()
    if resource in _STANDARD:
        stored = store.values_of(resource, everything=everything, size=10_000)
        return collection(
            [*_STANDARD[resource], *(word for word in stored if word not in _STANDARD[resource])]
        )
    known_values = store.values_of(
        resource, everything=everything, size=paging.size + 1, after=paging.place or ""
    )
    shown = collection(known_values[: paging.size])
    return next_page(shown, known_values[paging.size - 1]) if len(known_values) > paging.size else shown


@blueprint.get(
    "/<any(eventTypes, epcs, bizSteps, bizLocations, readPoints, dispositions):resource>/<path:value>",
    merge_slashes=False,
)
@documented("What there is below a value of a top-level resource")
@public
def value(resource: str, value: str) -> Response:
    """What stands below a value: its events. 404 for one that does not occur."""
    require_only_paging()
    value = _whole(value)
    known = value in _STANDARD.get(resource, ())
    if not known and not store.occurs([_filter(resource, value)], everything=sees_everything()):
        raise EpcisProblem("NoSuchResourceException", f"{value!r:.200} does not occur in the events here.")
    return collection(["events"])


@blueprint.get(
    "/<any(eventTypes, epcs, bizSteps, bizLocations, readPoints, dispositions):resource>/<path:value>/events",
    merge_slashes=False,
)
@documented(
    "The events with a value of a top-level resource", "Parameters as for /epcis/events.", more=(413,)
)
@public
def events_of_value(resource: str, value: str) -> Response:
    """As `/epcis/events`, of the events with this value."""
    return page_of_events(_query(_filter(resource, _whole(value))))


def _filter(resource: str, value: str) -> Filter:
    column: Any = store.COLUMNS.get(resource)
    if column is None:
        return KeyFilter(store.KINDS[resource], (index_value(canonical(value)),))
    kind = {"bizSteps": "bizStep", "dispositions": "disposition"}.get(resource)
    return ColumnFilter(column, (index_value(as_word(kind, value) if kind else value),))
