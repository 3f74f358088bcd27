"""A stateful stand-in of Stripe's API on loopback, for STRIPE_API_BASE.

In a test: `with StripeStandIn(webhook_url=...) as stripe:` and then `stripe.url`, `stripe.state`, `stripe.mailroom`.
As a process: `python -m tests.stand_ins.stripe_server --port 12111 --webhook-url URL --secret whsec_...`.
The hosted page `/c/pay/<session>` can be walked by a browser; `/_control/...` moves what Stripe's own time moves.
"""

from __future__ import annotations

import argparse
import threading
from types import TracebackType
from typing import Any, Self

from werkzeug.serving import WSGIRequestHandler, make_server

from tests.stand_ins.stripe_app import Ledger, create_stand_in
from tests.stand_ins.stripe_delivery import Mailroom, Sender, http_sender
from tests.stand_ins.stripe_state import StripeState

SECRET = "whsec_stand_in"


class Quiet(WSGIRequestHandler):
    """Tests read their own output, not an access log."""

    def log(self, *_args: Any) -> None:
        pass


class StripeStandIn:
    """The stand-in in a thread of this process."""

    def __init__(
        self,
        *,
        webhook_url: str | None = None,
        sender: Sender | None = None,
        secret: str = SECRET,
        port: int = 0,
        automatic: bool = False,
    ) -> None:
        send = sender or (http_sender(webhook_url) if webhook_url else None)
        self.mailroom = Mailroom(secret=secret, sender=send, automatic=automatic)
        self.state = StripeState(self.mailroom)
        self.ledger = Ledger()
        self._server = make_server(
            "127.0.0.1", port, create_stand_in(self.state, self.ledger), threaded=True, request_handler=Quiet
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def fault(self, call: str, how: str) -> None:
        """Play `how` (`500`, `drop`, `lose_answer`) once on the next call whose `METHOD path` starts with `call`."""
        self.ledger.faults.append((call, how))

    def start(self) -> Self:
        self._thread.start()
        return self

    def stop(self) -> None:
        self.mailroom.stop()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=12111)
    arguments.add_argument("--webhook-url", required=True)
    arguments.add_argument("--secret", default=SECRET)
    arguments.add_argument(
        "--by-hand", action="store_true", help="deliver only when /_control/deliver is posted"
    )
    given = arguments.parse_args()
    stand_in = StripeStandIn(
        webhook_url=given.webhook_url, secret=given.secret, port=given.port, automatic=not given.by_hand
    )
    with stand_in:
        threading.Event().wait()


if __name__ == "__main__":
    main()
