"""reference/settings.md and reference/sources.md: what an operator may write, from the two schemas."""

from __future__ import annotations

from dataclasses import MISSING, asdict, fields
from pathlib import Path
from typing import Any

from docs.tools.markdown import prose, table

KINDS = {
    "str": "text",
    "Path": "path",
    "bool": "true or false",
    "int": "whole number",
    "float": "number",
}


def settings() -> str:
    """reference/settings.md"""
    from pipelines import settings as module

    rows = []
    for item in fields(module.Settings):
        made = item.default_factory is not MISSING
        default = "the folder that came with Veedor" if made else _written(item.default)
        kind = KINDS[str(item.type).removesuffix(" | None")]
        meaning = item.metadata["doc"] + (" Secret." if item.metadata.get("secret") else "")
        rows.append((f"`{item.metadata['env']}`", kind, default, meaning))
    folders = [
        (f"`Settings.{name}`", _place(name), prose(member.__doc__))
        for name, member in vars(module.Folders).items()
        if isinstance(member, property)
    ]
    return "\n".join(
        (
            "# Settings\n",
            prose(module.__doc__) + "\n",
            "Each is an environment variable; an empty one counts as unset.\n",
            table(("variable", "kind", "default", "meaning"), rows),
            "Folders that follow from `VEEDOR_DATA`:\n",
            table(("name", "place", "meaning"), folders),
        )
    )


def _place(name: str) -> str:
    from pipelines.settings import Settings

    return f"`{getattr(Settings(data=Path('data')), name).as_posix()}`"


def sources() -> str:
    """reference/sources.md"""
    from pipelines import sources as module
    from pipelines import sources_alerts as alerts
    from pipelines import sources_channels as channels

    parts = ["# sources.yaml\n", prose(module.__doc__) + "\n"]
    blocks = (
        ("The file", module.Sources),
        ("A source", module.Source),
        ("`publisher`", module.SourcePublisher),
        ("`owner`", module.Owner),
        ("`second`", module.SecondContact),
        ("A dataset", module.SourceDataset),
        ("`attested`", module.Attested),
        ("A distribution", module.SourceDistribution),
        ("`alerts`", alerts.Alerts),
        ("`channels`: `apprise`", channels.AppriseChannel),
        ("`channels`: `webhook`", channels.WebhookChannel),
        ("`channels`: `github`", channels.GithubChannel),
        ("`channels`: `gitlab`", channels.GitlabChannel),
    )
    for title, model in blocks:
        parts += [f"## {title}\n", prose(model.__doc__) + "\n"]
        shape = model.model_json_schema()
        # What is left out of an `alerts` block is not a default of its own, but that of the merged policy.
        merged = asdict(alerts.AlertPolicy()) if model is alerts.Alerts else {}
        rows = [
            (
                f"`{name}`",
                _kind(entry),
                "required"
                if name in shape.get("required", ())
                else _written(merged.get(name, entry.get("default"))),
                entry.get("description") or _titled(entry, shape),
            )
            for name, entry in shape["properties"].items()
        ]
        parts.append(table(("key", "kind", "default", "meaning"), rows))
    return "\n".join(parts)


def _written(default: object) -> str:
    if default in (None, [], ()):
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def _titled(entry: dict[str, Any], shape: dict[str, Any]) -> str:
    reference = entry.get("$ref") or entry.get("items", {}).get("$ref", "")
    return str(shape.get("$defs", {}).get(reference.rpartition("/")[2], {}).get("description", ""))


def _kind(entry: dict[str, Any]) -> str:
    """A JSON schema as a person would say it."""
    if "anyOf" in entry:
        return " or ".join(_kind(part) for part in entry["anyOf"] if part.get("type") != "null")
    if "enum" in entry:
        return ", ".join(f"`{value}`" for value in entry["enum"])
    if "const" in entry:
        return f"`{entry['const']}`"
    if "$ref" in entry:
        return "block"
    if entry.get("type") == "array":
        return "list"
    kind = entry.get("type", "")
    return {"string": "text", "boolean": "true or false", "integer": "whole number"}.get(kind, kind)
