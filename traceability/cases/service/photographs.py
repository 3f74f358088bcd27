"""Photographs sent with a form: stored at once, so that a form that has to be shown again keeps them."""

from collections.abc import Sequence

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from core.errors import Invalid
from traceability.cases.service.reporting import keep_photo


def photos_of(
    uploads: Sequence[FileStorage], earlier_keys: Sequence[str], *, most: int
) -> tuple[list[str], str | None]:
    """Store what was sent.

    Args:
        uploads: the files of the form.
        kept: keys of photographs that came with an earlier try.
        most: how many there may be in all.

    Returns:
        The keys of all photographs so far, and a sentence about the first one that was refused.
    """
    given = [upload for upload in uploads if upload and upload.filename]
    keys = list(earlier_keys)
    if len(keys) + len(given) > most:
        return keys, _("Up to %(n)s photographs can be sent.", n=most)
    for upload in given:
        try:
            keys.append(keep_photo(upload.read()))
        except Invalid as error:
            return list(dict.fromkeys(keys)), str(error)
    return list(dict.fromkeys(keys)), None
