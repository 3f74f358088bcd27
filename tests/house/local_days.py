"""A rule for mypy: the calendar is read on a clock that is named, never from a bare moment.

A moment (`datetime`) is UTC inside: at 00:30 on 1 January in Shanghai its `.year` is last year. `core.clock` answers
the day and the year in Shanghai, or a `ClockTime`, whose calendar may be read. Named under `plugins` in
pyproject.toml, so that every run of mypy holds it.
"""

from collections.abc import Callable, Iterable
from itertools import chain

from mypy.errorcodes import ErrorCode
from mypy.nodes import Expression, StrExpr
from mypy.plugin import AttributeContext, FunctionContext, MethodContext, Plugin
from mypy.types import Instance, Type, UnionType, get_proper_type

MOMENT = "datetime.datetime"
FIELDS = {"datetime.date.year", "datetime.date.month", "datetime.date.day", f"{MOMENT}.hour"}
METHODS = {
    "date",
    "time",
    "weekday",
    "isoweekday",
    "isocalendar",
    "strftime",
    "ctime",
    "timetuple",
    "utctimetuple",
    "toordinal",
}
CALLS = {f"{owner}.{name}" for owner in (MOMENT, "datetime.date") for name in METHODS}
LOCAL_DAY = ErrorCode("local-day", "The calendar of a moment is read without a clock", "Guiyuan")
MESSAGE = (
    "The calendar of a bare moment is UTC's; ask core.clock (local_day, local_year, to_shanghai, to_utc)"
)


def _is_moment(kind: Type) -> bool:
    """Whether a value of this type may be a bare `datetime`; `ClockTime` is a type of its own."""
    kind = get_proper_type(kind)
    if isinstance(kind, UnionType):
        return any(_is_moment(item) for item in kind.items)
    return isinstance(kind, Instance) and kind.type.fullname == MOMENT


def _field(context: AttributeContext) -> Type:
    if _is_moment(context.type):
        context.api.fail(MESSAGE, context.context, code=LOCAL_DAY)
    return context.default_attr_type


def _method(context: MethodContext) -> Type:
    if _is_moment(context.type):
        context.api.fail(MESSAGE, context.context, code=LOCAL_DAY)
    return context.default_return_type


def _format(context: MethodContext | FunctionContext) -> Type:
    """An f-string with a layout is `"{:{}}".format(value, layout)` to mypy; `format(value, layout)` is the same."""
    arguments: Iterable[Expression] = chain(*context.args)
    if any(isinstance(argument, StrExpr) and "%" in argument.value for argument in arguments) and any(
        _is_moment(kind) for kind in chain(*context.arg_types)
    ):
        context.api.fail(MESSAGE, context.context, code=LOCAL_DAY)
    return context.default_return_type


class LocalDays(Plugin):
    """Refuses the calendar of a bare moment."""

    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        """Watches `.year`, `.month`, `.day`, `.hour`."""
        return _field if fullname in FIELDS else None

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        """Watches `.date()`, `.strftime()` and their like, and f-strings with a layout."""
        return _format if fullname == "builtins.str.format" else _method if fullname in CALLS else None

    def get_function_hook(self, fullname: str) -> Callable[[FunctionContext], Type] | None:
        """Watches `format()` with a layout."""
        return _format if fullname == "builtins.format" else None


def plugin(version: str) -> type[Plugin]:
    """What mypy asks for."""
    return LocalDays
