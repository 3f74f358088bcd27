"""What happened to backups, in the past tense."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BackupFailed:
    """The first backup of a night that could not be made or was not sound; `error` says why, `night` is a date."""

    night: str
    error: str


@dataclass(frozen=True)
class FaultsFoundByBackup:
    """A night's backup was made and is whole, but what it copied was damaged before: `faults` names each."""

    night: str
    faults: str
