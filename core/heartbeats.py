"""Which parts of the running system live: beats that workers and the scheduler write, and deaths that the launcher counts.

    var/parts/<part>.json          the part's last beat: {"pid", "at", "running": [[task, since], ...]}
    var/parts/launched-<pid>.json  what a launcher knows: {"at", "parts": {part: {"state", "since", "deaths"}}}

Both are written as a whole every few seconds; `at` and `since` are seconds since 1970. `/readyz` names a part `degraded`
when its beat is old, when it works at one task for too long, or while the launcher waits to start it again.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import structlog

from core.atomic import write_durably
from core.settings import Settings

log = structlog.get_logger(__name__)

BEAT_EVERY_S = 5.0
SILENT_AFTER_S = 30.0
LARGEST = 1e12  # of seconds and counts; what is larger, or no number at all, was not written by us
# A part that was never down is given this long to come up before its silence is told.
FIRST_START_S = 60.0
# Longer than any task of that part takes: what is still running then hangs.
LONGEST_TASK_S = {"worker-fast": 300.0, "worker-slow": 4 * 3600.0}
LAUNCHED = "launched-"


class PartAway(Exception):  # noqa: N818 - it is the answer to a check, not an error of ours
    """Why a part does not count as alive."""


def folder(settings: Settings) -> Path:
    """Where beats are kept, made on first use."""
    path = settings.var / "parts"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def beat(parts: Path, part: str, running: list[tuple[str, float]] | None = None) -> None:
    """Say that `part` lives; a full disk is told and tried again with the next beat.

    Args:
        parts: `folder(settings)`.
        part: its name.
        running: the tasks that it works at, each with the time at which it began.
    """
    _write(parts / f"{part}.json", {"pid": os.getpid(), "at": time.time(), "running": running or []})


def tell_launched(parts: Path, states: dict[str, dict[str, Any]]) -> None:
    """Keep what this launcher knows of each part: `state` (running, waiting, unsteady), `since`, `deaths`."""
    _write(parts / f"{LAUNCHED}{os.getpid()}.json", {"at": time.time(), "parts": states})


def forget_launched(parts: Path) -> None:
    """Remove what this launcher knew, and what launchers that were killed left."""
    forget(parts, f"{LAUNCHED}{os.getpid()}")
    for path in parts.glob(f"{LAUNCHED}*.json"):
        if _age_s(_read(path), time.time()) > SILENT_AFTER_S:
            forget(parts, path.stem)


def _launched(parts: Path, part: str, at: float) -> dict[str, Any] | None:
    """What a living launcher says of the part."""
    for path in parts.glob(f"{LAUNCHED}*.json"):
        beat = _read(path)
        states = beat.get("parts")
        known = states.get(part) if isinstance(states, dict) else None
        if _age_s(beat, at) < SILENT_AFTER_S and isinstance(known, dict) and _is_state(known):
            return known
    return None


def _is_state(known: dict[str, Any]) -> bool:
    return isinstance(known.get("state"), str) and _is_number(known.get("since"), known.get("deaths"))


def forget(parts: Path, part: str) -> None:
    """Remove a part's last beat: it is known to be down, or has not begun."""
    try:
        (parts / f"{part}.json").unlink(missing_ok=True)
    except OSError as error:
        log.warning("beat_not_removed", part=part, error=str(error))


def _write(path: Path, what: dict[str, Any]) -> None:
    try:
        write_durably(path, json.dumps(what).encode(), mode=0o600)
    except OSError as error:
        log.warning("beat_not_written", part=path.stem, error=str(error))


def _read(path: Path) -> dict[str, Any]:
    """What was written last; nothing when it is missing or no such document: the next beat writes it anew."""
    try:
        what = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return what if isinstance(what, dict) and _is_number(what.get("at")) else {}


def _is_number(*values: object) -> bool:
    return all(isinstance(value, int | float) and -LARGEST < value < LARGEST for value in values)


def _age_s(beat: dict[str, Any], at: float) -> float:
    """How far from now something was told. A beat that lies ahead was written under a clock that was wrong, and ages too."""
    return abs(at - beat["at"]) if beat else float("inf")


def _running(beat: dict[str, Any]) -> Iterator[tuple[str, float]]:
    listed = beat.get("running")
    for entry in listed if isinstance(listed, list) else ():
        match entry:
            case [str(task), since] if _is_number(since):
                yield task, since


def check(parts: Path, part: str, *, at: float | None = None) -> None:
    """Raises when `part` does not live.

    Raises:
        PartAway: with the cause in words for the log.
    """
    at = time.time() if at is None else at
    known = _launched(parts, part, at)
    if known and known["state"] != "running":
        raise PartAway(f"{known['state']} after {known['deaths']} deaths within a minute")
    if part == "web":
        return
    last = _read(parts / f"{part}.json")
    silent_s = _age_s(last, at)
    if silent_s > SILENT_AFTER_S:
        if known and not known["deaths"] and at - known["since"] < FIRST_START_S:
            return
        raise PartAway(f"silent for {silent_s:.0f} s" if last else "never heard of")
    for task, since in _running(last):
        if at - since > LONGEST_TASK_S.get(part, float("inf")):
            raise PartAway(f"{task} runs for {at - since:.0f} s")


def checks(settings: Settings) -> dict[str, Callable[[], None]]:
    """A check for each part that this machine is to run, by the name under which `/readyz` tells it."""

    def of(part: str) -> Callable[[], None]:
        return lambda: check(folder(settings), part)

    return {part: of(part) for part in settings.parts_here}
