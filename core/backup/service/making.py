"""Making a backup, part after part, in an order in which what was signed is always covered by what was copied."""

from __future__ import annotations

import hashlib
import hmac
import platform
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from core.backup import rules
from core.backup.models.manifest import BackupDamaged, DatabaseFacts, Manifest, SecretFacts, read_manifest
from core.backup.service import copying_files as stored_files
from core.backup.service import copying_log as log_copy
from core.backup.service import copying_postgresql as postgresql
from core.backup.service import copying_sqlite as sqlite
from core.backup.service.copying_files import SHELF, FormerBackup
from core.backup.service.storage import BackupFolder
from core.backup.service.writing import Writer
from core.database import db
from core.seal.models.log import this_log
from core.settings import Settings, current_settings

SECRET = "keys/secret_key"  # noqa: S105 - a file's name
SEAL_KEY = "keys/seal_key"
# What else stands in `var/` and cannot be made again: that the demonstration was loaded, and its printed codes.
NOTES = ("demo-loaded", "demo-codes.txt")


class BackupRefused(Exception):  # noqa: N818 - says what it is
    """A backup cannot be made now; the text says what to do."""


@dataclass(frozen=True, slots=True)
class CompletedBackup:
    """A backup that stands; `manifest.problems` tells what was wrong with the original."""

    folder: Path
    manifest: Manifest


def make(place: BackupFolder, *, at: datetime) -> CompletedBackup:
    """Make a backup of everything that cannot be made again.

    The heads of the log are read first, then the database is copied at one moment, then the log's tiles and the
    files that the database names: each of these only ever grows.

    Raises:
        BackupRefused: the database was never migrated, or there is not enough room.
        BackupInWork: another process is at it.
        OSError: the disk is full or away; nothing stays behind that looks like a backup.
    """
    settings = current_settings()
    former = _former(place)
    with place.making(at) as folder:
        _require_room(place, former)
        writer = Writer(folder)
        log = this_log()
        heads = log_copy.read_heads(log)
        database = _copy_database(writer)
        if not database.revision:
            raise BackupRefused("The database was never brought up to date: run `flask db upgrade` first.")
        facts, problems = log_copy.copy_out(log, heads, database, writer)
        problems += stored_files.copy_out(writer, former)
        _copy_keys(writer, settings)
        manifest = Manifest(
            made_at=at,
            database=database,
            log=facts,
            secret=SecretFacts(fingerprint_of(settings.secret), kept_here=SECRET in writer.written),
            settings=sorted(name.upper() for name in settings.model_fields_set),
            versions={"python": platform.python_version(), "sqlalchemy": sa.__version__},
            problems=problems,
            files=dict(sorted(writer.written.items())),
        )
        manifest.write(folder)
    return CompletedBackup(place.folder / rules.name_of(at), manifest)


def fingerprint_of(secret: str) -> str:
    """Tells two secrets apart without telling either."""
    return hmac.new(secret.encode(), b"guiyuan backup", hashlib.sha256).hexdigest()[:16]


def sqlite_path(engine: sa.Engine) -> Path:
    """Where the SQLite database of an engine lies."""
    return Path(engine.url.database or "")


def _copy_database(writer: Writer) -> DatabaseFacts:
    try:
        return _copied_by_its_kind(writer)
    except (OSError, BackupRefused):
        raise
    except Exception as error:  # every engine has errors of its own: full, away, torn
        raise BackupRefused(f"The database could not be copied: {error}") from error


def _copied_by_its_kind(writer: Writer) -> DatabaseFacts:
    if db.engine.dialect.name == sqlite.KIND:
        return sqlite.copy_out(sqlite_path(db.engine), writer)
    if not postgresql.revision_of(db.engine):
        raise BackupRefused("The database was never brought up to date: run `flask db upgrade` first.")
    return postgresql.copy_out(db.engine, writer)


def _copy_keys(writer: Writer, settings: Settings) -> None:
    key = settings.seal_key_file or settings.var / "seal" / "key"
    writer.put(SEAL_KEY, [key.read_bytes()])
    if settings.secret_key is None:
        writer.put(SECRET, [(settings.var / "secret_key").read_bytes()])
    for name in NOTES:
        note = settings.var / name
        if note.exists():
            writer.put(f"notes/{name}", [note.read_bytes()])


def _require_room(place: BackupFolder, former: FormerBackup) -> None:
    database = db.engine.dialect.name == sqlite.KIND
    sizes = [
        sqlite.size_of(sqlite_path(db.engine)) if database else postgresql.size_of(db.engine),
        sum(path.stat().st_size for path in this_log().store.folder.rglob("*") if path.is_file()),
        *(size for key, size in stored_files.sizes().items() if not former.has(key)),
    ]
    needed, free = rules.room_needed(sizes), shutil.disk_usage(place.folder).free
    if free < needed:
        raise BackupRefused(
            f"{place.folder} has {free // 2**20} MiB free, a backup may take {needed // 2**20} MiB: make room, "
            "or keep fewer (BACKUP_KEEP_DAYS, BACKUP_KEEP_MONTHS)."
        )


def _former(place: BackupFolder) -> FormerBackup:
    """The newest backup whose manifest can be read: files that are in it need no second copy."""
    for folder in reversed(place.backups()):
        try:
            facts = read_manifest(folder).files
        except BackupDamaged:
            continue
        return FormerBackup(folder, {name: file for name, file in facts.items() if name.startswith(SHELF)})
    return FormerBackup()
