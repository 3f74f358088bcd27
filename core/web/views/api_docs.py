"""`/api/docs`: the generated description of the JSON API as a page of ours, without script."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from apiflask import APIFlask, Schema
from flask import Blueprint, current_app, render_template

from core.gate import public
from core.settings import current_settings

blueprint = Blueprint("api_docs", __name__)

PROBLEM = {
    "type": "object",
    "description": "RFC 9457; `code` is stable, further members name what was wrong",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
    },
}


def answer_of(status: int, description: str, schema: type[Schema]) -> dict[Any, Any]:
    """What `blueprint.doc(responses=...)` takes for one answer that the view writes by itself."""
    return {status: {"description": description, "content": {"application/json": {"schema": schema}}}}


def document_of(schema: type[Schema], source: object, **given: Any) -> dict[str, Any]:
    """What a description names of something, as JSON: each field as `given`, else from `source`; times as ISO 8601."""
    values = {name: given[name] if name in given else getattr(source, name) for name in _fields_of(schema)}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()
    }


@cache
def _fields_of(schema: type[Schema]) -> tuple[str, ...]:
    return tuple(schema().fields)


def describe_problems(spec: dict[Any, Any] | str) -> dict[Any, Any] | str:
    """In a generated description: every refusal is a problem document, and 429 may always come."""
    assert isinstance(spec, dict)
    spec["components"]["schemas"]["Problem"] = PROBLEM
    for unused in ("HTTPError", "ValidationError"):
        spec["components"]["schemas"].pop(unused, None)
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for methods in spec["paths"].values():
        for method, operation in methods.items():
            if method == "parameters":
                continue
            answers = operation["responses"]
            answers.setdefault("429", {"description": "Too often; wait for Retry-After seconds"})
            for status, answer in answers.items():
                if str(status)[0] in "45":
                    answer["content"] = content
    return spec


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
            summary=operation.get("summary", ""),
            description=operation.get("description", ""),
            parameters=tuple(
                (item["name"], item["in"], bool(item.get("required")))
                for item in operation.get("parameters", [])
            ),
            answers=tuple(
                (str(status), answer.get("description", ""))
                for status, answer in sorted(
                    operation.get("responses", {}).items(), key=lambda pair: str(pair[0])
                )
            ),
            takes_json="requestBody" in operation,
        )
        for path, methods in sorted(spec["paths"].items())
        for method, operation in sorted(methods.items())
    ]


@blueprint.get("/api/docs")
@public
def page() -> str:
    """Each operation with its parameters, answers and an example."""
    spec = cast("dict[str, Any]", cast("APIFlask", current_app).spec)
    return render_template(
        "core/api_docs.html", operations=operations(spec), base_url=current_settings().base_url
    )
