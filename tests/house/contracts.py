"""An import contract of our own: the order of files inside a feature folder."""

import grimp
from importlinter import Contract, ContractCheck, output

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
