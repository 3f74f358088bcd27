"""How Stripe reads a request: form fields with brackets, known parameters only, errors in its shape."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any


class StripeRefusal(Exception):
    """An answer other than 2xx, in the shape of Stripe's error object."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        error: dict[str, Any] = {"message": message, "type": kind}
        if code:
            error["code"] = code
            error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
        if param:
            error["param"] = param
        self.body = {"error": error}


def parse(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """`a[b][0][c]=d` fields as nested dicts; levels whose keys are all numbers become lists."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        head = re.match(r"[^\[\]]+", name)
        if head is None:
            raise StripeRefusal(f"Invalid parameter name: {name}", param=name)
        path = [head.group(), *re.findall(r"\[([^\[\]]*)\]", name)]
        node = tree
        for step in path[:-1]:
            node = node.setdefault(step, {})
            if not isinstance(node, dict):
                raise StripeRefusal(f"Invalid hash at {name}", param=name)
        last = path[-1] or str(len(node))
        node[last] = value
    return {key: _lists(one) for key, one in tree.items()}


def _lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    inner = {key: _lists(one) for key, one in node.items()}
    if inner and all(key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


def require(params: dict[str, Any], *names: str, prefix: str = "") -> None:
    for name in names:
        if params.get(name) in (None, "", [], {}):
            label = f"{prefix}[{name}]" if prefix else name
            raise StripeRefusal(f"Missing required param: {label}.", code="parameter_missing", param=label)


def refuse_unknown(params: dict[str, Any], known: set[str], prefix: str = "") -> None:
    for name in params:
        if name not in known:
            label = f"{prefix}[{name}]" if prefix else name
            raise StripeRefusal(f"Received unknown parameter: {label}", code="parameter_unknown", param=label)


def integer(value: Any, param: str, *, minimum: int = 0) -> int:
    if not re.fullmatch(r"-?\d+", str(value)):
        raise StripeRefusal(f"Invalid integer: {value}", code="parameter_invalid_integer", param=param)
    number = int(value)
    if number < minimum:
        raise StripeRefusal(
            f"This value must be greater than or equal to {minimum}.",
            code="parameter_invalid_integer",
            param=param,
        )
    return number


def metadata(params: dict[str, Any], prefix: str = "metadata") -> dict[str, str]:
    """Up to 50 keys of 40 characters, values up to 500."""
    given = params.get("metadata") or {}
    if not isinstance(given, dict):
        raise StripeRefusal("Invalid object", param=prefix)
    if len(given) > 50 or any(len(k) > 40 or len(str(v)) > 500 for k, v in given.items()):
        raise StripeRefusal("Metadata is too long.", param=prefix)
    return {key: str(value) for key, value in given.items()}
