"""`/api/v1/`: the documented views as JSON, read only, for programs and pages of others.

Belongs here: HTTP: parameters, ETag and If-None-Match, CORS, and refusals as JSON. What is asked of the copy is the
matter of `published`, the OpenAPI document that of `openapi`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from pipelines.errors import VeedorError
from pipelines.serving.context import of
from pipelines.serving.openapi import document
from pipelines.serving.published import Published, Refused

CORS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "ETag, Retry-After",
    "cross-origin-resource-policy": "cross-origin",
}
CACHE = {"cache-control": "public, max-age=60, must-revalidate"}
RETRY_SECONDS = 5

Made = Callable[[Published], Any]


async def index(request: Request) -> Response:
    """GET /api/v1/: the views, what they are, and where."""
    return await _answered(
        request,
        lambda it: {
            "views": [
                {"name": view.name, "description": view.meaning, "href": view.name}
                for view in it.views().values()
            ]
        },
    )


async def described(request: Request) -> Response:
    """GET /api/v1/openapi.json."""
    return await _answered(request, lambda it: document(it.views()))


async def rows(request: Request) -> Response:
    """GET /api/v1/<view>: a page of rows."""
    name, asked = request.path_params["view"], request.query_params.multi_items()

    def made(it: Published) -> Any:
        page = it.page(name, asked)
        return {"view": name, "rows": page.rows, "next": page.cursor}

    return await _answered(request, made)


async def preflight(request: Request) -> Response:
    """OPTIONS: any page may read, and ask whether what it has still stands."""
    allowed = {
        "access-control-allow-methods": "GET, HEAD, OPTIONS",
        "access-control-allow-headers": "If-None-Match",
        "access-control-max-age": "86400",
        "allow": "GET, HEAD, OPTIONS",
    }
    return Response(status_code=204, headers={**CORS, **allowed})


async def _answered(request: Request, made: Made) -> Response:
    published = of(request).published
    try:
        mark = await run_in_threadpool(published.mark)
        asked = f"{mark} {request.scope['path']} {request.url.query}"
        tag = f'W/"{hashlib.sha256(asked.encode()).hexdigest()[:24]}"'
        if tag in [it.strip() for it in request.headers.get("if-none-match", "")[:2_000].split(",")]:
            return Response(status_code=304, headers={**CORS, **CACHE, "etag": tag})
        content = await run_in_threadpool(made, published)
        return JSONResponse(content, headers={**CORS, **CACHE, "etag": tag})
    except Refused as refused:
        return _refused(refused.status, refused.message)
    except VeedorError:  # the copy is being replaced, or is damaged: nothing that the reader could mend
        return _refused(503, "the published history cannot be read now")


def _refused(status: int, message: str) -> JSONResponse:
    headers = {**CORS, "cache-control": "no-store"}
    if status == 503:
        headers["retry-after"] = str(RETRY_SECONDS)
    return JSONResponse({"error": message}, status, headers=headers)
