"""Half an hour of six people's use while the system is disturbed; `python -m tests.soak --minutes 30`.

Starts `make run`'s own launcher on an empty folder (a file system of its own, so that it can be filled: needs root),
lets six people work, disturbs it in turn, and prints a table: when `/readyz` was all green again after each disturbance,
and what users were answered meanwhile. Ends with 1 when it did not get green, or anything confirmed was lost or made twice.
"""

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.running import ROOT, environment, free_port
from tests.soak.books import Books
from tests.soak.disturbances import DISTURBANCES
from tests.soak.people import Person, six_people
from tests.soak.visitor import Visitor

GREEN_WITHIN_S = 120
CHECKS = (["seal", "verify"], ["ledger", "check"])


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


@dataclass
class Readiness:
    """Asks `/readyz` twice a second; `seen` holds (moment, status, parts that are not ok)."""

    url: str
    seen: list[tuple[float, int, tuple[str, ...]]]

    def watch(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self.look()
            stop.wait(0.5)

    def look(self) -> bool:
        try:
            answer = requests.get(f"{self.url}/readyz", timeout=10)
            parts = answer.json()
            wrong = tuple(sorted(name for name, state in parts.items() if name != "status" and state != "ok"))
            if parts["status"] != "ok" and not wrong:
                wrong = (str(parts["status"]),)
            self.seen.append((time.monotonic(), answer.status_code, wrong))
        except (requests.RequestException, ValueError):
            self.seen.append((time.monotonic(), 0, ("no answer",)))
        return self.seen[-1][1:] == (200, ())

    def green_after(self, since: float, steady_s: float = 3) -> float | None:
        """Seconds from `since` until all is green and stays so for `steady_s`; None when it did not within the limit."""
        while time.monotonic() < since + GREEN_WITHIN_S:
            later = [one for one in list(self.seen) if one[0] >= since]
            last_bad = max(
                (moment for moment, status, wrong in later if status != 200 or wrong), default=since
            )
            if later and later[-1][0] - last_bad >= steady_s:
                return last_bad - since
            time.sleep(0.5)
        return None

    def troubles(self, begin: float, end: float) -> str:
        found = Counter(
            name for moment, _status, wrong in list(self.seen) if begin <= moment <= end for name in wrong
        )
        return ", ".join(found) or "-"


@contextmanager
def file_system(megabytes: int) -> Iterator[Path]:
    """A small file system of our own; without root nobody can make one, and the soak says so."""
    with tempfile.TemporaryDirectory(prefix="gy-soak-") as folder:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder],
            capture_output=True,
            check=False,
        )
        if done.returncode:
            sys.exit(
                "The soak fills a disk and needs one of its own: run it as root, where a tmpfs can be mounted."
            )
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "-l", folder], check=False)


@contextmanager
def launched(var: Path, port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The launcher of `make run`; ended with Ctrl-C as a person does."""
    environ = environment(var, PORT=str(port), RATELIMIT_ENABLED="false", PYTHONUNBUFFERED="1")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "core.launch"],
            cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        try:
            until = time.monotonic() + 600
            while "Ctrl-C stops it." not in log.read_text(errors="replace"):
                if process.poll() is not None or time.monotonic() > until:
                    sys.exit("The system did not start:\n" + log.read_text(errors="replace")[-3000:])
                time.sleep(0.5)
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def disturb(var: Path, minutes: float, ready: Readiness, people: list[Person]) -> list[str]:
    """One disturbance after the other until the time is over; what did not get green again."""
    began, wrong, number = time.monotonic(), [], 0
    each_s = max(45.0, minutes * 60 / max(len(DISTURBANCES), round(minutes / 1.5)))
    say(
        f"{'minute':>6}  {'disturbance':26} {'green after':>11}  {'not ok meanwhile':34} people were answered"
    )
    while time.monotonic() < began + minutes * 60:
        disturbance = DISTURBANCES[number % len(DISTURBANCES)]
        number += 1
        before = Counter[int]()
        for person in people:
            before.update(person.visitor.answers)
        start = time.monotonic()
        disturbance.make(var)
        over = time.monotonic()
        time.sleep(1)
        green = ready.green_after(over)
        after = Counter[int]()
        for person in people:
            after.update(person.visitor.answers)
        answers = " ".join(
            f"{status or 'none'}:{times}" for status, times in sorted((after - before).items())
        )
        shown = f"{green:.1f} s" if green is not None else "NOT GREEN"
        say(
            f"{(start - began) / 60:6.1f}  {disturbance.name:26} {shown:>11}  "
            f"{ready.troubles(start, time.monotonic()):34} {answers}"
        )
        if green is None:
            wrong.append(
                f"{disturbance.name} at minute {(start - began) / 60:.1f}: not green within {GREEN_WITHIN_S} s"
            )
        time.sleep(max(0.0, start + each_s - time.monotonic()))
    return wrong


def check(var: Path, port: int) -> list[str]:
    """What the system's own checks say."""
    wrong = []
    for command in CHECKS:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "flask", *command],
            cwd=ROOT, env=environment(var, PORT=str(port)), capture_output=True, text=True, check=False,
        )  # fmt: skip
        say(f"flask {' '.join(command)}: {done.returncode}; {done.stdout.strip().splitlines()[-1:]}")
        if done.returncode:
            wrong.append(f"flask {' '.join(command)}: {done.stdout[-800:]} {done.stderr[-800:]}")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--megabytes", type=int, default=1500, help="size of the file system")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    random.seed(given.seed)
    port = free_port()
    log = Path(tempfile.gettempdir()) / f"gy-soak-{os.getpid()}.log"
    say(f"the launcher's words are kept in {log}")
    with file_system(given.megabytes) as var, launched(var, port, log) as launcher:
        url = f"http://127.0.0.1:{port}"
        books = Books(var, (var / "demo-codes.txt").read_text().split())
        while requests.get(f"{url}/log/checkpoint", timeout=60).status_code != 200:
            time.sleep(1)  # the demonstration's leaves are sealed first
        people = six_people(url, books)
        ready, stop = Readiness(url, []), threading.Event()
        threads = [threading.Thread(target=person.live, args=[stop], daemon=True) for person in people]
        watching = threading.Thread(target=ready.watch, args=[stop], daemon=True)
        for thread in [*threads, watching]:
            thread.start()
        wrong = disturb(var, given.minutes, ready, people)
        stop.set()
        for thread in threads:
            thread.join(timeout=240)
        left = books.wait_until_quiet()
        say(f"left over: {json.dumps(left)}")
        wrong += [f"{name}: {number}" for name, number in left.items() if number]
        wrong += books.differences(Visitor(url, "auditor"))
        if launcher.poll() is not None:
            wrong.append(f"the launcher ended by itself with {launcher.returncode}")
        wrong += check(var, port)
        say(f"confirmed to people: {books.summary()}")
        for person in people:
            said = " ".join(f"{status or 'none'}:{n}" for status, n in sorted(person.visitor.answers.items()))
            say(f"{person.name:12} {person.turns:5} turns  {said}")
            wrong += [f"{person.name}: {one}" for one in person.complaints]
    for one in wrong:
        say(f"WRONG {one}")
    say("nothing was lost, nothing came out twice" if not wrong else f"{len(wrong)} things went wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
