"""The resolver: `/01/<gtin>...` sends on to what is known of a product, a lot or a code; the grower's GTINs."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MIMEAccept

from branch import api as branch
from core.clock import now
from core.database import transaction
from core.errors import DomainError, NotFound
from core.form_keys.views import creates, creating
from core.gate import actor_id, public, requires
from core.scopes import Scope
from core.settings import current_settings
from core.web.views.limits import VERIFY, limiter
from core.web.views.problems import problem
from traceability.lots.queries.records import lots_of_grower
from traceability.resolver import service
from traceability.resolver.forms import LotUnderItemForm, TradeItemForm
from traceability.resolver.queries import contexts_of, trade_items_of
from traceability.resolver.rules.digital_links import LinkSyntaxError, parse_path
from traceability.resolver.rules.linksets import (
    CONTEXT,
    DEFAULT,
    MEDIA_TYPE,
    VOCABULARY,
    Link,
    choose,
    kind_of,
    linkset,
)

blueprint = Blueprint("resolver", __name__)
ALL = {"linkset", "all"}
JSON_TYPES = {MEDIA_TYPE, "application/json", "application/linkset"}


@blueprint.after_request
def open_to_scripts(response: Response) -> Response:
    """Any page may ask a resolver, and read where it points."""
    if request.endpoint in {"resolver.resolve", "resolver.description"}:
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "Link, Location"
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = "Accept, Accept-Language"
        response.vary.update(("Accept", "Accept-Language"))
    return response


@blueprint.get("/.well-known/gs1resolver")
@public
def description() -> Response:
    """The resolver description file."""
    return jsonify(
        name="Guiyuan",
        resolverRoot=current_settings().base_url,
        supportedPrimaryKeys=["01"],
        supportedLinkType=[{"namespace": VOCABULARY, "prefix": "gs1:"}],
        linkTypeDefaultCanBeLinkset=False,
    )


@blueprint.get("/01/<path:rest>")
@public
@limiter.limit(VERIFY)
def resolve(rest: str) -> ResponseReturnValue:
    """Send on to the best link, or answer with the linkset when it is asked for."""
    path = request.environ.get("RAW_URI", request.full_path).partition("?")[0] or f"/01/{rest}"
    try:
        link = parse_path(path.rstrip("/"), request.query_string.decode("latin-1"))
    except LinkSyntaxError as error:
        return problem(400, "digital_link_syntax", _("This is no GS1 Digital Link"), str(error))
    contexts = contexts_of(link, base=current_settings().base_url, at=now())
    link_type = request.args.get("linkType", "")
    document = linkset(contexts)
    if link_type in ALL or (not link_type and _wants_linkset(request.accept_mimetypes)):
        return _linkset(document, 200)
    kind = kind_of(link_type) if link_type else DEFAULT
    links = choose(
        contexts,
        kind or "",
        languages=[tag.split("-")[0].lower() for tag, _q in request.accept_languages],
        media_types=[name for name, _q in request.accept_mimetypes],
    )
    if not links:
        raise NotFound(_("There is no link of this type here."), code="link_type_unknown")
    if len(links) > 1:
        return _linkset({"linkset": [{**document["linkset"][0], **_only(links)}]}, 300)
    answer = redirect(_with_query(links[0].href), 307)
    answer.headers["Link"] = f'<{contexts[0].anchor}?linkType=linkset>; rel="linkset"; type="{MEDIA_TYPE}"'
    return answer


def _only(links: tuple[Link, ...]) -> dict[str, Any]:
    return {VOCABULARY + links[0].kind: [link.document() for link in links]}


def _wants_linkset(accepted: MIMEAccept) -> bool:
    best = max(((quality, name) for name, quality in accepted), default=(0, ""))[0]
    return any(name in JSON_TYPES and quality == best for name, quality in accepted)


def _linkset(document: dict[str, Any], status: int) -> Response:
    response = jsonify(document)
    response.status_code = status
    response.content_type = MEDIA_TYPE
    response.headers["Link"] = (
        f'<{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    )
    return response


def _with_query(href: str) -> str:
    """The target with whatever else the address carried, as the standard passes it on."""
    query = "&".join(
        part
        for part in request.query_string.decode("latin-1").split("&")
        if part and not part.startswith("linkType=")
    )
    return f"{href}{'&' if '?' in href else '?'}{query}" if query else href


@blueprint.get("/seller/products")
@requires("lots.edit")
def products() -> ResponseReturnValue:
    """The grower's GTINs and which lots are sold under them."""
    return _page(TradeItemForm(), LotUnderItemForm())


@blueprint.post("/seller/products")
@requires("lots.edit", scope=Scope.GROWER)
@creates()
def enter() -> ResponseReturnValue:
    """Enter a GTIN."""
    grower = branch.require_grower(actor_id())
    form = TradeItemForm()
    if form.validate_on_submit():
        try:
            with creating() as made:
                service.enter_trade_item(
                    form.gtin.data or "",
                    grower_id=grower.id,
                    name_zh=form.name_zh.data or "",
                    name_en=form.name_en.data or "",
                    at=now(),
                    by=actor_id(),
                )
                made.leads_to(url_for("resolver.products"))
            flash(_("The number is entered. Choose the lots that are sold under it."), "success")
            return made.answer()
        except DomainError as error:
            form.gtin.errors = [str(error)]
    return _page(form, LotUnderItemForm()), 422


@blueprint.post("/seller/products/lots")
@requires("lots.edit", scope=Scope.GROWER)
def put_lot() -> ResponseReturnValue:
    """Sell a lot under a GTIN."""
    grower = branch.require_grower(actor_id())
    form = LotUnderItemForm()
    form.offer(trade_items_of(grower.id), lots_of_grower(grower.id))
    if form.validate_on_submit():
        with transaction():
            service.put_lot(form.lot.data or "", form.gtin.data or "", grower_id=grower.id)
        flash(_("Its codes now also stand in addresses with this number."), "success")
        return redirect(url_for("resolver.products"), 303)
    return _page(TradeItemForm(), form), 422


def _page(form: TradeItemForm, lot_form: LotUnderItemForm) -> str:
    grower = branch.require_grower(actor_id())
    items, lots = trade_items_of(grower.id), lots_of_grower(grower.id)
    lot_form.offer(items, lots)
    return render_template(
        "traceability/resolver/products.html", form=form, lot_form=lot_form, items=items, has_lots=bool(lots)
    )
