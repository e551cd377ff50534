"""reference/cli.md: the command line's own help, command by command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docs.tools.markdown import prose, table


def commands() -> Iterator[tuple[str, Any]]:
    """Every command with its full name, groups of commands included."""
    import typer

    from pipelines.cli.app import app

    def walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
        yield name, command
        for part, child in sorted(getattr(command, "commands", {}).items()):
            yield from walk(f"{name} {part}", child)

    yield from walk("veedor", typer.main.get_command(app))


def cli() -> str:
    """reference/cli.md"""
    from pipelines.cli import app

    parts = ["# Commands\n", prose(app.__doc__).split("\n\n", 1)[1] + "\n"]
    for name, command in commands():
        usage = " ".join(_usage(item) for item in command.params if item.name != "help")
        parts.append(f"## `{name}`\n")
        parts.append(prose(command.help) + "\n")
        parts.append(f"    {name} {usage}".rstrip() + "\n")
        rows = [(_forms(item), _default(item), item.help or "") for item in command.params]
        if rows:
            parts.append(table(("argument or option", "default", "meaning"), rows))
    return "\n".join(parts)


def _usage(item: Any) -> str:
    if item.param_type_name == "argument":
        return str(item.name).upper()
    form = item.opts[0] if item.is_flag else f"{item.opts[0]} {str(item.name).rstrip('_').upper()}"
    return form if item.required else f"[{form}]"


def _forms(item: Any) -> str:
    if item.param_type_name == "argument":
        return f"`{str(item.name).upper()}`"
    return ", ".join(f"`{form}`" for form in item.opts)


def _default(item: Any) -> str:
    if item.required:
        return "required"
    if item.default is None or item.default is False or callable(item.default):
        return ""
    return f"`{item.default}`"
