"""Headers: what every answer says of how it may be used.

Belongs here: the policy of content (no script at all, styles from here alone; the page of SQL has scripts and an engine
of its own), and that nobody frames a page or learns from which page a reader came: addresses of answers are secrets.
"""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipelines.site import engine
from pipelines.site.sheets import sql
from pipelines.site.words import LANGUAGES

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# WebAssembly is compiled in the worker, whose policy is its own: that of its file.
ENGINE_POLICY = f"{POLICY}; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self' blob:; worker-src 'self'"
ENGINE_PATHS = {*(f"/{language}/{sql.PATH}" for language in LANGUAGES), f"/engine/{engine.WORKER}"}
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "cross-origin-opener-policy": "same-origin",
}


class SecurityHeaders:
    """Adds them to every answer that does not say otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, with the headers on the answer."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if scope["path"] in ENGINE_PATHS:
                    headers.setdefault("content-security-policy", ENGINE_POLICY)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, sending if scope["type"] == "http" else send)
