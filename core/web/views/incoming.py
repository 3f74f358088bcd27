"""What reaches a view: numbers that fit, text without what nobody sees, JSON that was read with care.

Held here for every route at once, so that no view has to think of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from flask import Flask, Request, current_app, request
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.formparser import FormDataParser
from werkzeug.routing import BaseConverter

from core import strict_json as jsontext
from core.addresses import safe_path
from core.unseen_characters import UNSEEN, without_unseen

View = TypeVar("View", bound=Callable[..., Any])
# Where a page leads when it is done, in all of our forms and those of Flask-Security.
WAY_BACK = "next"
LONGEST_PART = 512
LONGEST_PATH = 2_048
# Names of our fields: short, in ASCII, and with numbers of rows that may be handed to `int`, as WTForms does.
_FIELD = re.compile(r"(?!.*[0-9]{19})[ -~]{1,200}")


class CleanText(ImmutableMultiDict[str, Any]):
    """Fields of a form or of an address: texts without what nobody sees, files as they are."""

    def __init__(self, mapping: Any = None) -> None:
        if isinstance(mapping, MultiDict):
            pairs: Iterable[tuple[Any, Any]] = mapping.items(multi=True)
        elif isinstance(mapping, Mapping):
            pairs = mapping.items()
        else:
            pairs = mapping or ()
        super().__init__([_clean_pair(_clean(name), _clean(value)) for name, value in pairs])


def _clean_pair(name: Any, value: Any) -> tuple[Any, Any]:
    """A field as it is, but for the way back: that one never leads off this site, and can be taken apart by whoever reads it."""
    if name == WAY_BACK and isinstance(value, str) and value:
        return name, safe_path(value)
    return name, value


def _clean(value: Any) -> Any:
    return without_unseen(value) if isinstance(value, str) else value


class FormFields(CleanText):
    """Fields of a body; those under names that no form of ours could have are left out, as if they were not sent."""

    def __init__(self, pairs: Iterable[tuple[str, Any]] | None = None) -> None:
        super().__init__([(name, value) for name, value in pairs or () if _FIELD.fullmatch(name)])


class CarefulForms(FormDataParser):
    """Reads bodies of forms into `FormFields`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options | {"cls": FormFields})


class CarefulJson:
    """Reads and writes JSON for `request.get_json`."""

    @staticmethod
    def loads(text: str | bytes, **_options: Any) -> Any:
        """The document; fractions are `Decimal`.

        Raises:
            NotJson: it is none that keeps its meaning everywhere, or larger than a document of a page is.
        """
        return jsontext.read(text, most_values=jsontext.MOST_VALUES, seen_only=True)

    dumps = staticmethod(jsontext.write)


class CarefulRequest(Request):
    """A request as every view gets it."""

    parameter_storage_class = CleanText
    form_data_parser_class = CarefulForms

    @property
    def json_module(self) -> Any:
        """What reads a body of JSON; Flask would set the application's own reader, which also reads its sessions."""
        return CarefulJson

    @json_module.setter
    def json_module(self, _of_the_application: Any) -> None:
        return


class WholeNumber(BaseConverter):
    """A number in a path that a column of ids can hold, in plain digits.

    Bounds stand in the pattern, here and below: what breaks one matches no route at all, whatever the method.
    """

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: Any) -> str:
        return str(int(value))


class Part(BaseConverter):
    """One part of a path, of bounded length, without what nobody sees."""

    regex = f"[^/{UNSEEN}]{{1,{LONGEST_PART}}}"


class Path(BaseConverter):
    """Several parts of a path."""

    part_isolating = False
    regex = f"[^/{UNSEEN}][^{UNSEEN}]{{0,{LONGEST_PATH}}}?"
    weight = 200


def reads_json(view: View) -> View:
    """Mark a view whose body another library reads as JSON first: it sees only what our reader has understood."""
    view.reads_json = True  # type: ignore[attr-defined]
    return view


def read_first() -> None:
    """Answer 400 to a body that our reader does not understand, for views marked so; after the body was bounded."""
    view = current_app.view_functions.get(request.endpoint or "")
    if getattr(view, "reads_json", False) and request.is_json:
        request.get_json()


def init_incoming(app: Flask) -> None:
    """Use all of these; before any route is registered."""
    app.request_class = CarefulRequest
    app.url_map.converters.update(int=WholeNumber, default=Part, string=Part, path=Path)
