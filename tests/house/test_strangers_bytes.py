"""What strangers send is measured and read at the places made for it, and nowhere else."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "branch", "traceability", "shop")
# Parsers of files that came from outside, and who may load them: the part that bounds them, and who reads files of ours.
PARSERS = {
    # Who reads JSON that we wrote ourselves, or that an operator or auditor names on his own command line.
    "json.loads": {
        "core/strict_json.py", "core/intake/rules/wire.py", "core/heartbeats.py", "core/scheduler.py", "core/backup/models/manifest.py",
        "core/seal/rules/entries.py", "core/seal/service/witness.py", "core/seal/rules/proof_check.py", "core/seal/queries/audit.py", "core/seal/models/log.py",
        "core/seal/queries/unsigned.py",
        "branch/reports/models/sealing.py", "branch/reports/audit/claims.py", "branch/reports/queries/versions.py", "branch/reports/audit/verifying.py",
        "branch/reports/tasks/making.py", "branch/reports/audit/__main__.py", "branch/reports/audit/replaying.py",
        "traceability/events/views/capture.py", "traceability/codes/models/step_sealing.py", "shop/channels/service/stored_plans.py",
    },
    "json.load": set(),
    "flask.json.loads": set(),
    "flask.json.load": set(),
    "wtforms.IntegerField": {"core/web/forms/fields.py"},
    "wtforms.DecimalField": {"core/web/forms/fields.py"},
    "wtforms.DateField": {"core/web/forms/fields.py"},
    "wtforms.FloatField": set(),
    "wtforms.DateTimeField": set(),
    "wtforms.DateTimeLocalField": set(),
    "wtforms.MonthField": set(),
    "wtforms.TimeField": set(),
    "PIL.Image.open": {"core/intake/rules/pictures.py"},
    "python_calamine": {"core/intake/rules/tables.py"},
    "csv.reader": {"core/intake/rules/tables.py", "branch/reports/audit/claims.py"},
    "csv.DictReader": set(),
    # The one writer of tables, and the one workbook, whose texts pass through it.
    "csv.writer": {"core/csv_export.py"},
    "csv.DictWriter": set(),
    "openpyxl.Workbook": set(),
    "xlsxwriter.Workbook": {"branch/reports/formats/xlsx.py"},
    "openpyxl.load_workbook": set(),
    # Reports are our own archives; `carried` looks at one that an auditor names on his own command line.
    "zipfile.ZipFile": {
        "core/intake/rules/tables.py", "branch/reports/audit/claims.py",
        "traceability/cases/views/download.py",
    },
    # Who counts as one by address; EPCIS only asks whether a text is an address.
    "ipaddress": {"core/networks.py", "traceability/events/rules/shapes.py"},
    "flask_limiter.util": set(),
    "email_validator": {"core/accounts/rules/identity.py"},
    "phonenumbers": {"core/accounts/rules/identity.py", "shop/orders/wording/state_names.py"},
    "tarfile": set(),
    "pickle": set(),
    "marshal": set(),
    "yaml": set(),
    "xml": set(),
    "lxml": set(),
}  # fmt: skip


def sources() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the product with its path."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_bytes())


def names_used(tree: ast.Module) -> set[str]:
    """Dotted names of modules that are imported and of what is taken from them, as `csv.reader`."""
    known: dict[str, str] = {}
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for one in node.names:
                known[one.asname or one.name.partition(".")[0]] = (
                    one.name if one.asname else one.name.partition(".")[0]
                )
                found.add(one.name)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for one in node.names:
                known[one.asname or one.name] = f"{node.module}.{one.name}"
                found |= {node.module, f"{node.module}.{one.name}"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (dotted := _dotted(node)):
            head, _, rest = dotted.partition(".")
            if head in known:
                found.add(f"{known[head]}.{rest}")
    return found


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (head := _dotted(node.value)):
        return f"{head}.{node.attr}"
    return ""


def test_names_are_found_however_they_are_imported():
    tree = ast.parse(
        "import csv\nfrom PIL import Image as I\nimport xml.etree.ElementTree as T\ncsv.reader(x)\nI.open(y)"
    )
    assert {"csv.reader", "PIL.Image.open", "xml.etree.ElementTree"} <= names_used(tree)


def test_files_are_parsed_in_the_process_made_for_it():
    wrong = [
        f"{path}: {name}"
        for path, tree in sources()
        for name in sorted(names_used(tree))
        for parser, allowed in PARSERS.items()
        if (name == parser or name.startswith(f"{parser}.")) and path not in allowed
    ]
    assert not wrong, (
        "read it through core.intake, core.strict_json or core.web.forms.fields, write it through core.csv_export:\n"
        + "\n".join(wrong)
    )


def test_parsers_are_loaded_only_by_the_process_that_reads():
    wrong = [
        f"{path}: {name}"
        for path, tree in sources()
        if not path.startswith("core/intake/")
        for name in names_used(tree)
        if name.startswith(("core.intake.rules", "core.intake.service.worker"))
    ]
    assert not wrong, "\n".join(wrong)


def test_xml_leaves_through_the_part_that_keeps_it_whole():
    wrong = [
        path
        for path, tree in sources()
        if path != "core/web/views/xml.py"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and _dotted(node.func).endswith("render_template")
        and any(isinstance(one, ast.Constant) and str(one.value).endswith(".xml") for one in node.args)
    ]
    assert not wrong, "answer it with core.web.views.xml:\n" + "\n".join(wrong)
