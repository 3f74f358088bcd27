"""Public files."""

from flask import Blueprint, Response, request

from core.errors import NotFound
from core.files import service
from core.gate import public

blueprint = Blueprint("files", __name__)


@blueprint.get("/media/<path:key>")
@public
def media(key: str) -> Response:
    """A public file; its address is its content's digest, so it may be kept for ever."""
    if not key.startswith("public/"):
        raise NotFound(code="no_such_file")
    etag = f'"{key.rsplit("/", 1)[-1]}"'
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "ETag": etag,
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    if request.headers.get("If-None-Match") == etag:
        return Response(status=304, headers=headers)
    return Response(service.get(key), content_type=service.content_type_of(key), headers=headers)
