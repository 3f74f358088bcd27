"""`make run`: migrate, load the demonstration town on first start, then web, worker and scheduler together.

Ctrl-C (or a process that ends by itself) stops everything that was started here.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from core.settings import Settings, load_settings

ROOT = Path(__file__).resolve().parents[1]
STOP_AFTER_S = 15


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def flask(*arguments: str) -> None:
    """Run one `flask` command and stop the start-up when it fails."""
    done = subprocess.run([sys.executable, "-m", "flask", *arguments], cwd=ROOT, check=False)  # noqa: S603 - our own commands
    if done.returncode:
        sys.exit(f"`flask {' '.join(arguments)}` failed; nothing was started.")


def prepare(settings: Settings) -> None:
    """Bring the database up to date and fill it when it is new."""
    say("[1/3] bringing the database up to date")
    flask("db", "upgrade")
    loaded = settings.var / "demo-loaded"
    if not loaded.exists() and not settings.database_url:
        say("[2/3] loading the demonstration town (first start only)")
        flask("demo", "load", "--size", "small")
        loaded.touch()
    else:
        say("[2/3] the database has its content")
    if not settings.meilisearch_url and not (settings.var / "search" / "current").exists():
        flask("search", "reindex")


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
        "--log-level", "warning", "--no-ws",
    ]  # fmt: skip
    return {
        "web": web,
        "worker": [*flask_command, "jobs", "worker"],
        "scheduler": [*flask_command, "jobs", "scheduler"],
    }


def wait_until_alive(settings: Settings, running: dict[str, subprocess.Popen[bytes]]) -> None:
    for _ in range(600):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", settings.port)) == 0:
                return
        if any(process.poll() is not None for process in running.values()):
            return
        time.sleep(0.1)


def greet(settings: Settings) -> None:
    say("")
    say(f"  Guiyuan is running on {settings.base_url}")
    say(f"  verify a label:   {settings.base_url}/verify")
    say(f"  registry:         {settings.base_url}/registry")
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
    prepare(settings)
    say("[3/3] starting web, worker and scheduler")
    running: dict[str, subprocess.Popen[bytes]] = {}
    asked_to_stop = False

    def on_signal(_number: int, _frame: object) -> None:
        nonlocal asked_to_stop
        asked_to_stop = True

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    try:
        for name, command in processes(settings).items():
            # Its own session: Ctrl-C reaches us alone, and we end each part in order.
            running[name] = subprocess.Popen(command, cwd=ROOT, start_new_session=True)  # noqa: S603 - our own commands
        wait_until_alive(settings, running)
        greet(settings)
        while not asked_to_stop:
            ended = [name for name, process in running.items() if process.poll() is not None]
            if ended:
                say(f"{ended[0]} ended by itself with {running[ended[0]].returncode}; stopping the rest")
                return 1
            time.sleep(0.3)
    finally:
        stop(running)
    say("stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main())
