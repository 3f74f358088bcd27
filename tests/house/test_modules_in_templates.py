"""A module that is handed to a template has every name that the template asks of it: only then does a rename reach it."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "branch", "traceability", "shop")


def imported_modules(tree: ast.Module) -> dict[str, ModuleType]:
    """The modules of ours that a file imports, by the names that it gives them."""
    modules = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ROOMS:
            for alias in node.names:
                place = Path(ROOT, *str(node.module).split("."), alias.name)
                if place.with_suffix(".py").exists() or (place / "__init__.py").exists():
                    module = importlib.import_module(f"{node.module}.{alias.name}")
                    modules[alias.asname or alias.name] = module
    return modules


def handed() -> Iterator[tuple[str, str, ModuleType]]:
    """(template, name in it, module) of each `render_template("...", name=module)` whose template is written there."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if "render_template(" not in text:
                continue
            tree = ast.parse(text)
            modules = imported_modules(tree)
            for call in ast.walk(tree):
                if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "render_template":
                    if not isinstance(call.args[0], ast.Constant):
                        continue
                    template = call.args[0].value
                    for keyword in call.keywords:
                        if isinstance(keyword.value, ast.Name) and keyword.value.id in modules:
                            yield str(template), str(keyword.arg), modules[keyword.value.id]


HANDED = sorted(handed(), key=lambda given: (given[0], given[1]))


def asked_of(template: str, name: str) -> set[str]:
    """What a template asks of a name that it is given."""
    text = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates").glob(template))
    return set(re.findall(rf"(?<![\w.]){name}\.(\w+)", text))


def test_there_are_modules_to_look_at() -> None:
    assert HANDED


@pytest.mark.parametrize(("template", "name", "module"), HANDED)
def test_a_template_asks_a_module_only_for_what_it_has(template: str, name: str, module: ModuleType) -> None:
    lacking = sorted(word for word in asked_of(template, name) if not hasattr(module, word))
    assert not lacking, f"templates/{template}: {module.__name__} has no {', '.join(lacking)}"
