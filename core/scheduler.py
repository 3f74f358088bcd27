"""The scheduler's memory: when each line ran last, in a small file that may be torn or missing without harm."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog
from celery.beat import Scheduler

from core import heartbeats as parts
from core.atomic import write_durably

log = structlog.get_logger(__name__)
# Less is how clocks are kept right.
SET_BACK_S = 2.0


class KeptSchedule(Scheduler):
    """Celery's scheduler with its times kept as JSON, written as a whole: {name: seconds since 1970}.

    Celery's own keeps a `shelve`, which a full disk or a kill tears, and ends when it cannot write. This one tells it and goes on:
    what is lost is only that a nightly line missed meanwhile is not caught up.
    """

    sync_every = 30

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.path = Path(kwargs["schedule_filename"])
        self._beaten = 0.0
        self._looked_at = time.time()
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Read when each line ran last; a line that is new has run just now."""
        super().setup_schedule()
        for name, at in self._kept().items():
            if name in self.schedule:
                self.schedule[name].last_run_at = datetime.fromtimestamp(at, UTC)

    def _kept(self) -> dict[str, float]:
        try:
            kept = json.loads(self.path.read_bytes())
            return {name: at for name, at in kept.items() if 0 < at <= time.time()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError) as error:
            log.warning("schedule_begins_anew", file=str(self.path), cause=repr(error)[:200])
            return {}

    def sync(self) -> None:
        """Keep the times; a full or closed disk is told and tried again."""
        times = {name: entry.last_run_at.timestamp() for name, entry in self.schedule.items()}
        try:
            write_durably(self.path, json.dumps(times).encode(), mode=0o600)
        except OSError as error:
            log.warning("schedule_not_kept", file=str(self.path), cause=str(error))

    def _mind_the_clock(self) -> None:
        """A clock that was set back would let every line wait for a time that lies ahead: they have run just now instead."""
        at = time.time()
        if at < self._looked_at - SET_BACK_S:
            log.warning("clock_was_set_back", by_s=round(self._looked_at - at))
            moment = datetime.fromtimestamp(at, UTC)
            for entry in self.schedule.values():
                entry.last_run_at = min(entry.last_run_at, moment)
            self.populate_heap()
        self._looked_at = at

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """One look at what is due, and a beat now and then."""
        self._mind_the_clock()
        interval: float = super().tick(*args, **kwargs)
        if time.monotonic() - self._beaten > parts.BEAT_EVERY_S:
            self._beaten = time.monotonic()
            parts.beat(self.path.parent / "parts", "scheduler")
        return interval
