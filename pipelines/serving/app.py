"""The application: which address leads where, and what is said when nothing else is.

Belongs here: routes and the pages of errors. No error shows a reader anything of ours: it is logged.

    /feedback/new            the form                     /moderate/<token>   what came in, for the operator
    /answer/<token>          the links of alerts          /owner/<token>      the owner's answer to a report
    /health                  whether it answers           /api/v1/<view>      the published views as JSON
    everything else          the public folder
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route

from pipelines.clock import Clock
from pipelines.serving import alert_answers, api, form, moderation, owner
from pipelines.serving.context import context
from pipelines.serving.headers import SecurityHeaders
from pipelines.serving.limits import Limits
from pipelines.serving.pages import language_of, told, words
from pipelines.serving.static import PublicFolder
from pipelines.settings import Settings
from pipelines.site import press
from pipelines.sources import Sources

SHEETS = (press.HERE / "static" / "style.css", Path(__file__).parent / "static" / "serve.css")


def create_app(settings: Settings, sources: Sources, clock: Clock, limits: Limits | None = None) -> Starlette:
    """The server of an installation. Raises `ConfigurationError` without a key for links."""
    settings.public.mkdir(parents=True, exist_ok=True)
    app = Starlette(
        routes=[
            Route("/health", _health, methods=["GET"]),
            Route("/serve/style.css", _style, methods=["GET"]),
            Route("/feedback/new", form.show, methods=["GET"]),
            Route("/feedback/new", form.receive, methods=["POST"]),
            Route("/answer/{token}", alert_answers.show, methods=["GET"]),
            Route("/answer/{token}", alert_answers.do, methods=["POST"]),
            Route("/owner/{token}", owner.show, methods=["GET"]),
            Route("/owner/{token}", owner.answer, methods=["POST"]),
            Route("/moderate/{token}", moderation.show, methods=["GET"]),
            Route("/moderate/{token}", moderation.act, methods=["POST"]),
            Route("/api/v1/", api.index, methods=["GET"]),
            Route("/api/v1/openapi.json", api.described, methods=["GET"]),
            Route("/api/v1/{view}", api.rows, methods=["GET"]),
            Route("/api/v1/{view:path}", api.preflight, methods=["OPTIONS"]),
            Mount("/", PublicFolder(directory=settings.public, html=True), name="public"),
        ],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={HTTPException: _refused, Exception: _failed},
    )
    app.state.context = context(settings, sources, clock, limits)
    return app


async def _health(request: Request) -> Response:
    return PlainTextResponse("ok\n", headers={"cache-control": "no-store"})


async def _style(request: Request) -> Response:
    return Response(_sheet(), media_type="text/css", headers={"cache-control": "public, max-age=3600"})


@cache
def _sheet() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in SHEETS)


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 400
    language = language_of(request, request.app.state.context.sources.language)
    key = f"error_{status}" if f"error_{status}" in words(language) else "error_400"
    response = told(request, language, key, status)
    if isinstance(error, HTTPException):
        response.headers.update(error.headers or {})
    return response


async def _failed(request: Request, error: Exception) -> Response:
    language = language_of(request, request.app.state.context.sources.language)
    response = told(request, language, "error_500", 500)
    response.headers["content-security-policy"] = "default-src 'none'; style-src 'self'"
    return response
