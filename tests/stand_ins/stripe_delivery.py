"""Webhooks as Stripe sends them: signed over the raw body; the test decides when, how often and in which order."""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

Sender = Callable[[bytes, dict[str, str]], int]


def signature(body: bytes, secret: str, timestamp: int) -> str:
    """The header `Stripe-Signature`: `t=` the second of sending, `v1=` HMAC-SHA256 of `t.body`."""
    digest = hmac.new(secret.encode(), str(timestamp).encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def http_sender(url: str) -> Sender:
    """Deliver over HTTP; answers the status, 0 when nobody listens."""

    def send(body: bytes, headers: dict[str, str]) -> int:
        request = urllib.request.Request(url, data=body, headers=headers, method="POST")  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as error:
            status = error.code
            error.close()
            return status
        except OSError:
            return 0

    return send


@dataclass
class Delivery:
    event_id: str
    status: int


@dataclass
class Mailroom:
    """Keeps every event; delivers by hand, or by itself when `automatic`.

    Automatic delivery tries again while the receiver does not answer 2xx, up to `tries` times.
    """

    secret: str
    sender: Sender | None = None
    automatic: bool = False
    copies: int = 1
    delay_s: float = 0.0
    tries: int = 3
    events: list[dict[str, Any]] = field(default_factory=list)
    dropped: set[str] = field(default_factory=set)
    delivered: list[Delivery] = field(default_factory=list)
    _post: queue.Queue[dict[str, Any] | None] = field(default_factory=queue.Queue)
    _thread: threading.Thread | None = None

    def add(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        if self.automatic and self.sender is not None:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self._post.put(event)

    def _run(self) -> None:
        while (event := self._post.get()) is not None:
            if self.delay_s:
                time.sleep(self.delay_s)
            for _copy in range(self.copies):
                for _attempt in range(self.tries):
                    if 200 <= self.send(event) < 300:
                        break

    def stop(self) -> None:
        if self._thread is not None:
            self._post.put(None)
            self._thread.join(timeout=20)

    def waiting(self) -> list[dict[str, Any]]:
        """Events that were neither delivered with success nor dropped, oldest first."""
        done = {one.event_id for one in self.delivered if 200 <= one.status < 300} | self.dropped
        return [event for event in self.events if event["id"] not in done]

    def drop(self, *event_ids: str) -> None:
        self.dropped.update(event_ids)

    def send(self, event: dict[str, Any], *, secret: str | None = None, timestamp: int | None = None) -> int:
        """Deliver one event now; answers the receiver's HTTP status."""
        if self.sender is None:
            raise RuntimeError("the stand-in was not told where to deliver")
        body = json.dumps(event, indent=2, ensure_ascii=False).encode()
        when = int(time.time()) if timestamp is None else timestamp
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
            "Stripe-Signature": signature(body, secret or self.secret, when),
        }
        status = self.sender(body, headers)
        self.delivered.append(Delivery(event["id"], status))
        return status

    def deliver(
        self, kinds: Sequence[str] | None = None, *, times: int = 1, backwards: bool = False
    ) -> list[int]:
        """Deliver what waits, each `times` times, in the order it happened or backwards."""
        chosen = [e for e in self.waiting() if kinds is None or e["type"] in kinds]
        if backwards:
            chosen.reverse()
        return [self.send(event) for event in chosen for _ in range(times)]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]
