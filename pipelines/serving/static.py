"""The public folder as it lies there: pages, linked data, Parquet and `quality.duckdb`, with ranges and ETags.

Belongs here: what of it is not served (files that are being written), and that other sites' programs may read it.
"""

from __future__ import annotations

from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

# Pages are built anew every night; whoever has one asks whether it still stands.
CACHE = "public, max-age=0, must-revalidate"


class PublicFolder(StaticFiles):
    """The public folder. Names that begin with a dot are of files on their way there."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """The file, or what says that there is none."""
        if "\0" in path or any(part.startswith(".") for part in Path(path).parts):
            raise HTTPException(404)
        try:
            response = await super().get_response(path, scope)
        except (OSError, ValueError):  # a name that no file can have
            raise HTTPException(404) from None
        response.headers["cache-control"] = CACHE
        response.headers["access-control-allow-origin"] = "*"
        response.headers["cross-origin-resource-policy"] = "cross-origin"
        return response
