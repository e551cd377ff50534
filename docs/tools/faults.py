"""reference/errors.md: what may go wrong, from the exception tree and the kinds of fault."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from typing import Any

from docs.tools.markdown import cell, prose, table

# What an owner may read in a mail, beside the words that came from the portal.
FAULTS = {
    "not_reachable": "No connection: the name is not known, or nobody answers there.",
    "timed_out": "The server stopped answering, or was too slow: see `VEEDOR_DEADLINE_SECONDS`.",
    "tls": "The certificate is not valid, so nobody can know that the file is the publisher's.",
    "blocked": "A firewall or robots.txt kept us away. Never counted as a fault of the publisher.",
    "throttled": "The portal asked us to slow down. Our haste, not the publisher's fault.",
    "gone": "404 or 410, or the catalog no longer lists it.",
    "http_status": "Another status that is no success.",
    "too_large": "More than `VEEDOR_MAX_BYTES`.",
    "truncated": "The connection ended before the declared length.",
    "empty": "No bytes at all, or no records.",
    "html_instead": "A web page, often an error page with status 200, in place of the file.",
    "not_what_was_promised": "Another format, an error in JSON or XML, or a file that was still being made.",
    "unsupported_address": "An address that is not http or https, or that leads into a private network.",
    "unknown_format": "No reader knows this format.",
    "broken_file": "The format is known but the file violates it.",
    "archive_rejected": "An archive that is encrypted, expands beyond all measure or names paths outside itself.",
    "no_table": "The file was read but holds no table.",
    "catalog_unreadable": "The portal answered something that is not its catalog.",
}


# Dagster's shell is slow to import and the demonstration and __main__ are no place for an exception of their own.
SHELLS = ("pipelines.__main__", "pipelines.def", "pipelines.demo")


def exceptions() -> list[type[Any]]:
    """The exception tree, each class before its children, wherever in Veedor a class is defined."""
    import pipelines
    from pipelines.errors import VeedorError

    for module in pkgutil.walk_packages(pipelines.__path__, "pipelines."):
        if not module.name.startswith(SHELLS):  # a class is known only once its module is imported
            importlib.import_module(module.name)

    def walk(kind: type[Any]) -> Iterator[type[Any]]:
        yield kind
        for child in kind.__subclasses__():
            if child.__module__.startswith("pipelines.") and not child.__module__.startswith(SHELLS):
                yield from walk(child)

    return list(walk(VeedorError))


def errors() -> str:
    """reference/errors.md"""
    from pipelines import errors as module
    from pipelines.model import FaultKind

    parts = ["# Errors and faults\n", f"```text\n{inspect.cleandoc(module.__doc__ or '')}\n```\n"]
    for kind in exceptions():
        parts += [
            f"## `{kind.__name__}`: {kind.title}\n",
            prose(kind.__doc__) + "\n",
            f"What to do: {cell(kind.default_advice)}\n",
        ]
    rows = [(f"`{kind}`", FAULTS[kind]) for kind in FaultKind]
    parts += ["## Kinds of fault\n", "`PublisherFault.fault.kind`, and `fault_kind` in SQL.\n"]
    parts.append(table(("kind", "what was seen"), rows))
    return "\n".join(parts)
