"""Events as the outbox keeps them: plain JSON, read back into their dataclass or refused with the reason."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any


class UnreadableEvent(ValueError):  # noqa: N818 - says what it is
    """A body that is not what its event's dataclass says."""


def to_body(event: Any) -> dict[str, Any]:
    """The fields of a frozen dataclass as plain JSON: times in ISO form, every sequence a list."""
    body: dict[str, Any] = _plain(dataclasses.asdict(event))
    return body


def from_body(kind: type, body: Any) -> Any:
    """The event of class `kind` that was written as `body`.

    A field that a newer version wrote is not passed over: what it says would be lost on the handlers.

    Raises:
        UnreadableEvent: `body` is not a mapping, a field is missing that has no default, one is unknown, or a value
            is not of its field's type.
    """
    if not isinstance(body, dict):
        raise UnreadableEvent(f"{kind.__name__} is kept as {type(body).__name__}, not as fields")
    fields = {field.name: field for field in dataclasses.fields(kind)}
    if unknown := sorted(body.keys() - fields.keys()):
        raise UnreadableEvent(
            f"{kind.__name__} has fields that this version does not know: {', '.join(unknown)}"
        )
    needed = {
        name
        for name, field in fields.items()
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    if missing := sorted(needed - body.keys()):
        raise UnreadableEvent(f"{kind.__name__} lacks {', '.join(missing)}")
    hints = typing.get_type_hints(kind)
    values = {}
    for name, value in body.items():
        try:
            values[name] = _typed(hints[name], value)
        except (TypeError, ValueError):
            raise UnreadableEvent(f"{kind.__name__}.{name} is not {fields[name].type}") from None
    return kind(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, tuple | list | set | frozenset):
        return [_plain(inner) for inner in value]
    return value


def _typed(kind: Any, value: Any) -> Any:
    origin = typing.get_origin(kind)
    arguments = typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        return None if value is None else _typed(next(a for a in arguments if a is not type(None)), value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    if origin is tuple:
        if not isinstance(value, list):
            raise TypeError(value)
        inner = arguments[0] if arguments else Any
        return tuple(_typed(inner, element) for element in value)
    if kind in (str, int, bool) and type(value) is not kind:
        raise TypeError(value)
    return value
