"""Uploaded and made files, by the digest of their content, in a folder or an S3-compatible store."""

import hashlib
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import fsspec
import structlog
from flask import Flask, current_app
from flask_babel import gettext as _

from core.atomic import remove_unfinished, write_durably
from core.errors import NotFound, Unavailable
from core.settings import SettingError, Settings, current_settings
from core.sweeps import for_each_key

log = structlog.get_logger(__name__)
FORGETTING = "core.files.forget"

EXTENSIONS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "text/csv": "csv",
    "application/json": "json",
    "text/html": "html",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/octet-stream": "bin",
}
CONTENT_TYPES = {extension: content_type for content_type, extension in EXTENSIONS.items()}
KEY = re.compile(r"(public|private)/[a-z_]{1,40}/[0-9a-f]{2}/[0-9a-f]{62}\.[a-z]{3,4}")


def init_files(app: Flask, settings: Settings) -> None:
    """Open the store named by FILES_URL, or the folder `files` in `var/`."""
    url = settings.files_url or f"file://{settings.var / 'files'}"
    try:
        filesystem, root = fsspec.core.url_to_fs(url)
        if settings.files_url:
            _try_writing(filesystem, root.rstrip("/"))
    except Exception as error:  # noqa: BLE001 - every store has errors of its own; the setting does not work
        raise SettingError("FILES_URL", str(error) or type(error).__name__) from None
    app.extensions["files"] = (filesystem, root.rstrip("/"))


def _try_writing(filesystem: Any, root: str) -> None:
    if "file" in filesystem.protocol:
        filesystem.makedirs(root, exist_ok=True)
    filesystem.pipe_file(f"{root}/.writable", b"")


def _at(key: str) -> tuple[Any, str]:
    if not KEY.fullmatch(key):
        raise NotFound(code="no_such_file")
    filesystem, root = current_app.extensions["files"]
    return filesystem, f"{root}/{key}"


def put(data: bytes, *, kind: str, content_type: str, public: bool) -> str:
    """Keep `data`; the same bytes under the same kind are kept once.

    Args:
        data: the whole content.
        kind: a word for the shelf, as `photo` or `transfer_proof`.
        content_type: one of `EXTENSIONS`.
        public: whether `/media/<key>` serves it to anyone.

    Returns:
        The key by which `get` finds it.

    Raises:
        Unavailable: the store is full or away (`files_unavailable`); nothing of the file stays there.
    """
    digest = hashlib.sha256(data).hexdigest()
    shelf = "public" if public else "private"
    key = f"{shelf}/{kind}/{digest[:2]}/{digest[2:]}.{EXTENSIONS[content_type]}"
    filesystem, path = _at(key)
    try:
        if not _has_same_bytes(filesystem, path, data):
            _write(filesystem, path, data)
    except OSError as error:
        log.error("file_not_kept", key=key, error=str(error))  # noqa: TRY400 - the cause is one line, the disk may be full
        raise Unavailable(
            _("The file could not be kept: the place for files is full or away. Nothing else was changed."),
            code="files_unavailable",
        ) from error
    return key


def _has_same_bytes(filesystem: Any, path: str, data: bytes) -> bool:
    """Whether the very bytes lie there; what a disk or a killed writer of old has torn is written again."""
    try:
        return bool(filesystem.cat_file(path) == data)
    except FileNotFoundError:
        return False


def _write(filesystem: Any, path: str, data: bytes) -> None:
    """As a whole or not at all: by a rename in a folder; an object store shows no object before its last byte."""
    if "file" in filesystem.protocol:
        write_durably(Path(path), data)
    else:
        filesystem.pipe_file(path, data)


def get(key: str) -> bytes:
    """The content under `key`.

    Raises:
        NotFound: no such file (`no_such_file`), or what lies there is not what was put (`file_damaged`).
    """
    filesystem, path = _at(key)
    try:
        content: bytes = filesystem.cat_file(path)
    except FileNotFoundError:
        raise NotFound(_("This file is not here any more."), code="no_such_file") from None
    if hashlib.sha256(content).hexdigest() != digest_of(key):
        log.error("file_damaged", key=key, size=len(content))
        raise NotFound(_("This file was damaged and cannot be shown."), code="file_damaged")
    return content


def digest_of(key: str) -> str:
    """The SHA-256 in hexadecimal of the content, which a key names."""
    start, rest = key.split("/")[-2:]
    return start + rest.partition(".")[0]


def content_type_of(key: str) -> str:
    """The media type that the key's ending stands for."""
    return CONTENT_TYPES[key.rsplit(".", 1)[1]]


def forget(key: str) -> None:
    """Remove the file under `key`; one that is gone already is fine."""
    filesystem, path = _at(key)
    if filesystem.exists(path):
        filesystem.rm_file(path)


def keys_of(kind: str, *, until: datetime) -> list[str]:
    """The keys of the private files of a kind that were put `until` then, for those who look for forgotten ones."""
    filesystem, root = current_app.extensions["files"]
    shelf = f"{root}/private/{kind}"
    candidates = [
        (path, f"private/{kind}/" + "/".join(path.split("/")[-2:])) for path in filesystem.find(shelf)
    ]
    return [key for path, key in candidates if KEY.fullmatch(key) and _lay_there(filesystem, path, until)]


def _lay_there(filesystem: Any, path: str, until: datetime) -> bool:
    """Whether the file is as old; one that another removed meanwhile, or a link that leads nowhere, is none."""
    try:
        return bool(filesystem.modified(path) <= until)
    except FileNotFoundError:
        return False


def forget_each(keys: Iterable[str]) -> int:
    """Remove the files under `keys`, each by itself, so that one that cannot be removed keeps no other; how many went.

    An edge. A failure is noted; the next run that finds the file tries it again when its turn has come.
    """
    return for_each_key(FORGETTING, keys, forget, own_transactions=True).done


def remove_torn() -> int:
    """Remove what killed writers left in the folders that are ours; how many files."""
    settings = current_settings()
    filesystem, root = current_app.extensions["files"]
    folders = {settings.var, settings.seal_dir, Path(root) if "file" in filesystem.protocol else None}
    return sum(remove_unfinished(folder) for folder in folders if folder is not None)
