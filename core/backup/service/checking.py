"""Checking a backup: every byte against the manifest, then the database and the log by what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from core.backup.models import manifest as manifests
from core.backup.models.manifest import BackupDamaged, Manifest, read_manifest
from core.backup.service import copying_log as log_copy
from core.backup.service import copying_postgresql as postgresql
from core.backup.service import copying_sqlite as sqlite
from core.backup.service.storage import BackupFolder
from core.backup.service.writing import digest_of


def check(folder: Path) -> tuple[Manifest, list[str]]:
    """The manifest of a backup, and everything that is wrong with it, each in a sentence; problems of the original too.

    Raises:
        BackupDamaged: it has no manifest that can be read.
    """
    manifest = read_manifest(folder)
    findings = list(_check_files(folder, manifest))
    if not findings:
        findings += _database(folder, manifest)
        findings += log_copy.check(folder, manifest.log, manifest.database)
    return manifest, findings + [f"noted when it was made: {problem}" for problem in manifest.problems]


def require_restorable(folder: Path) -> Manifest:
    """The manifest of a backup that holds what its maker wrote.

    A fault that the original had when it was copied is no hindrance: there may be no better copy.

    Raises:
        BackupDamaged: naming what differs.
    """
    manifest = read_manifest(folder)
    findings = list(_check_files(folder, manifest)) or list(_database(folder, manifest))
    if not findings and not manifest.problems:
        findings += log_copy.check(folder, manifest.log, manifest.database)
    if findings:
        raise BackupDamaged("The backup is damaged: " + "; ".join(findings[:10]))
    return manifest


def refuse_unsound(place: BackupFolder, folder: Path) -> None:
    """Look whether a backup that was just made can be restored; one that cannot be is removed, it would only mislead.

    Raises:
        BackupDamaged: it was not, and is gone.
    """
    try:
        require_restorable(folder)
    except BackupDamaged:
        place.remove(folder)
        raise


def _database(folder: Path, manifest: Manifest) -> Iterator[str]:
    kind = sqlite if manifest.database.kind == sqlite.KIND else postgresql
    return kind.check(folder, manifest.database)


def _check_files(folder: Path, manifest: Manifest) -> Iterator[str]:
    """What lies in the folder beside what the manifest says; links and devices are not even read."""
    there = sorted(folder.rglob("*"))
    strange = [path for path in there if path.is_symlink() or not (path.is_file() or path.is_dir())]
    if strange:
        yield from (f"{path.relative_to(folder)} is no plain file" for path in strange)
        return
    for name, facts in manifest.files.items():
        path = folder / name
        if not path.is_file():
            yield f"{name} is missing"
        elif digest_of(path) != facts:
            yield f"{name} is not what was written: another size or digest"
    known = {*manifest.files, manifests.NAME, manifests.SEAL}
    for path in there:
        if path.is_file() and str(path.relative_to(folder)) not in known:
            yield f"{path.relative_to(folder)} does not belong to the backup"
