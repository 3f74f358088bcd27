"""An import contract of our own: what a pure package may know. The others are import-linter's (`pyproject.toml`)."""

import sys

import grimp
from importlinter import Contract, ContractCheck, fields, output


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
