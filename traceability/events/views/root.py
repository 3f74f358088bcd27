"""The front of `/epcis`: what there is, what is not, and the words of our own extension."""

import json

from flask import Response

from core.gate import public
from traceability.events.rules.contexts import STANDARD
from traceability.events.rules.steps import TERMS
from traceability.events.views import capture, named_queries, resources
from traceability.events.views.answers import answer, base_url
from traceability.events.views.blueprint import blueprint, documented
from traceability.events.views.paging import require_only_paging

__all__ = ["blueprint", "capture", "named_queries", "resources"]

TOP_LEVEL = (
    "events",
    "eventTypes",
    "epcs",
    "bizSteps",
    "bizLocations",
    "readPoints",
    "dispositions",
    "capture",
    "queries",
)
NOT_OFFERED = (
    "XML (documents, answers and problems are JSON)",
    "subscriptions, by webhook or WebSocket",
    "queries for master data, and the parameters WD_, HASATTR_ and EQATTR_ that need it",
    "parameters for fields inside of extensions (INNER_) and ordering by an extension field",
    "translation between EPC URNs and GS1 Digital Link URIs in answers (queries find either by either)",
    "certification: this is our reading of EPCIS 2.0 and CBV 2.0, tested with the published cases",
)


@blueprint.get("/")
@documented("What the EPCIS repository offers", "And, under `notOffered`, what it does not.")
@public
def root() -> Response:
    """The resources, and what of the standard is not offered."""
    require_only_paging()
    return answer(
        json.dumps(
            {
                "@context": STANDARD,
                "type": "Collection",
                "member": TOP_LEVEL,
                "notOffered": NOT_OFFERED,
                "public": "the provenance steps recorded here; what others sent needs a token that may read it",
                "terms": f"{base_url()}/terms/",
            }
        )
    )


@blueprint.get("/terms/")
@documented("The fields that our own events add to the standard")
@public
def terms() -> Response:
    """Our own extension fields in two languages."""
    require_only_paging()
    return answer(
        json.dumps({f"{base_url()}/terms/{name}": words for name, words in TERMS.items()}, ensure_ascii=False)
    )
