"""The HTTP face of the stand-in: authorisation, idempotency keys, faults, lists, the hosted page."""

from __future__ import annotations

import html
import json
import secrets
import socket
import threading
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, Response, redirect, request

from tests.stand_ins.stripe_form import StripeRefusal, parse
from tests.stand_ins.stripe_refunds import find
from tests.stand_ins.stripe_state import API_VERSION, StripeState

ACTIONS = {
    "card": "Pay by card",
    "alipay": "Pay by Alipay",
    "wechat_pay": "Pay by WeChat Pay",
    "later": "Pay by a delayed method",
    "fail": "Let the card be declined",
    "cancel": "Go back without paying",
}


@dataclass
class Ledger:
    """Answers kept by idempotency key, requests seen, and faults to play, by `METHOD path`."""

    answers: dict[str, tuple[str, dict[str, Any], int, str]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)

    def fault_for(self, call: str) -> str | None:
        for index, (prefix, how) in enumerate(self.faults):
            if call.startswith(prefix):
                del self.faults[index]
                return how
        return None


def create_stand_in(state: StripeState, ledger: Ledger) -> Flask:  # noqa: C901, PLR0915 - one server, one list of routes
    app = Flask("stripe_stand_in")
    lock = threading.RLock()

    def answer(status: int, text: str, *, replayed: bool = False) -> Response:
        response = Response(text, status=status, mimetype="application/json")
        response.headers["Request-Id"] = f"req_{secrets.token_hex(7)}"
        response.headers["Stripe-Version"] = request.headers.get("Stripe-Version", API_VERSION)
        if key := request.headers.get("Idempotency-Key"):
            response.headers["Idempotency-Key"] = key
        if replayed:
            response.headers["Idempotent-Replayed"] = "true"
        return response

    def hang_up() -> None:
        """Break the connection before the answer; what was carried out stays."""
        request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)

    def once(perform: Any) -> Response:
        """Carry a POST out once per idempotency key, as Stripe does."""
        params = parse(request.form.items(multi=True))
        params.pop("expand", None)
        key = request.headers.get("Idempotency-Key")
        if key and len(key) > 255:
            raise StripeRefusal("Idempotency keys can be at most 255 characters.", kind="idempotency_error")
        if key and key in ledger.answers:
            path, first, status, text = ledger.answers[key]
            if path != request.path:
                raise StripeRefusal(
                    f"Keys for idempotent requests can only be used for the same endpoint they were first used for ('{request.path}' vs '{path}'). Try using a key other than '{key}' if you meant to execute a different request.",
                    kind="idempotency_error",
                )
            if first != params:
                raise StripeRefusal(
                    f"Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '{key}' if you meant to execute a different request.",
                    kind="idempotency_error",
                )
            return answer(status, text, replayed=True)
        text = json.dumps(perform(params))
        if key:
            ledger.answers[key] = (request.path, params, 200, text)
        return answer(200, text)

    def listing(oldest_first: list[dict[str, Any]]) -> Response:
        """Newest first, with `limit`, `starting_after`, `created[gte]` and equal-to filters."""
        query = parse(request.args.items(multi=True))
        rows = oldest_first[::-1]
        limit = int(query.pop("limit", 10))
        query.pop("expand", None)
        after, created = query.pop("starting_after", None), query.pop("created", {})
        types = query.pop("types", None)
        if isinstance(created, dict) and "gte" in created:
            rows = [row for row in rows if row["created"] >= int(created["gte"])]
        if types:
            rows = [row for row in rows if row["type"] in types]
        for name, value in query.items():
            rows = [row for row in rows if str(row.get(name)) == value]
        if after:
            ids = [row["id"] for row in rows]
            rows = rows[ids.index(after) + 1 :] if after in ids else []
        body = {"object": "list", "data": rows[:limit], "has_more": len(rows) > limit, "url": request.path}
        return answer(200, json.dumps(body))

    @app.before_request
    def enter() -> Response | None:
        if not request.path.startswith("/v1/"):
            return None
        call = f"{request.method} {request.path}"
        ledger.requests.append(call)
        how = ledger.fault_for(call)
        if how == "500":
            return answer(
                500, json.dumps({"error": {"type": "api_error", "message": "Something went wrong."}})
            )
        if how == "drop":
            hang_up()
            return answer(500, "")
        if how == "lose_answer":
            request.environ["stand_in.lose_answer"] = True
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not token.startswith(("sk_test_", "rk_test_")):
            refusal = {"type": "invalid_request_error", "message": "Invalid API Key provided."}
            return answer(401, json.dumps({"error": refusal}))
        lock.acquire()
        request.environ["stand_in.locked"] = True
        return None

    @app.after_request
    def leave(response: Response) -> Response:
        if request.environ.get("stand_in.lose_answer"):
            hang_up()
        return response

    @app.teardown_request
    def unlock(_error: BaseException | None) -> None:
        if request.environ.pop("stand_in.locked", False):
            lock.release()

    @app.errorhandler(StripeRefusal)
    def refuse(error: StripeRefusal) -> Response:
        return answer(error.status, json.dumps(error.body))

    @app.errorhandler(404)
    def unknown(_error: Exception) -> Response:
        message = f"Unrecognized request URL ({request.method}: {request.path})."
        return answer(404, json.dumps({"error": {"type": "invalid_request_error", "message": message}}))

    @app.post("/v1/checkout/sessions")
    def create_session() -> Response:
        version = request.headers.get("Stripe-Version", API_VERSION)
        base = request.host_url.rstrip("/")
        return once(lambda params: state.create_session(params, version=version, base=base))

    @app.get("/v1/checkout/sessions/<key>")
    def get_session(key: str) -> Response:
        return answer(200, json.dumps(state.session(key)))

    @app.get("/v1/checkout/sessions")
    def list_sessions() -> Response:
        return listing([state.session(key) for key in state.sessions])

    @app.get("/v1/checkout/sessions/<key>/line_items")
    def session_lines(key: str) -> Response:
        state.session(key)
        return listing(list(reversed(state.line_items[key])))

    @app.post("/v1/checkout/sessions/<key>/expire")
    def expire_session(key: str) -> Response:
        return once(lambda _params: state.expire_session(key))

    @app.post("/v1/refunds")
    def create_refund() -> Response:
        return once(state.create_refund)

    tables = {
        "payment_intents": state.intents,
        "charges": state.charges,
        "refunds": state.refunds,
        "disputes": state.disputes,
    }

    @app.get("/v1/<any(payment_intents, charges, refunds, disputes):table>/<key>")
    def get_one(table: str, key: str) -> Response:
        return answer(200, json.dumps(find(tables[table], key, table.rstrip("s"))))

    @app.get("/v1/<any(payment_intents, charges, refunds, disputes):table>")
    def list_all(table: str) -> Response:
        return listing(list(tables[table].values()))

    @app.get("/v1/events")
    def list_events() -> Response:
        return listing(state.mailroom.events)

    @app.get("/v1/events/<key>")
    def get_event(key: str) -> Response:
        return answer(200, json.dumps(find({e["id"]: e for e in state.mailroom.events}, key, "event")))

    @app.get("/v1/balance")
    def balance() -> Response:
        return answer(
            200, json.dumps({"object": "balance", "available": [], "pending": [], "livemode": False})
        )

    @app.get("/c/pay/<key>")
    def pay_page(key: str) -> str:
        row = state.session(key)
        lines = "".join(
            f"<li>{html.escape(one['description'])} × {one['quantity']}: {one['amount_total'] / 100:.2f}</li>"
            for one in state.line_items[key]
        )
        buttons = "".join(
            f'<p><button name="how" value="{how}">{label}</button></p>'
            for how, label in ACTIONS.items()
            if how in {*row["payment_method_types"], "later", "fail", "cancel"}
        )
        form = (
            f'<form method="post">{buttons}</form>' if row["status"] == "open" else f"<p>{row['status']}</p>"
        )
        return f"""<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Pay</title>
            <h1>Stand-in of Stripe: {row["currency"].upper()} {row["amount_total"] / 100:.2f}</h1><ul>{lines}</ul>{form}"""

    @app.post("/c/pay/<key>")
    def pay_action(key: str) -> Any:
        how = request.form.get("how", "")
        row = state.session(key)
        if how == "cancel":
            return redirect(row["cancel_url"], 303)
        if how == "fail":
            state.fail(key)
            return redirect(request.path, 303)
        if how == "later":
            state.pay_later(key)
        elif how in row["payment_method_types"]:
            state.pay(key, how)
        else:
            raise StripeRefusal("Unknown action")
        return redirect(row["success_url"].replace("{CHECKOUT_SESSION_ID}", key), 303)

    @app.get("/_control/events")
    def control_events() -> Any:
        return {"events": state.mailroom.events, "waiting": [e["id"] for e in state.mailroom.waiting()]}

    @app.post("/_control/deliver")
    def control_deliver() -> Any:
        times = int(request.form.get("times", 1))
        return {"statuses": state.mailroom.deliver(times=times, backwards="backwards" in request.form)}

    @app.post("/_control/advance")
    def control_advance() -> Any:
        state.advance(int(request.form["seconds"]))
        return {"now": state.now()}

    return app
