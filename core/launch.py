"""`make run`: migrate, load the demonstration town on first start, then web, worker and scheduler together.

Ctrl-C (or a process that ends by itself) stops everything that was started here. A first start that was
interrupted is begun afresh by the next one: only a database that holds nothing but half a demonstration is removed.
"""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from core.schema import is_current
from core.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[1]
STOP_AFTER_S = 15


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def flask(*arguments: str) -> None:
    """Run one `flask` command and stop the start-up when it fails."""
    command = [sys.executable, "-m", "flask", *arguments]
    process = _start(command)
    try:
        failed = process.wait()
    except KeyboardInterrupt:
        stop({arguments[0]: process})
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


def port_is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def processes(settings: Settings) -> dict[str, list[str]]:
    """The commands that make up one running system."""
    flask_command = [sys.executable, "-m", "flask"]
    web = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", "wsgi:create_app",
        "--host", "127.0.0.1", "--port", str(settings.port), "--workers", "1", "--blocking-threads", "4",
        "--log-level", "warning", "--no-access-log", "--no-ws",
    ]  # fmt: skip
    return {
        "web": web,
        "worker": [*flask_command, "jobs", "worker"],
        "scheduler": [*flask_command, "jobs", "scheduler"],
    }


def wait_until_alive(settings: Settings, running: dict[str, subprocess.Popen[bytes]]) -> bool:
    """Whether the web answers; False as soon as one of the processes has ended."""
    while all(process.poll() is None for process in running.values()):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", settings.port)) == 0:
                return True
        time.sleep(0.1)
    return False


def greet(settings: Settings) -> None:
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
        for role in ("grower1", "secretary", "committee", "technician", "operator"):
            say(f"    {role}@demo.guiyuan.example")
    say("")
    say("  Ctrl-C stops it.")


def stop(running: dict[str, subprocess.Popen[bytes]]) -> None:
    """End what was started here: politely first, by force after a while."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for process in running.values():
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    until = time.monotonic() + STOP_AFTER_S
    for name, process in running.items():
        try:
            process.wait(timeout=max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            say(f"{name} did not stop by itself and was ended")
            process.kill()
            process.wait()


def main() -> int:
    settings = load_settings()
    os.environ["GUIYUAN_VAR"] = str(settings.var)
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    if not port_is_free(settings.port):
        sys.exit(f"Port {settings.port} is taken by another program; choose one with PORT=8001 make run.")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        prepare(settings)
        say("[3/3] starting web, worker and scheduler")
        return serve(settings)
    except KeyboardInterrupt:
        say("stopped")
        return 0


def _start(command: list[str]) -> subprocess.Popen[bytes]:
    """A process in a session of its own: Ctrl-C reaches us alone, and we end each part in order."""
    return subprocess.Popen(command, cwd=ROOT, start_new_session=True)  # noqa: S603 - our own commands


def serve(settings: Settings) -> int:
    """Run all processes until asked to stop (KeyboardInterrupt) or until one of them ends.

    The web comes first and alone: nobody waits for the other two, and they would only share its processors.
    """
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        commands = processes(settings)
        running["web"] = _start(commands.pop("web"))
        if wait_until_alive(settings, running):
            running |= {name: _start(command) for name, command in commands.items()}
            greet(settings)
        while all(process.poll() is None for process in running.values()):
            time.sleep(0.3)
        name, code = next((n, p.returncode) for n, p in running.items() if p.returncode is not None)
        say(f"{name} ended by itself with {code}; stopping the rest")
        return 1
    finally:
        stop(running)


if __name__ == "__main__":
    sys.exit(main())
