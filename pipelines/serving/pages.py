"""Pages: the templates of what the server says itself, in the reader's language.

Belongs here: rendering, and which language a reader wants. Everything that a stranger wrote is escaped by the template
engine and made harmless first. Does not belong here: the public pages (`site`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from pipelines.alerts.words import words as message_words
from pipelines.site.surroundings import surroundings

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
LANGUAGES = ("es", "en")


@cache
def words(language: str) -> Mapping[str, Any]:
    """The words of a language."""
    found: Mapping[str, Any] = json.loads((HERE / "words" / f"{language}.json").read_text(encoding="utf-8"))
    return found


def language_of(request: Request, default: str) -> str:
    """The language that a reader asks for, or whose browser does; else that of the installation."""
    asked = request.query_params.get("language", "")
    if asked in LANGUAGES:
        return asked
    for part in request.headers.get("accept-language", "")[:200].split(","):
        if (short := part.strip()[:2].lower()) in LANGUAGES:
            return short
    return default if default in LANGUAGES else LANGUAGES[0]


def page(request: Request, name: str, language: str, status: int = 200, **facts: Any) -> HTMLResponse:
    """A page of the server, which nobody keeps: its address may be a secret.

    Links lead up from where it stands, because a proxy may have put anything before our paths.
    """
    text = (
        _environment()
        .get_template(f"{name}.html.j2")
        .render(
            w=words(language),
            language=language,
            languages=LANGUAGES,
            day=message_words(language).date,
            root="../" * (request.scope["path"].count("/") - 1) or "./",
            **facts,
        )
    )
    response = HTMLResponse(text, status)
    response.headers["cache-control"] = "no-store"
    response.headers["content-language"] = language
    response.headers["x-robots-tag"] = "noindex"
    return response


def told(request: Request, language: str, key: str, status: int = 200, **named: str) -> HTMLResponse:
    """A page that says one thing: its title and sentence are `<key>_title` and `<key>`."""
    said = words(language)
    return page(
        request, "told", language, status, title=said[f"{key}_title"], sentence=said[key].format(**named)
    )


@cache
def _environment() -> Environment:
    return surroundings(_template)


def _template(name: str) -> str | None:
    path = HERE / "templates" / name
    return path.read_text(encoding="utf-8") if path.is_file() else None
