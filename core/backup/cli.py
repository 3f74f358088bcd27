"""`flask backup`: everything that cannot be made again, in one place, and back."""

from __future__ import annotations

from pathlib import Path

import click

from core.backup.models.manifest import BackupDamaged, read_manifest
from core.backup.rules import moment_of
from core.backup.service.checking import check
from core.backup.service.making import BackupRefused, make
from core.backup.service.restoring import Restored, RestoreRefused, restore
from core.backup.service.storage import BackupFolder, BackupFolderWritable, BackupInWork, this_backup_folder
from core.backup.service.targets import DatabaseInUse
from core.clock import local_minute, now
from core.command_groups import CommandGroup, exit_with_error
from core.schema import heads
from core.settings import current_settings

group = CommandGroup("backup", help="Database, files, log and keys in one place, and back.")
FOLDER = click.Path(file_okay=False, path_type=Path)


def _place(given: Path | None) -> BackupFolder:
    place = BackupFolder(given.absolute()) if given else this_backup_folder()
    if place is None:
        raise click.ClickException("Say where: give --in FOLDER, or set BACKUP_DIR.")
    return place


def _folder(given: Path | None) -> Path:
    if given is not None:
        return given.absolute()
    backups = _place(None).backups()
    if not backups:
        raise click.ClickException("There is no backup in BACKUP_DIR.")
    return backups[-1]


@group.command("create")
@click.option("--in", "folder", type=FOLDER, help="Where backups lie; BACKUP_DIR when left out.")
@click.option(
    "--thin-out", is_flag=True, help="Afterwards remove what BACKUP_KEEP_DAYS and _MONTHS do not keep."
)
def create(folder: Path | None, *, thin_out: bool) -> None:
    """Make a backup and check it; print where it is. Exit 1 when something is wrong with it or with the original."""
    place = _place(folder)
    try:
        made = make(place, at=now())
        _manifest, findings = check(made.folder)
    except (BackupRefused, BackupInWork, BackupDamaged, BackupFolderWritable, OSError) as error:
        exit_with_error(f"No backup was made: {error}")
    click.echo(str(made.folder))
    if thin_out and not findings:
        settings = current_settings()
        for name in place.thin_out(days=settings.backup_keep_days, months=settings.backup_keep_months):
            click.echo(f"removed {name}", err=True)
    if findings:
        exit_with_error("\n".join(findings))


@group.command("verify")
@click.argument("backup", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def verify(backup: Path | None) -> None:
    """Read a backup byte by byte, open its database, make its log's tree anew; name what differs and exit 1.

    Without BACKUP it is the newest in BACKUP_DIR.
    """
    folder = _folder(backup)
    try:
        manifest, findings = check(folder)
    except BackupDamaged as error:
        exit_with_error(error)
    if findings:
        exit_with_error("\n".join(findings))
    click.echo(
        f"The backup {folder.name} is whole: {len(manifest.files)} files, {manifest.size_bytes} bytes, "
        f"{sum(manifest.database.tables.values())} rows of {manifest.database.kind} at revision "
        f"{manifest.database.revision}, a log of {manifest.log.size} entries."
    )


@group.command("list")
@click.option("--in", "folder", type=FOLDER, help="Where backups lie; BACKUP_DIR when left out.")
def list_backups(folder: Path | None) -> None:
    """Print the backups, oldest first: when (Shanghai), how large, which revision and log; the last one is the newest."""
    place = _place(folder)
    for path in place.backups():
        started_at = moment_of(path.name)
        when = local_minute(started_at) if started_at else "-"
        try:
            manifest = read_manifest(path)
        except BackupDamaged as error:
            click.echo(f"{when}  {path}  DAMAGED {error}")
            continue
        note = "" if not manifest.problems else f"  {len(manifest.problems)} problems noted"
        click.echo(
            f"{when}  {manifest.size_bytes / 2**20:9.1f} MiB  {manifest.database.kind} {manifest.database.revision}  "
            f"log {manifest.log.size}  {path}{note}"
        )


@group.command("restore")
@click.argument("backup", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--replace", is_flag=True, help="Also where there is something: it is moved aside, not deleted."
)
@click.option("--without-secret", is_flag=True, help="Also when the SECRET_KEY that belongs to it is lost.")
def restore_backup(backup: Path | None, *, replace: bool, without_secret: bool) -> None:
    """Bring a backup back into the places that the settings in force name. Stop everything else first.

    Without BACKUP it is the newest in BACKUP_DIR.
    """
    folder = _folder(backup)
    try:
        done = restore(folder, replace=replace, without_secret=without_secret, at=now())
    except (RestoreRefused, BackupDamaged) as error:
        exit_with_error(error)
    except DatabaseInUse as error:
        exit_with_error(f"{error}: stop web, worker and scheduler first. Nothing was touched.")
    _print_restored(folder, done)


def _print_restored(folder: Path, done: Restored) -> None:
    database = done.manifest.database
    click.echo(
        f"restored from {folder.name}: {sum(database.tables.values())} rows at revision {database.revision}, {done.files} files"
    )
    for path in done.aside:
        click.echo(f"moved aside: {path}")
    if set(database.revision.split()) != heads():
        click.echo("The backup is of an older version than the code: run `flask db upgrade` now.")
    if done.log_kept:
        click.echo("The log here goes further than the backup and was kept: run `flask seal adopt` now.")
    for problem in done.manifest.problems:
        click.echo(f"noted when the backup was made: {problem}")
