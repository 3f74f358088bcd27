"""The register in the JSON API."""

from typing import Any

from apiflask import APIBlueprint, Schema
from apiflask.fields import Dict, String
from flask import request

from branch.registry.answers import check_document
from branch.registry.views import checked
from core.accounts.gate import public
from core.web.limits import VERIFY, limiter

blueprint = APIBlueprint("registry_api", __name__, tag="Registry")


class CheckAnswer(Schema):
    status = String(metadata={"enum": ["authorised", "not_authorised", "suspended"]})
    reason = String()
    message = String()
    detail = String()
    address = String()
    storefront = Dict()
    licence = Dict()


@blueprint.get("/api/v1/registry/check")
@public
@blueprint.doc(summary="Whether an outside shop may use a mark", responses={422: "No address was sent."})
@blueprint.output(CheckAnswer)
@limiter.limit(VERIFY)
def check() -> dict[str, Any]:
    return check_document(checked(request.args.get("url", "")))
