"""Uploaded and made files, by the digest of their content, in a folder or an S3-compatible store."""

import hashlib
import re
from typing import Any

import fsspec
from flask import Flask, current_app

from core.errors import NotFound
from core.settings import SettingError, Settings

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
    """
    digest = hashlib.sha256(data).hexdigest()
    shelf = "public" if public else "private"
    key = f"{shelf}/{kind}/{digest[:2]}/{digest[2:]}.{EXTENSIONS[content_type]}"
    filesystem, path = _at(key)
    if not filesystem.exists(path):
        filesystem.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        filesystem.pipe_file(path, data)
    return key


def get(key: str) -> bytes:
    """The content under `key`.

    Raises:
        NotFound: no such file.
    """
    filesystem, path = _at(key)
    try:
        content: bytes = filesystem.cat_file(path)
    except FileNotFoundError:
        raise NotFound(code="no_such_file") from None
    return content


def content_type_of(key: str) -> str:
    """The media type that the key's ending stands for."""
    return CONTENT_TYPES[key.rsplit(".", 1)[1]]


def forget(key: str) -> None:
    """Remove the file under `key`; one that is gone already is fine."""
    filesystem, path = _at(key)
    if filesystem.exists(path):
        filesystem.rm_file(path)
