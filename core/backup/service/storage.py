"""The folder in which backups lie (BACKUP_DIR): one at a time is made, half a one is never taken for a whole one."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import Flask, current_app

from core.atomic import keep_names
from core.backup import rules
from core.backup.service.writing import bring_to_disk
from core.settings import SettingError, Settings

UNFINISHED = ".making-"
LEAVING = ".removing-"


class BackupFolderWritable(Exception):  # noqa: N818 - says what it is
    """Everybody on the machine can put or exchange a backup in this folder, which a restore would believe."""


class BackupInWork(Exception):  # noqa: N818 - says what it is
    """Another process makes a backup in the same place."""


@dataclass(frozen=True, slots=True)
class BackupFolder:
    """A folder of backups; of each only its owner can read."""

    folder: Path

    def backups(self) -> list[Path]:
        """The complete ones, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(path for path in self.folder.iterdir() if path.is_dir() and rules.moment_of(path.name))

    def require_closed(self) -> None:
        """Refuse a folder in which anybody can write, even where the sticky bit keeps him from removing ours.

        Raises:
            PlaceOpen: telling what to do.
        """
        if self.folder.is_dir() and self.folder.stat().st_mode & stat.S_IWOTH:
            raise BackupFolderWritable(
                f"everybody on this machine can write into {self.folder}, and a restore believes what lies there: "
                "name a folder of your own, or, where this is one, `chmod o-w` it after a look at what is in it"
            )

    @contextmanager
    def making(self, at: datetime) -> Iterator[Path]:
        """A folder to fill, which gets its name when the block ends well and is gone when it does not.

        What earlier ones left behind that were killed is removed first.

        Raises:
            BackupInWork: another process is at it.
            FileExistsError: there is one of the same second.
            PlaceOpen: anybody can write there.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.require_closed()
        with (self.folder / ".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupInWork(
                    f"A backup is being made in {self.folder}; wait until it has ended."
                ) from None
            self._clear()
            name = rules.name_of(at)
            if (self.folder / name).exists():
                raise FileExistsError(f"{self.folder / name} is there already")
            unfinished = self.folder / f"{UNFINISHED}{name}"
            unfinished.mkdir(mode=0o700)
            try:
                yield unfinished
                bring_to_disk(unfinished)
                unfinished.rename(self.folder / name)
            except BaseException:
                shutil.rmtree(unfinished, ignore_errors=True)
                raise
            keep_names(self.folder)

    def thin_out(self, *, days: int, months: int) -> list[str]:
        """Remove what is not kept; the names that went."""
        there = {moment: path for path in self.backups() if (moment := rules.moment_of(path.name))}
        to_keep = rules.to_keep(there, days=days, months=months)
        outdated = [path for moment, path in there.items() if moment not in to_keep]
        for path in outdated:
            self.remove(path)
        return [path.name for path in outdated]

    def remove(self, folder: Path) -> None:
        """Remove a backup; half of one never has the name of a whole one."""
        leaving = folder.with_name(LEAVING + folder.name)
        folder.rename(leaving)
        shutil.rmtree(leaving)

    def _clear(self) -> None:
        for path in self.folder.iterdir():
            if path.name.startswith((UNFINISHED, LEAVING)):
                shutil.rmtree(path)


def this_backup_folder() -> BackupFolder | None:
    """The place of the running application; None when BACKUP_DIR is not set."""
    place: BackupFolder | None = current_app.extensions["backup_place"]
    return place


def init_app(app: Flask, settings: Settings) -> None:
    """Look whether the place can be used.

    Raises:
        SettingError: BACKUP_DIR cannot be written to, or everybody can write or read there.
    """
    app.extensions["backup_place"] = None
    if settings.backup_dir is None:
        return
    folder = settings.backup_dir.expanduser().absolute()
    log = (settings.seal_dir or settings.var / "seal" / "log").absolute()
    if folder == log or log in folder.parents:
        raise SettingError(
            "BACKUP_DIR", f"{folder} lies in the folder of the public log, which everybody can read"
        )
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError("BACKUP_DIR", str(error)) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SettingError("BACKUP_DIR", f"{folder} is not writable")
    place = BackupFolder(folder)
    try:
        place.require_closed()
    except BackupFolderWritable as error:
        raise SettingError("BACKUP_DIR", str(error)) from None
    app.extensions["backup_place"] = place
