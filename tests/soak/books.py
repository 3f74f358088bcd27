"""What was promised to somebody, kept outside of the system, and held against it at the end."""

import json
import sqlite3
import threading
import time
from collections import defaultdict
from contextlib import closing
from pathlib import Path

from tests.soak.visitor import Visitor

# Where each kind of thing is found by its mark, exactly once.
FOUND_BY = {
    "order": 'SELECT count(*) FROM "order" WHERE buyer_name = ?',
    "lot": "SELECT count(*) FROM lot WHERE origin = ?",
    "listing": "SELECT count(*) FROM listing WHERE title LIKE '%' || ?",
    "inspection": "SELECT count(*) FROM inspection WHERE seen = ?",
}
# What is to be nothing when all is quiet again.
LEFT_OVER = {
    "events not delivered": "SELECT count(*) FROM outbox_event WHERE done_at IS NULL",
    "messages waiting": "SELECT count(*) FROM message WHERE state = 'waiting'",
    "messages failed": "SELECT count(*) FROM message WHERE state = 'failed'",
    "jobs not ended": "SELECT count(*) FROM job_progress WHERE state IN ('waiting', 'running')",
    "leaves not sealed": "SELECT count(*) FROM seal_leaf WHERE number IS NULL",
}


class Books:
    """`sent` says that something was sent, `confirmed` that the system said yes."""

    def __init__(self, var: Path, codes: list[str]) -> None:
        self.var, self.codes = var, codes
        self._sent: dict[str, set[str]] = defaultdict(set)
        self._confirmed: dict[str, dict[str, str]] = defaultdict(dict)
        self._lock = threading.Lock()

    def sent(self, kind: str, name: str) -> None:
        with self._lock:
            self._sent[kind].add(name)

    def confirmed(self, kind: str, name: str, detail: str) -> None:
        with self._lock:
            self._confirmed[kind][name] = detail

    def of(self, kind: str) -> dict[str, str]:
        with self._lock:
            return dict(self._confirmed[kind])

    def _count(self, statement: str, *values: str) -> int:
        with closing(
            sqlite3.connect(f"file:{self.var / 'guiyuan.db'}?mode=ro", uri=True, timeout=30)
        ) as connection:
            return int(connection.execute(statement, values).fetchone()[0])

    def wait_until_quiet(self, patience_s: float = 240) -> dict[str, int]:
        """What is left over when all is delivered, or after `patience_s`."""
        until = time.monotonic() + patience_s
        while True:
            left = {name: self._count(statement) for name, statement in LEFT_OVER.items()}
            if not any(left.values()) or time.monotonic() > until:
                return left
            time.sleep(1)

    def differences(self, visitor: Visitor) -> list[str]:
        """What was confirmed and is not there exactly once, or was sent and is there twice."""
        wrong = []
        for kind, statement in FOUND_BY.items():
            confirmed = self.of(kind)
            for name in sorted(self._sent[kind] | confirmed.keys()):
                times = self._count(statement, name)
                if times > 1 or (name in confirmed and times != 1):
                    wrong.append(f"{kind} {name}: {times} times, confirmed: {name in confirmed}")
        orders = {detail.partition("?")[0]: detail for detail in self.of("order").values()}
        for number, detail in orders.items():
            answer = visitor.ask("GET", f"/api/v1/orders/{detail}")
            state = answer.json().get("order", {}).get("payment", {}).get("state")
            if answer.status_code != 200:
                wrong.append(f"order {number}: answers {answer.status_code}")
            elif number in self.of("payment") and state != "paid":
                wrong.append(f"order {number}: its payment was confirmed and is {state}")
        return wrong + [
            f"listing {name}: published and not found by search"
            for name in self.of("listing")
            if f"朱砂丹桂 {name}" not in visitor.ask("GET", f"/search?q={name}").text
        ]

    def summary(self) -> str:
        """How much was confirmed of each kind, as one line."""
        with self._lock:
            return json.dumps({kind: len(names) for kind, names in self._confirmed.items()})
