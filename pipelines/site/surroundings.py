"""The surroundings of templates: for the public pages, and for those of the server.

Belongs here: everything escaped, unknown names refused, published text made harmless. Does not belong here: where
templates lie, and what is handed to them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pipelines.site.untrusted import harmless, http_link

if TYPE_CHECKING:
    from jinja2 import Environment


def surroundings(template: Callable[[str], str | None]) -> Environment:
    """Jinja over the templates that `template` gives by name, None for one that does not exist."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    environment = Environment(
        loader=FunctionLoader(template),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["http_link"] = http_link
    return environment
