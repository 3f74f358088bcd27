"""The stairs, the order of features and of files inside them: contracts of imports that cover every file."""

import re
import shutil
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import grimp
import pytest

from tests.house.contracts import foreign_imports

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "branch", "traceability", "shop")
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
    "contracts"
]
ORDERED = [
    container
    for contract in CONTRACTS
    if contract["type"] == "layers" and contract.get("exhaustive")
    for container in contract["containers"]
]
CIRCLES = "No circles: neither features nor folders nor files import each other round and round"
# One wrong line for each contract, in files that exist: {contract: {file: line}}.
WRONG = {
    "Imports go down the stairs only": {"core/seal/cli.py": "import branch.api"},
    "Branch is entered by its front door": {"traceability/lots/service.py": "import branch.ledger.queries.sums"},
    "Traceability is entered by its front door": {"shop/cart/service.py": "import traceability.codes.states"},
    "Features of core stand in an order": {"core/money.py": "import core.settings"},
    "Features of branch stand in an order": {
        "branch/organisation/states.py": "import branch.licences.states",
        "branch/newcomer/__init__.py": "",
    },
    "Features of traceability stand in an order": {"traceability/plots/states.py": "import traceability.codes.states"},
    "Features of shop stand in an order": {"shop/catalogue/states.py": "import shop.orders.states"},
    "Inside a feature stand these names only, and imports go down": {
        "shop/orders/states.py": "import shop.orders.queries.order_views",
        "traceability/codes/helpers.py": "",
        "core/accounts/queries/helpers.py": "import core.accounts.views.pages",
    },
    "Parts of a report stand in an order": {
        "branch/reports/facts/figures.py": "import branch.reports.charts.frame",
        "branch/reports/helpers.py": "",
    },
    CIRCLES: {
        "traceability/codes/rules/first.py": "import traceability.codes.rules.second",
        "traceability/codes/rules/second.py": "import traceability.codes.rules.first",
    },
    "Pure rules, states and events know no web, database or queue": {
        "traceability/alarms/rules/thresholds.py": "import core.database",
        "shop/dispatch/rules.py": "import flask_babel",
    },
    "Edges build no SQL: queries and services do": {
        "shop/promotion/views.py": "import sqlalchemy",
        "core/accounts/views/account.py": "from sqlalchemy import select",
        "traceability/alarms/tasks.py": "from sqlalchemy import select",
        "branch/organisation/cli/units.py": "from sqlalchemy.orm import Session",
        "shop/payments/webhook.py": "from sqlalchemy import select",
    },
    "Who computes a report anew knows nothing of what wrote it": {
        "branch/reports/audit/recomputing.py": "import branch.reports.facts.figures",
        "branch/reports/audit/breakdowns.py": "import branch.reports.sections.overall",
    },
    "No room imports tests, benchmarks or what starts it": {
        "shop/stock/service/movements.py": "import tests.factories.orders",
        "core/settings.py": "import wsgi",
    },
    "The estimator of uplift is numpy only": {"branch/uplift/gates.py": "import sqlalchemy"},
}  # fmt: skip


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    command = Path(sys.executable).with_name("lint-imports")
    given = {"PYTHONPATH": str(folder), "COLUMNS": "200", "PATH": "/usr/bin:/bin"}
    return subprocess.run(
        [command, "--no-cache"], cwd=folder, env=given, capture_output=True, text=True, check=False
    )


def test_all_contracts_are_kept():
    done = lint(ROOT)
    assert done.returncode == 0, done.stdout


def said_of_wrong_lines(folder: Path, lines: dict[str, str]) -> str:
    """What import-linter says of our files with these lines added, in one long line."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    (folder / "tests" / "house").mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "house" / "contracts.py", folder / "tests" / "house")
    for name, line in lines.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"{path.read_text() if path.exists() else ''}\n{line}\n")
    return re.sub(r"\s+", " ", lint(folder).stdout)


@pytest.fixture(scope="module")
def broken_everywhere(tmp_path_factory):
    """What is said of one wrong import, or unknown name, for each contract; circles are looked for apart."""
    lines = {
        name: line for contract, wrong in WRONG.items() if contract != CIRCLES for name, line in wrong.items()
    }
    return said_of_wrong_lines(tmp_path_factory.mktemp("rooms"), lines)


@pytest.mark.parametrize("contract", [name for name in WRONG if name != CIRCLES])
def test_every_contract_is_broken_by_one_wrong_line(contract, broken_everywhere):
    assert f"{contract} BROKEN" in broken_everywhere
    part = broken_everywhere.partition("Broken contracts")[2].partition(f"{contract} ---")[2]
    for name, line in WRONG[contract].items():
        module = ".".join(Path(name).with_suffix("").parts).removesuffix(".__init__")
        assert module in part, (module, line, part[:3000])


def test_a_circle_of_two_files_is_seen(tmp_path):
    said = said_of_wrong_lines(tmp_path, WRONG[CIRCLES])
    assert f"{CIRCLES} BROKEN" in said
    assert "No cycles are allowed in traceability.codes.rules." in said


def test_every_contract_has_its_wrong_line():
    assert set(WRONG) == {contract["name"] for contract in CONTRACTS}


def covering(path: Path) -> str | None:
    """The contract that says what a file may import: of its folder, or of the room when it stands at its root."""
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    room, _, rest = module.partition(".")
    feature = f"{room}.{rest.partition('.')[0]}"
    if not rest or module == feature:
        return room if room in ORDERED else None
    if any(
        module.startswith(f"{contract['package']}.") for contract in CONTRACTS if contract["type"] == "only"
    ):
        return "only"
    return next((one for one in ORDERED if "." in one and fnmatch(feature, one)), None)


def test_every_file_stands_under_a_contract():
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    uncovered = [str(path.relative_to(ROOT)) for path in files if covering(path) is None]
    assert len(files) > 1000
    assert uncovered == [], f"{len(files) - len(uncovered)} of {len(files)} files are covered"


def test_a_name_is_a_file_or_a_folder_and_a_folder_holds_no_code_of_its_own():
    folders = [
        path
        for room in ROOMS
        for path in (ROOT / room).glob("*/*/__init__.py")
        if path.parent.name in {"views", "tasks", "cli", "webhook", "forms", "schemas", "wording", "service", "queries", "models", "rules", "states", "events"}
    ]  # fmt: skip
    assert [str(path) for path in folders if path.read_text(encoding="utf-8").strip()] == []
    assert [str(path) for path in folders if path.parent.with_suffix(".py").exists()] == []


def test_what_a_pure_package_may_know_is_really_looked_at():
    graph = grimp.ImportGraph()
    for importer, imported in (
        ("branch.uplift.gates", "branch.uplift.panel"),
        ("branch.uplift.gates", "numpy"),
        ("branch.uplift.gates", "math"),
        ("branch.uplift.gates", "scipy"),
        ("branch.uplift", "core.money"),
        ("branch.uplifting", "flask"),
    ):
        graph.add_import(importer=importer, imported=imported)
    assert foreign_imports(graph, "branch.uplift", {"numpy"}) == [
        ("branch.uplift", "core.money"),
        ("branch.uplift.gates", "scipy"),
    ]
