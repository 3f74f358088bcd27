"""The scheduler: a process that knows the schedule and the broker, and carries no application about.

python -m core.scheduler wsgi      # what `flask jobs scheduler` becomes; the module has TASKS

Its memory, when each line ran last, is a small file that may be torn or missing without harm.
"""

import json
import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import structlog
from celery.beat import Scheduler

from core import heartbeats as parts
from core.atomic import write_durably
from core.jobs import make_celery
from core.logs import configure_logging, report_errors
from core.settings import SettingError, load_settings

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
            times = json.loads(self.path.read_bytes())
            return {name: at for name, at in times.items() if 0 < at <= time.time()}
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


def main(table: str) -> None:
    """Send what is due by the clock until stopped.

    Args:
        table: the module in which TASKS stands.

    Raises:
        SettingError: a setting was given that does not work.
        SystemExit: the database is of another version than the code; the cause was told.
    """
    settings = load_settings()
    configure_logging(settings.log_level)
    report_errors(settings)
    # In a fork that ends: looking once is no reason to carry SQLAlchemy and a driver about.
    look = get_context("fork").Process(target=_require_current_schema, args=(settings.sqlalchemy_url,))
    look.start()
    look.join()
    if look.exitcode:
        sys.exit(look.exitcode)
    make_celery(settings, import_module(table).TASKS).Beat(loglevel="WARNING", quiet=True).run()


def _require_current_schema(url: str) -> None:
    """A scheduler that belongs to another version than the database would send what nobody can do."""
    import sqlalchemy as sa
    from sqlalchemy.exc import SQLAlchemyError

    from core.schema import SchemaDiffers, require_current

    try:
        with sa.create_engine(url, poolclass=sa.NullPool, hide_parameters=True).connect() as connection:
            require_current(connection)
    except SchemaDiffers as error:
        sys.exit(f"Error: {error}")
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", error)).strip().splitlines()[0]
        raise SettingError("DATABASE_URL", cause) from None


if __name__ == "__main__":
    main(sys.argv[1])
