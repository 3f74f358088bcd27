"""No code of ours leans on names with an underscore of another project: they may change in any release."""

import ast
import importlib
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from jinja2 import Environment

ROOT = Path(__file__).resolve().parents[2]
OURS = {"benchmarks", "branch", "core", "migrations", "shop", "tests", "traceability", "wsgi"}
PRIVATE = re.compile(r"_(?!_)\w*[^\W_]")
# Python's own reference names these: of named tuples, and the exit without clean-up.
OF_PYTHON = {"_asdict", "_exit", "_fields", "_replace"}
# What the other project asks subclasses to write, by class; Kombu says so in the class, WTForms under "Custom Fields".
TO_BE_WRITTEN = {
    "kombu.transport.virtual.base.AbstractChannel": {
        "_get",
        "_has_queue",
        "_new_queue",
        "_purge",
        "_put",
        "_size",
    },
    "wtforms.fields.simple.StringField": {"_value"},
}
ASKED_BY_NAME = {"delattr", "get", "getattr", "hasattr", "pop", "setattr", "setdefault"}


@cache
def trees() -> dict[str, ast.Module]:
    """Every Python file of the repository, by its path."""
    kept = subprocess.run(
        ["git", "ls-files", "-z", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return {
        path: ast.parse((ROOT / path).read_text())
        for path in kept.split("\0")
        if (ROOT / path).is_file() and path
    }


def is_private(name: str) -> bool:
    return name[:1] == "_" and bool(PRIVATE.fullmatch(name))


@dataclass
class Names:
    """The private names of files: those defined in them, and those imported or asked for, as (name, where)."""

    own: set[str] = field(default_factory=set)
    imported: list[tuple[str, str]] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def read(self, path: str, tree: ast.Module) -> None:
        for node in ast.walk(tree):
            if name := _defined(node):
                self.own.add(name)
                continue
            for names, read in ((self.imported, _imported(node)), (self.asked, [_asked(node)])):
                names += [
                    (name, f"{path}:{getattr(node, 'lineno', 0)}")
                    for name in read
                    if is_private(name) and name not in OF_PYTHON
                ]

    def foreign(self) -> list[tuple[str, str]]:
        """The imports, and what is asked for and defined nowhere here."""
        return self.imported + [(name, where) for name, where in self.asked if name not in self.own]


def _defined(node: ast.AST) -> str:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name
    if not isinstance(getattr(node, "ctx", None), ast.Store):
        return ""
    if isinstance(node, ast.Name):
        return node.id
    if (
        isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"self", "cls"}
    ):
        return node.attr
    # A dictionary's key: those of a session are its owner's.
    is_own = isinstance(node, ast.Subscript) and getattr(node.value, "id", "") not in {"session", "g"}
    return _text(node.slice) if is_own else ""


def _imported(node: ast.AST) -> list[str]:
    """What is imported from another project, each part of its path."""
    if isinstance(node, ast.Import):
        return [part for one in node.names for part in one.name.split(".")]
    if not isinstance(node, ast.ImportFrom) or node.level or not node.module:
        return []
    module = node.module.split(".")
    return [] if module[0] in OURS else [*module, *(one.name for one in node.names)]


def _asked(node: ast.AST) -> str:
    """The name in `thing._name`, `session["_name"]`, `getattr(thing, "_name")`, `session.pop("_name")`, `"_name" in session`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript):
        return _text(node.slice)
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
        return _text(node.left)
    if isinstance(node, ast.Call):
        called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if called in ASKED_BY_NAME:
            return next((text for text in map(_text, node.args[:2]) if text), "")
    return ""


def _text(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def overridden(kind: type) -> Iterator[tuple[str, str]]:
    """(class, method) of another project for each of its private methods that a class of ours writes anew."""
    bases = [base for base in kind.__mro__[1:] if base.__module__.split(".")[0] not in OURS]
    for name, value in vars(kind).items():
        written = getattr(value, "fget", None) or getattr(value, "__func__", value)
        if not is_private(name) or not isinstance(written, FunctionType):
            continue
        for base in bases:
            if name in vars(base) and written.__module__.split(".")[0] in OURS:
                yield f"{base.__module__}.{base.__qualname__}", name


def classes() -> Iterator[type]:
    """Our classes that stand on others and have a private method."""
    for path, tree in trees().items():
        for node in tree.body:
            if (
                isinstance(node, ast.ClassDef)
                and node.bases
                and any(isinstance(part, ast.FunctionDef) and is_private(part.name) for part in node.body)
            ):
                module: Any = importlib.import_module(path.removesuffix(".py").replace("/", "."))
                yield getattr(module, node.name)


def test_no_private_name_of_another_project_is_imported_or_asked_for():
    names = Names()
    for path, tree in trees().items():
        names.read(path, tree)
    assert names.foreign() == []


def test_no_private_method_of_another_project_is_written_anew():
    assert [
        (kind.__module__, kind.__name__, base, name)
        for kind in classes()
        for base, name in overridden(kind)
        if name not in TO_BE_WRITTEN.get(base, ())
    ] == []


def test_no_template_asks_for_a_private_name():
    asked = re.compile(r"\{[{%][^}]*\._[a-z]")
    assert [
        path.name
        for path in (ROOT / "templates").rglob("*")
        if path.is_file() and asked.search(path.read_text())
    ] == []


@pytest.mark.parametrize(
    "source",
    [
        "from flask_security.proxies import _security",
        "import _pytest.python",
        "from flask_sqlalchemy_lite._cli import add_models_to_shell",
        "g._flask_babel",
        "current_app._get_current_object()",
        "session['_user_id']",
        "session['_user_id'] = key",
        "session.pop('_remember', None)",
        "'_user_id' in session",
        "getattr(g, '_flask_babel')",
    ],
)
def test_each_way_of_asking_is_really_looked_at(source):
    names = Names()
    names.read("shop/sample.py", ast.parse(source))
    assert names.foreign()


@pytest.mark.parametrize(
    "source",
    ["from core.jobs import _own", "thing._own", "row._replace(a=1)", "'_at' + name", "self.__dict__"],
)
def test_own_names_and_those_of_python_are_no_finding(source):
    names = Names(own={"_own"})
    names.read("shop/sample.py", ast.parse(source))
    assert names.foreign() == []


def test_a_method_written_anew_is_really_looked_at():
    class Public(Environment):
        def parse(self, *given, **named):
            return super().parse(*given, **named)

    class Private(Environment):
        def _parse(self, *given):
            return super()._parse(*given)

    assert list(overridden(Public)) == []
    assert list(overridden(Private)) == [("jinja2.environment.Environment", "_parse")]
