"""The log's key and what it signed last, both kept in files outside of the database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from flask import current_app

from core.atomic import write_durably, write_once
from core.seal.models.tile_store import TileStore
from core.seal.rules.merkle import HASH_BYTES
from core.seal.rules.note import BadNote, Signer, Verifier, is_key_name
from core.seal.rules.witnesses import WitnessAddress
from core.settings import SettingError, Settings


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A size and root that were signed, or were about to be."""

    size: int
    root: bytes
    at: datetime


class SignedHeadFile:
    """The file beside the key that remembers what was signed last: a restored database cannot make it forget."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> SignedHead | None:
        """What was signed last; None when nothing was.

        Raises:
            BadNote: the file cannot be read as what we wrote.
        """
        try:
            document = json.loads(self.path.read_text())
            signed = SignedHead(
                int(document["size"]), bytes.fromhex(document["root"]), datetime.fromisoformat(document["at"])
            )
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            raise BadNote(f"{self.path} is damaged") from None
        if signed.size < 0 or len(signed.root) != HASH_BYTES:
            raise BadNote(f"{self.path} is damaged")
        return signed

    def write(self, signed: SignedHead) -> None:
        """Remember it, durably, before it is signed."""
        document = {"size": signed.size, "root": signed.root.hex(), "at": signed.at.isoformat()}
        write_durably(self.path, json.dumps(document).encode() + b"\n", mode=0o600)


@dataclass(frozen=True, slots=True)
class Log:
    """The log of an installation: its key, its files, its memory and its witnesses."""

    signer: Signer
    store: TileStore
    signed_head_file: SignedHeadFile
    witnesses: tuple[WitnessAddress, ...] = ()

    @property
    def verifier(self) -> Verifier:
        """The public key by which its heads are checked."""
        return self.signer.verifier

    @property
    def origin(self) -> str:
        """The name under which it signs, which it keeps for ever."""
        return self.signer.name

    @property
    def _restored(self) -> Path:
        return self.signed_head_file.path.with_suffix(".restored")

    def note_restored(self, at: datetime) -> None:
        """Keep beside the key that leaves which waited in a backup have been able to be taken in since `at` only."""
        write_durably(self._restored, at.isoformat().encode() + b"\n", mode=0o600)

    def restored_at(self) -> datetime | None:
        """When the database was last brought back from a backup on this machine; None when that is not known."""
        try:
            return datetime.fromisoformat(self._restored.read_text().strip())
        except (FileNotFoundError, ValueError):
            return None


def this_log() -> Log:
    """The log of the running application."""
    log: Log = current_app.extensions["seal"]
    return log


def open_log(settings: Settings) -> Log:
    """Open the log; its key is made on first start.

    Raises:
        SettingError: SEAL_KEY_FILE, SEAL_DIR, LOG_ORIGIN or WITNESS_URLS does not work.
    """
    path = settings.seal_key_file or settings.var / "seal" / "key"
    signer = _key(path, settings)
    folder = settings.seal_dir or settings.var / "seal" / "log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError("SEAL_DIR", str(error)) from None
    try:
        witnesses = tuple(WitnessAddress.parse(url) for url in settings.witness_urls)
    except BadNote as error:
        raise SettingError("WITNESS_URLS", str(error)) from None
    signed_head_file = SignedHeadFile(path.with_name(path.name + ".signed"))
    return Log(signer, TileStore(folder), signed_head_file, witnesses)


def _key(path: Path, settings: Settings) -> Signer:
    try:
        if not path.exists():
            _make_key(path, settings.log_origin or _origin_of(settings))
        signer = Signer.parse(path.read_text())
    except OSError as error:
        raise SettingError("SEAL_KEY_FILE", str(error)) from None
    except BadNote as error:
        raise SettingError("SEAL_KEY_FILE", f"{path}: {error}") from None
    if settings.log_origin and settings.log_origin != signer.name:
        raise SettingError(
            "LOG_ORIGIN",
            f"the key in {path} signs for {signer.name}, and a log keeps its origin for ever; "
            "to begin another log, give another SEAL_KEY_FILE and SEAL_DIR",
        )
    return signer


def _origin_of(settings: Settings) -> str:
    """The address of the log without its scheme, as tlog-tiles recommends."""
    parts = urlsplit(settings.base_url)
    return f"{parts.netloc}{parts.path}/log"


def _make_key(path: Path, origin: str) -> None:
    """Write a fresh key; of two processes that start at once, one wins and both read the same."""
    if not is_key_name(origin):
        raise SettingError("LOG_ORIGIN", f"{origin!r} cannot name a log: no spaces, no plus")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_once(path, Signer.generate(origin).private_key_text().encode() + b"\n")
