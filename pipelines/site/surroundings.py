"""The surroundings of templates: for the public pages, and for those of the server.

Belongs here: everything escaped, unknown names refused, published text made harmless. Does not belong here: where
templates lie, and what is handed to them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pipelines.site.untrusted import harmless, http_link

if TYPE_CHECKING:
    from jinja2 import Environment

# What a dict has itself, also when it has such a key.
METHODS = frozenset(dir(dict))


def surroundings(template: Callable[[str], str | None]) -> Environment:
    """Jinja over the templates that `template` gives by name, None for one that does not exist."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    class Rows(Environment):
        """Most of what templates show are rows: a name is looked for among their columns before it is an attribute."""

        def getattr(self, obj: Any, attribute: str) -> Any:
            if type(obj) is dict and attribute in obj and attribute not in METHODS:
                return obj[attribute]
            return super().getattr(obj, attribute)

    environment = Rows(
        loader=FunctionLoader(template),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["http_link"] = http_link
    return environment
