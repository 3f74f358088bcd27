"""The manifest of a backup: what it holds, byte by byte, and what it was made from."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from core.atomic import write_durably

FORMAT = 1
NAME = "manifest.json"
# As `sha256sum --check` reads it: the one digest that cannot stand in the manifest itself.
SEAL = "manifest.json.sha256"
# What a backup's maker calls its files: a manifest may come from anywhere, and restoring writes under these names.
FILE_NAME = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9._-]*/)*[A-Za-z0-9_][A-Za-z0-9._-]*")


class BackupDamaged(Exception):  # noqa: N818 - says what it is
    """A backup is not what its maker wrote; the text names every part."""


@dataclass(frozen=True, slots=True)
class FileFacts:
    """Size in bytes and SHA-256 in hexadecimal of one file."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """`kind` is `sqlite` or `postgresql`; `tables` counts rows; `numbered` counts leaves that have a number in the log."""

    kind: str
    version: str
    revision: str
    tables: dict[str, int]
    numbered: int
    signed_size: int
    signed_root: str
    columns: dict[str, list[str]] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LogFacts:
    """`size` and `root` of the tree that the copied tiles hold; `vkey` opens its checkpoint."""

    origin: str
    vkey: str
    size: int
    root: str


@dataclass(frozen=True, slots=True)
class SecretFacts:
    """`fingerprint` tells whether a secret is the one in force then, without telling the secret."""

    fingerprint: str
    kept_here: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """`settings` are the names of those that were given; `problems` what was wrong with the original."""

    made_at: datetime
    database: DatabaseFacts
    log: LogFacts
    secret: SecretFacts
    settings: list[str]
    versions: dict[str, str]
    problems: list[str]
    files: dict[str, FileFacts]
    format: int = FORMAT

    @property
    def size_bytes(self) -> int:
        """What all files take together."""
        return sum(file.size for file in self.files.values())

    def write(self, folder: Path) -> None:
        """Put it into a backup's folder, last, with its digest beside it."""
        document = dataclasses.asdict(self) | {"made_at": self.made_at.isoformat()}
        data = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"
        write_durably(folder / NAME, data, mode=0o600)
        write_durably(folder / SEAL, f"{hashlib.sha256(data).hexdigest()}  {NAME}\n".encode(), mode=0o600)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the backup in `folder`.

    Raises:
        BackupDamaged: there is none, it was changed, another version wrote it, or no version of ours.
    """
    try:
        data = (folder / NAME).read_bytes()
        sealed = (folder / SEAL).read_text().split()
    except (OSError, UnicodeDecodeError):
        raise BackupDamaged(f"{folder} is not a backup: it has no readable {NAME} and {SEAL}") from None
    if not sealed or hashlib.sha256(data).hexdigest() != sealed[0]:
        raise BackupDamaged(f"{folder / NAME} was changed after it was written")
    try:
        document = json.loads(data)
        if document.get("format") != FORMAT:
            raise BackupDamaged(f"{folder} has format {document.get('format')}, this version reads {FORMAT}")
        manifest = _manifest(document)
        _require_figures(manifest)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BackupDamaged(f"{folder / NAME} is not what we write: {error!r}"[:300]) from None
    strange = sorted(name for name in manifest.files if not FILE_NAME.fullmatch(name))
    if strange:
        raise BackupDamaged(f"{folder / NAME} names what no backup of ours holds: {strange[0]!r}"[:300])
    return manifest


def _require_figures(manifest: Manifest) -> None:
    """Raises:
    ValueError: what counts something is no count.
    """
    database = manifest.database
    counts = [manifest.log.size, database.numbered, database.signed_size, *database.tables.values()]
    counts += [*database.sequences.values(), *(file.size for file in manifest.files.values())]
    for count in counts:
        if type(count) is not int or count < 0:
            raise ValueError(f"{count!r} is no count")


def _manifest(document: dict[str, Any]) -> Manifest:
    return Manifest(
        **document
        | {
            "made_at": datetime.fromisoformat(document["made_at"]),
            "database": DatabaseFacts(**document["database"]),
            "log": LogFacts(**document["log"]),
            "secret": SecretFacts(**document["secret"]),
            "files": {name: FileFacts(**facts) for name, facts in document["files"].items()},
        }
    )
