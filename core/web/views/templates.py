"""Templates: Jinja as Flask sets it up, strict about what is missing, compiled once for all processes."""

import hashlib
import os
import stat
from importlib.metadata import version
from pathlib import Path

import structlog
from flask import Flask
from jinja2 import FileSystemBytecodeCache, StrictUndefined
from jinja2.bccache import Bucket
from jinja2.environment import Environment

from core.settings import Settings

log = structlog.get_logger(__name__)


class CompiledTemplates(FileSystemBytecodeCache):
    """Jinja's own cache of compiled templates in a folder; pages outlive a disk that takes nothing, or gives back something else."""

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except Exception as error:  # noqa: BLE001 - what is read there may be anything, and is made again
            bucket.reset()
            log.warning("template_damaged", error=repr(error))

    def dump_bytecode(self, bucket: Bucket) -> None:
        try:
            super().dump_bytecode(bucket)
        except OSError as error:
            log.warning("template_not_kept", error=str(error))


def init_templates(app: Flask, settings: Settings) -> None:
    """Say how templates are read, and keep what they are compiled to in `var/templates`.

    Called once every extension of Jinja is there.
    """
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.trim_blocks = True
    environment.lstrip_blocks = True
    folder = settings.var / "templates"
    folder.mkdir(mode=0o700, exist_ok=True)
    if is_ours_alone(folder):
        pattern = f"{compiler_of(environment)}-%s.cache"
        environment.bytecode_cache = CompiledTemplates(str(folder), pattern)
    else:
        log.warning("templates_not_kept", folder=str(folder), why="others may write there")


def is_ours_alone(folder: Path) -> bool:
    """Whether nobody else may write in a folder, whose files are run as code."""
    state = folder.lstat()
    return stat.S_ISDIR(state.st_mode) and state.st_uid == os.getuid() and not state.st_mode & 0o022


def compiler_of(environment: Environment) -> str:
    """A name for all that decides what a template is compiled to, but for its own text and Python, which Jinja looks at."""
    parts = (
        version("jinja2"),
        environment.trim_blocks,
        environment.lstrip_blocks,
        sorted(environment.extensions),
    )
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]
