"""Uploads that outlive a form shown again: stored as soon as they came, their keys travel in a hidden field, signed."""

from dataclasses import dataclass
from typing import Protocol

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from wtforms import FileField, HiddenField

from core.errors import Invalid
from core.files import service as files
from core.uploads.service import without_metadata


class FormWithPhoto(Protocol):
    """A form with a file field and a hidden one; `csrf()` of the page's macros writes the hidden one."""

    photo: FileField
    kept: HiddenField


@dataclass(frozen=True)
class FormPhoto:
    """`key` of the photograph, sent now or kept from an earlier try; `ok` unless what was sent is no photograph."""

    key: str | None
    ok: bool


def take_photo(form: FormWithPhoto, *, kind: str, public: bool = False) -> FormPhoto:
    """Store what was sent, without its metadata, under `kind`, and note it in the form for the next try.

    Before the form is validated: the sentence about a file that is no photograph then stands at its field.
    Only keys that were stored for the same `kind` come back from the hidden field.
    """
    key = next(iter(read_kept(form.kept.data, purpose=kind)), None)
    upload = form.photo.data
    ok = True
    if upload and upload.filename:
        try:
            clean = without_metadata(upload.read())
        except Invalid as error:
            form.photo.process_errors.append(str(error))
            ok = False
        else:
            key = files.put(clean, kind=kind, content_type="image/jpeg", public=public)
    form.kept.data = kept_token([key] if key else [], purpose=kind)
    return FormPhoto(key, ok)


def _signer(purpose: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=f"kept uploads: {purpose}")


def kept_token(keys: list[str], *, purpose: str) -> str:
    """A word for a hidden field; another purpose does not accept it."""
    word = _signer(purpose).dumps(keys)
    return word if isinstance(word, str) else word.decode()


def read_kept(token: str | None, *, purpose: str) -> list[str]:
    """The keys that `kept_token` put in; nothing for anything else."""
    try:
        return [str(key) for key in _signer(purpose).loads(token or "")]
    except (BadSignature, ValueError):
        return []
