"""`make run`: migrate, load the demonstration town on first start, then web, workers and scheduler together.

A part that dies is started again (`core.supervisor`); Ctrl-C stops everything that was started here. A first start that was
interrupted is begun afresh by the next one: only a database that holds nothing but half a demonstration is removed.
"""

import fcntl
import os
import shutil
import signal
import socket
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from core.logs import configure_logging
from core.schema import is_current
from core.settings import Settings, load_settings, unknown_names
from core.supervisor import Supervisor, commands, end_all, start


def say(text: str) -> None:
    """A line for whoever started it."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def flask(*arguments: str) -> None:
    """Run one `flask` command and stop the start-up when it fails."""
    command = [sys.executable, "-m", "flask", *arguments]
    process = start(command)
    try:
        failed = process.wait()
    except KeyboardInterrupt:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        end_all({arguments[0]: process})
        raise
    if failed:
        sys.exit(f"`flask {' '.join(arguments)}` failed; nothing was started.")


def prepare(settings: Settings) -> None:
    """Bring the database up to date and fill it when it is new."""
    say("[1/3] bringing the database up to date")
    embedded = not settings.database_url
    unfinished = settings.var / "demo-loading"
    if embedded and unfinished.exists():
        say("      the first start was interrupted; it begins afresh")
        _remove_half_filled(settings.var)
    if not _is_migrated(settings):
        flask("db", "upgrade")
    if embedded and settings.is_this_machine and _is_empty(settings.var / "guiyuan.db"):
        say("[2/3] loading the demonstration town (first start only)")
        unfinished.touch()
        flask("demo", "load", "--size", "small")
        unfinished.replace(settings.var / "demo-loaded")
    else:
        say("[2/3] the database has its content")
        if not (settings.var / "demo-loaded").exists():
            flask("reference", "load")
    if not settings.meilisearch_url and not (settings.var / "search" / "current").exists():
        flask("search", "reindex")


def _is_migrated(settings: Settings) -> bool:
    """Whether `flask db upgrade` would find nothing to do; what stands in the way is left for it to tell."""
    if not settings.database_url and not (settings.var / "guiyuan.db").exists():
        return False
    try:
        return is_current(settings.sqlalchemy_url)
    except SQLAlchemyError:
        return False


def _is_empty(database: Path) -> bool:
    """Whether no organisation was ever set up in this SQLite file."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("SELECT count(*) FROM unit").fetchone() == (0,)


def _remove_half_filled(var: Path) -> None:
    for name in ("guiyuan.db", "guiyuan.db-wal", "guiyuan.db-shm", "demo-codes.txt"):
        (var / name).unlink(missing_ok=True)
    shutil.rmtree(var / "search", ignore_errors=True)


@contextmanager
def only_launcher(var: Path) -> Iterator[None]:
    """Hold the folder: a second launcher would do all work beside the first one, and take its parts away when it ends."""
    folder = os.open(var, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            sys.exit(
                f"Guiyuan already runs from {var}: stop that one with Ctrl-C, or give this one a folder and a port "
                "of its own: GUIYUAN_VAR=/another/folder PORT=8001 make run."
            )
        yield
    finally:
        os.close(folder)


def port_is_free(port: int) -> bool:
    """Whether nobody on this machine listens there."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def wait_until_alive(settings: Settings, supervisor: Supervisor) -> bool:
    """Whether the web answers; False as soon as it has ended, or when we are asked to stop."""
    web = supervisor.parts["web"].process
    while web is not None and web.poll() is None and not supervisor.asked_to_stop.is_set():
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", settings.port)) == 0:
                return True
        supervisor.asked_to_stop.wait(0.1)
    return False


def greet(settings: Settings) -> None:
    """Say where everything is, and who can sign in."""
    say("")
    say(f"  Guiyuan is running on {settings.base_url}")
    say(f"  verify a label:   {settings.base_url}/verify")
    say(f"  registry:         {settings.base_url}/registry")
    say(f"  the public log:   {settings.base_url}/log")
    if (settings.var / "demo-loaded").exists() and settings.is_this_machine:
        codes = settings.var / "demo-codes.txt"
        if codes.exists():
            say(f"  a code to try:    {settings.base_url}/C/{codes.read_text().split()[0]}")
        say("")
        say("  Demonstration sign-ins (they work only on this machine), password: demo-guiyuan")
        for role in ("grower1", "grower2", "grower3", "secretary", "committee", "technician", "operator"):
            say(f"    {role}@demo.guiyuan.example")
    say("")
    say("  Ctrl-C stops it.")


def main() -> int:
    """`make run`; the code to exit with."""
    settings = load_settings()
    configure_logging(settings.log_level)
    os.environ["GUIYUAN_VAR"] = str(settings.var)
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    for name, meant in unknown_names(os.environ).items():
        say(f"{name} is set and is no setting of ours; is {meant} meant?")
    with only_launcher(settings.var):
        return launch(settings)


def launch(settings: Settings) -> int:
    """Prepare everything and serve it until asked to stop."""
    if not port_is_free(settings.port):
        sys.exit(f"Port {settings.port} is taken by another program; choose one with PORT=8001 make run.")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        prepare(settings)
        say("[3/3] starting web, workers and scheduler")
        return serve(settings)
    except KeyboardInterrupt:
        say("stopped")
        return 0


def serve(settings: Settings) -> int:
    """Keep all parts running until asked to stop.

    The web comes first and alone: nobody waits for the others, and they would only share its processors. A web that
    ends before it ever answered will not do better: then nothing is started.
    """
    supervisor = Supervisor(settings, commands(settings))
    supervisor.listen_for_signals()
    try:
        supervisor.start("web")
        if wait_until_alive(settings, supervisor):
            greet(settings)
        elif not supervisor.asked_to_stop.is_set():
            say("the web ended before it answered; nothing was started")
            return 1
        supervisor.run()
    finally:
        supervisor.stop()
    say("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
