"""Import contracts of our own: the order of files inside a feature folder, and what a pure package may know."""

import sys

import grimp
from importlinter import Contract, ContractCheck, fields, output

# From the edge down; a file may import those of its own folder that stand in a later row.
ORDER = (
    ("views", "tasks", "cli", "webhook", "handlers"),
    ("forms",),
    ("service",),
    ("queries",),
    ("models",),
    ("rules", "states", "pricing"),
    ("events",),
)


def row_of(module: str) -> int | None:
    """The row in which a module's file name stands; `report_views` counts as `views`. None for other names."""
    name = module.rpartition(".")[2]
    name = "views" if name.endswith("_views") else name
    return next((row for row, names in enumerate(ORDER) if name in names), None)


def upward_imports(graph: grimp.ImportGraph) -> list[tuple[str, str]]:
    """Imports from a file to one of its own folder that stands in an earlier row."""
    return sorted(
        (importer, imported)
        for importer in graph.modules
        if (row := row_of(importer)) is not None
        for imported in graph.find_modules_directly_imported_by(importer)
        if importer.rpartition(".")[0] == imported.rpartition(".")[0]
        and (other := row_of(imported)) is not None
        and other < row
    )


class FeatureOrderContract(Contract):
    """Views may call services, services may read queries, and nothing calls back up."""

    type_name = "feature_order"

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002
        found = upward_imports(graph)
        return ContractCheck(kept=not found, metadata={"upward": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["upward"]:
            output.print_error(f"{importer} imports {imported}, which stands above it")


def foreign_imports(graph: grimp.ImportGraph, package: str, allowed: set[str]) -> list[tuple[str, str]]:
    """Imports of a package that are neither its own, nor the standard library's, nor of `allowed` packages."""
    known = allowed | set(sys.stdlib_module_names)
    return sorted(
        (importer, imported)
        for importer in graph.modules
        if (importer + ".").startswith(package + ".")
        for imported in graph.find_modules_directly_imported_by(importer)
        if not (imported + ".").startswith(package + ".") and imported.partition(".")[0] not in known
    )


class OnlyContract(Contract):
    """A package that imports itself, the standard library and the packages named, nothing else."""

    type_name = "only"
    package = fields.StringField()
    allowed = fields.SetField(subfield=fields.StringField())

    def check(self, graph: grimp.ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002
        found = foreign_imports(graph, self.package, set(self.allowed))
        return ContractCheck(kept=not found, metadata={"foreign": found})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for importer, imported in check.metadata["foreign"]:
            output.print_error(f"{importer} imports {imported}, which it must not know")
