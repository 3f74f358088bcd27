"""Signed notes, checkpoints, cosignatures and proof files, as C2SP specifies them. Pure.

signed-note (Ed25519, type 0x01), tlog-checkpoint, tlog-cosignature (Ed25519, type 0x04) and
`c2sp.org/tlog-proof@v1`. Keys are written as Go's `note` package writes them, so that its tools read ours.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from core.seal.rules.merkle import HASH_BYTES

SIGNATURE = 0x01
COSIGNATURE = 0x04
PRIVATE = "PRIVATE+KEY"
LONGEST_NOTE = 1_000_000
MOST_SIGNATURES = 100
DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


class BadNote(ValueError):  # noqa: N818 - says what it is
    """A note, key or proof file is malformed, or no known key signed it."""


def bytes_of_base64(text: str) -> bytes:
    """What base64 (RFC 4648, section 4, with padding) stands for.

    Raises:
        BadNote: it is not base64.
    """
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("not base64") from None


def base64_of(data: bytes) -> str:
    """As `bytes_of_base64` reads it."""
    return base64.b64encode(data).decode()


def is_key_name(name: str) -> bool:
    """Whether a name may stand in a signature line: no spaces, no plus, no control characters."""
    return (
        bool(name)
        and "+" not in name
        and name.isprintable()
        and not any(character.isspace() for character in name)
    )


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """The four bytes that name a key in a signature line."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


@dataclass(frozen=True, slots=True)
class Verifier:
    """A known public key; `kind` says whether it signs notes (0x01) or cosigns checkpoints (0x04)."""

    name: str
    kind: int
    public: bytes

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """Read `<name>+<key id>+<base64 of type and key>`.

        Raises:
            BadNote: it is not such a key, or not an Ed25519 one.
        """
        name, _, rest = vkey.strip().partition("+")
        hexadecimal, _, encoded = rest.partition("+")
        key = bytes_of_base64(encoded)
        if not is_key_name(name) or len(key) != 33 or key[0] not in {SIGNATURE, COSIGNATURE}:
            raise BadNote("not a verifier key of a kind that is known here")
        verifier = cls(name, key[0], key[1:])
        if verifier.id.hex() != hexadecimal:
            raise BadNote("the key does not have the id that it names")
        return verifier

    @property
    def id(self) -> bytes:
        """The four bytes that name it in a signature line."""
        return key_id(self.name, self.kind, self.public)

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64_of(bytes([self.kind]) + self.public)}"

    def is_valid(self, text: str, signature: bytes) -> bool:
        """Whether `signature` (without the key id) is this key's over `text`."""
        message = text.encode()
        if self.kind == COSIGNATURE:
            if len(signature) != 72:
                return False
            message = _cosigned(text, struct.unpack(">Q", signature[:8])[0])
            signature = signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True


def _cosigned(text: str, timestamp: int) -> bytes:
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with the name under which it signs."""

    name: str
    seed: bytes = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Signer:
        """Read `PRIVATE+KEY+<name>+<key id>+<base64 of type and seed>`.

        Raises:
            BadNote: it is not such a key.
        """
        head, _, rest = text.strip().partition("+KEY+")
        name, _, rest = rest.partition("+")
        hexadecimal, _, encoded = rest.partition("+")
        key = bytes_of_base64(encoded)
        if head != "PRIVATE" or not is_key_name(name) or len(key) != 33 or key[0] != SIGNATURE:
            raise BadNote("not a private note key")
        signer = cls(name, key[1:])
        if signer.verifier.id.hex() != hexadecimal:
            raise BadNote("the key does not have the id that it names")
        return signer

    @classmethod
    def generate(cls, name: str) -> Signer:
        """A fresh key.

        Raises:
            BadNote: no key can be called so.
        """
        if not is_key_name(name):
            raise BadNote(f"{name!r} cannot name a key: no spaces, no plus")
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def verifier(self) -> Verifier:
        """The public key of its signatures."""
        return Verifier(self.name, SIGNATURE, self._private.public_key().public_bytes_raw())

    @property
    def cosigner(self) -> Verifier:
        """The public key of its cosignatures."""
        return Verifier(self.name, COSIGNATURE, self._private.public_key().public_bytes_raw())

    def private_key_text(self) -> str:
        """The private key as text, to be kept in a file."""
        return f"{PRIVATE}+{self.name}+{self.verifier.id.hex()}+{base64_of(bytes([SIGNATURE]) + self.seed)}"

    def sign(self, text: str) -> str:
        """The signature line over a note's text."""
        return _line(self.verifier, self._private.sign(text.encode()))

    def cosign(self, text: str, *, timestamp: int) -> str:
        """The cosignature line over a checkpoint's text at a POSIX time."""
        signature = self._private.sign(_cosigned(text, timestamp))
        return _line(self.cosigner, struct.pack(">Q", timestamp) + signature)


def _line(verifier: Verifier, signature: bytes) -> str:
    return f"— {verifier.name} {base64_of(verifier.id + signature)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note taken apart: its text with the last newline, and its signature lines with theirs."""

    text: str
    lines: tuple[str, ...]

    @classmethod
    def parse(cls, note: str) -> Note:
        """Take a note apart.

        Raises:
            BadNote: it is not formed as a signed note.
        """
        if len(note) > LONGEST_NOTE or any(ord(character) < 0x20 and character != "\n" for character in note):
            raise BadNote("the note is too long or holds control characters")
        head, gap, tail = note.rpartition("\n\n")
        lines = tuple(tail.splitlines(keepends=True))
        if not gap or not lines or not tail.endswith("\n") or len(lines) > MOST_SIGNATURES:
            raise BadNote("the note has no signatures")
        for line in lines:
            _parts(line)
        return cls(head + "\n", lines)

    def signed_by(self, known: Iterable[Verifier]) -> list[Verifier]:
        """Which of the known keys signed; unknown ones are passed over.

        Raises:
            BadNote: a known key's signature is wrong.
        """
        keys = {(verifier.name, verifier.id): verifier for verifier in known}
        signers: list[Verifier] = []
        for line in self.lines:
            name, identity, signature = _parts(line)
            key = keys.get((name, identity))
            if key is None or key in signers:
                continue
            if not key.is_valid(self.text, signature):
                raise BadNote(f"the signature of {name} does not hold")
            signers.append(key)
        return signers

    def __str__(self) -> str:
        return self.text + "\n" + "".join(self.lines)


def _parts(line: str) -> tuple[str, bytes, bytes]:
    dash, _, rest = line.removesuffix("\n").partition(" ")
    name, _, encoded = rest.partition(" ")
    signature = bytes_of_base64(encoded)
    if dash != "—" or not is_key_name(name) or len(signature) < 5:
        raise BadNote("a signature line is malformed")
    return name, signature[:4], signature[4:]


def cosignature_time(line: str) -> int:
    """The POSIX time that an Ed25519 cosignature line carries."""
    _name, _identity, signature = _parts(line)
    timestamp: int = struct.unpack(">Q", signature[:8])[0]
    return timestamp


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its origin, size and root."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read the text of a checkpoint; extension lines are passed over.

        Raises:
            BadNote: it is not one.
        """
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]) or not DECIMAL.fullmatch(lines[1]):
            raise BadNote("not a checkpoint")
        checkpoint = cls(lines[0], int(lines[1]), bytes_of_base64(lines[2]))
        if len(checkpoint.root) != HASH_BYTES:
            raise BadNote("the root is not a SHA-256 hash")
        return checkpoint

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{base64_of(self.root)}\n"

    def signed(self, signer: Signer) -> str:
        """The whole note, signed by the log."""
        return self.text + "\n" + signer.sign(self.text)


def open_checkpoint(note: str, log: Verifier) -> Checkpoint:
    """The head that a log signed.

    Raises:
        BadNote: malformed, of another log, or not signed by this one.
    """
    parsed = Note.parse(note)
    checkpoint = Checkpoint.parse(parsed.text)
    if checkpoint.origin != log.name:
        raise BadNote(f"the checkpoint is of the log {checkpoint.origin}, not of {log.name}")
    if not parsed.signed_by([log]):
        raise BadNote(f"the checkpoint is not signed by {log.name}")
    return checkpoint


def size_of(note: str) -> int:
    """The size that a checkpoint of our own tells, from its second line.

    Raises:
        BadNote: it is not a checkpoint.
    """
    lines = note.split("\n", 2)
    if len(lines) < 3 or not DECIMAL.fullmatch(lines[1]):
        raise BadNote("not a checkpoint")
    return int(lines[1])
