"""What happened to backups, in the past tense."""

from dataclasses import dataclass


@dataclass(frozen=True)
class BackupFailed:
    """The first backup of a night that could not be made or was not sound; `error` says why, `night` is a date."""

    night: str
    error: str
