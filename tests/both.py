"""Which tests a landing runs on both databases: what touches transactions, locks and SQL dialects.

A test is one of them when it, or a function of its own file that it calls, names one of `WORDS`; or when it, its class
or its file is marked `both`. The marks see to it that PostgreSQL hears every function of ours that speaks SQL
(`tests/dialects.py` fails a run where it does not). Everything on both databases is `make test-all`.
"""

import inspect
import re
from functools import cache
from types import FunctionType, ModuleType
from typing import Any

WORDS = re.compile(
    r"""\b(?:
        (?: Thread | ThreadPoolExecutor | Barrier | with_for_update | begin_nested | exec_driver_sql |
            on_conflict\w* | dialect | postgresql | IntegrityError | OperationalError | DBAPIError | database_kind
        )\b
        | text\(["'f]
    )""",
    re.VERBOSE,
)
NAME = re.compile(r"\b([A-Za-z_]\w*)\(")


def belongs_on_both(definition: Any) -> bool:
    """Whether this test (a pytest definition) touches transactions, locks or dialects, by its mark or by its words."""
    return definition.get_closest_marker("both") is not None or speaks_of_dialects(definition.function)


def speaks_of_dialects(function: FunctionType) -> bool:
    """Whether its source, or that of a function of the same file that it calls, names one of `WORDS`."""
    module = inspect.getmodule(function)
    source = _source(function)
    if WORDS.search(source) or module is None:
        return bool(WORDS.search(source))
    return any(
        WORDS.search(_source(called))
        for called in (_of(module, name) for name in set(NAME.findall(source)))
        if called is not None
    )


def _of(module: ModuleType, name: str) -> FunctionType | None:
    """The function or the class of this name that the file itself defines."""
    found = getattr(module, name, None)
    return found if getattr(found, "__module__", None) == module.__name__ else None


@cache
def _source(function: FunctionType) -> str:
    return inspect.getsource(inspect.unwrap(function))
