"""`/api/docs`: the generated description of the JSON API as a page of ours, without script."""

from dataclasses import dataclass
from typing import Any, cast

from apiflask import APIFlask
from flask import Blueprint, current_app, render_template

from core.accounts.gate import public

blueprint = Blueprint("api_docs", __name__)


@dataclass(frozen=True)
class Operation:
    """One thing that a program may ask."""

    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[tuple[str, str, bool], ...]
    answers: tuple[tuple[str, str], ...]
    takes_json: bool

    def example(self, base_url: str) -> str:
        """A curl command for it; what stands in braces is to be replaced."""
        words = ["curl", "--globoff"]
        if self.method != "GET":
            words += ["-X", self.method]
        if self.takes_json:
            words += ["-H 'Content-Type: application/json'", "-d @body.json"]
        words.append(f"'{base_url.rstrip('/')}{self.path}'")
        return " ".join(words)


def operations(spec: dict[str, Any]) -> list[Operation]:
    """The operations of an OpenAPI document, by path and method."""
    return [
        Operation(
            method=method.upper(),
            path=path,
            summary=found.get("summary", ""),
            description=found.get("description", ""),
            parameters=tuple(
                (item["name"], item["in"], bool(item.get("required"))) for item in found.get("parameters", [])
            ),
            answers=tuple(
                (str(status), answer.get("description", ""))
                for status, answer in sorted(
                    found.get("responses", {}).items(), key=lambda pair: str(pair[0])
                )
            ),
            takes_json="requestBody" in found,
        )
        for path, methods in sorted(spec["paths"].items())
        for method, found in sorted(methods.items())
    ]


@blueprint.get("/api/docs")
@public
def page() -> str:
    """Each operation with its parameters, answers and an example."""
    spec = cast("dict[str, Any]", cast("APIFlask", current_app).spec)
    base_url = current_app.config["SETTINGS"].base_url
    return render_template("core/api_docs.html", operations=operations(spec), base_url=base_url)
