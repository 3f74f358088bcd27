"""Restoring: everything is checked before anything is touched; what stood there is moved aside, never deleted."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.atomic import write_durably
from core.backup import rules
from core.backup.models.manifest import Manifest
from core.backup.service import copying_files as stored_files
from core.backup.service import copying_log as log_copy
from core.backup.service.checking import require_restorable
from core.backup.service.making import NOTES, SEAL_KEY, SECRET, fingerprint_of
from core.backup.service.targets import this_target
from core.schema import is_old, known_revisions
from core.seal.models.log import Log, this_log
from core.seal.rules import merkle
from core.seal.rules.note import BadNote
from core.seal.rules.tiles import TileDamaged, TreeReader
from core.settings import Settings, current_settings


class RestoreRefused(Exception):  # noqa: N818 - says what it is
    """A backup does not fit what is in force here; the text says what to do. Nothing was touched."""


@dataclass(frozen=True, slots=True)
class Restored:
    """`aside` names what was moved away, `log_kept` says that the log that stood here goes further and stayed."""

    manifest: Manifest
    files: int
    aside: list[str]
    log_kept: bool


def restore(folder: Path, *, replace: bool, without_secret: bool, at: datetime) -> Restored:
    """Bring back what a backup holds, into the places that the settings in force name.

    Args:
        folder: of the backup.
        replace: also where there is something already; it is moved aside.
        without_secret: also when the secret that belongs to it is lost: printed codes become unknown.
        at: names what is moved aside.

    Raises:
        BackupDamaged: it is not what was written.
        RestoreRefused: it does not fit; nothing was touched.
        DatabaseInUse: something is still running; nothing was touched.
    """
    manifest = require_restorable(folder)
    settings = current_settings()
    log, target, stamp = this_log(), this_target(), rules.stamp_of(at)
    _require_fit(manifest, target.kind)
    if not without_secret:
        _require_secret(manifest, settings)
    rows, signed = target.rows(), _has_signed(log)
    if not replace and (rows or signed):
        what = f"the database holds {rows} rows" if rows else f"a log was signed in {log.store.folder}"
        raise RestoreRefused(
            f"This is not an empty machine: {what}. With --replace it is moved aside, not deleted."
        )
    _require_room(manifest, settings.var)
    target.require_alone()

    aside = [target.bring_in(folder, manifest.database, stamp=stamp, keep=bool(rows))]
    files = stored_files.bring_back(folder, manifest.files)
    log_kept = signed and _local_log_is_longer(log, folder, manifest)
    if not log_kept:
        aside += _bring_log(log, folder, manifest, settings, stamp)
    if settings.secret_key is None and SECRET in manifest.files:
        aside.append(_restore_file(folder / SECRET, settings.var / "secret_key", stamp))
    for name in NOTES:
        if f"notes/{name}" in manifest.files:
            aside.append(_restore_file(folder / "notes" / name, settings.var / name, stamp))
    log.note_restored(at)
    os.sync()
    return Restored(manifest, files, [path for path in aside if path], log_kept)


def _require_fit(manifest: Manifest, kind: str) -> None:
    if manifest.database.kind != kind:
        raise RestoreRefused(
            f"The backup is of a {manifest.database.kind} database, DATABASE_URL names a {kind} one: "
            "a backup goes back to the kind that it came from."
        )
    unknown = set(manifest.database.revision.split()) - known_revisions()
    if unknown:
        maker = "one of before the migrations began anew" if any(map(is_old, unknown)) else "a newer one"
        raise RestoreRefused(
            f"The backup is of revision {manifest.database.revision}, which this version does not know: it was made "
            f"by {maker}. Install that version, then restore."
        )


def _require_secret(manifest: Manifest, settings: Settings) -> None:
    if settings.secret_key is None:
        if not manifest.secret.kept_here:
            raise RestoreRefused(
                "SECRET_KEY came from the environment and is not in the backup: set it to what it was. If it is lost, "
                "--without-secret goes on without it: printed codes become unknown, second factors are set up again."
            )
    elif fingerprint_of(settings.secret) != manifest.secret.fingerprint:
        raise RestoreRefused(
            "SECRET_KEY is not the one that the backup was made under. Set it to that one"
            + (
                ", or unset it: the backup has it."
                if manifest.secret.kept_here
                else ", or give --without-secret."
            )
        )


def _require_room(manifest: Manifest, var: Path) -> None:
    needed, free = rules.room_needed([manifest.size_bytes]), shutil.disk_usage(var).free
    if free < needed:
        raise RestoreRefused(
            f"{var} has {free // 2**20} MiB free, the backup may take {needed // 2**20} MiB."
        )


def _has_signed(log: Log) -> bool:
    return log.store.checkpoint() is not None or log.signed_head_file.path.exists()


def _local_log_is_longer(log: Log, folder: Path, manifest: Manifest) -> bool:
    """Whether the log that stands here begins with the one in the backup and is longer: it must never be set back."""
    if (folder / SEAL_KEY).read_text().strip() != log.signer.private_key_text().strip():
        return False
    try:
        last_signed = log.signed_head_file.read()
        if last_signed is None or last_signed.size <= manifest.log.size:
            return False
        tree = TreeReader(last_signed.size, log.store.load)
        return (
            merkle.root(last_signed.size, tree.read) == last_signed.root
            and merkle.root(manifest.log.size, tree.read).hex() == manifest.log.root
        )
    except (TileDamaged, BadNote):
        return False


def _bring_log(log: Log, folder: Path, manifest: Manifest, settings: Settings, stamp: str) -> list[str]:
    """Put key, memory and files of the log in place. The folder itself stays: it may be a disk of its own."""
    place = log.store.folder
    fresh, replaced = place / ".restoring", place / f"replaced-{stamp}"
    shutil.rmtree(fresh, ignore_errors=True)
    for name in manifest.files:
        if name.startswith(f"{log_copy.FOLDER}/"):
            target = fresh / name.removeprefix(f"{log_copy.FOLDER}/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / name, target)
    moved = []
    for name in (*log_copy.HEADS, "tile"):
        if (place / name).exists():
            replaced.mkdir(exist_ok=True)
            (place / name).rename(replaced / name)
            moved = [str(replaced)]
        if (fresh / name).exists():
            (fresh / name).rename(place / name)
    shutil.rmtree(fresh, ignore_errors=True)
    moved.append(
        _restore_file(folder / SEAL_KEY, settings.seal_key_file or settings.var / "seal" / "key", stamp)
    )
    if log_copy.MEMORY in manifest.files:
        moved.append(_restore_file(folder / log_copy.MEMORY, log.signed_head_file.path, stamp))
    elif log.signed_head_file.path.exists():
        moved.append(str(log.signed_head_file.path.rename(_aside(log.signed_head_file.path, stamp))))
    return moved


def _restore_file(source: Path, target: Path, stamp: str) -> str:
    """Put a small file in place; where the one that stood there and was another is kept now."""
    data = source.read_bytes()
    if target.exists() and target.read_bytes() == data:
        return ""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = _aside(target, stamp) if target.exists() else None
    if aside is not None:
        target.rename(aside)
    write_durably(target, data, mode=0o600)
    return str(aside) if aside else ""


def _aside(path: Path, stamp: str) -> Path:
    return path.with_name(f"{path.name}.replaced-{stamp}")
