"""Writing into sources.yaml: a new entry for a source, or one more dataset for a source that is there.

Belongs here: the text of an entry, where it goes, and putting it there so that nothing else in the file changes
(its comments and order are the operator's). Does not belong here: what a valid file is (`sources`), or learning what
to declare (`portals`).
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import yaml

from pipelines.errors import SourcesError
from pipelines.sources import Source, SourceDataset, Sources, load, parse

BY_HAND = "Add the entry by hand; docs/add-a-source.md shows how."


def add(path: Path, source: Source) -> Sources:
    """Declare `source` in the file at `path`; its datasets join the entry with the same id, if there is one.

    The file is replaced in one step, and only when what comes out is valid. Raises `SourcesError` when the file
    is not, when a dataset is declared already, or when the file's form leaves no place for an entry.
    """
    load(path)
    before = path.read_text(encoding="utf-8")
    after = inserted(before, source, str(path))
    declared = parse(after, str(path))
    # Beside the file that a link leads to: a link is the operator's, and replacing works on one file system only.
    target = path.resolve()
    temporary = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as handle:
            handle.write(after)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.chmod(stat.S_IMODE(target.stat().st_mode))
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    return declared


def added_lines(before: str, after: str) -> str:
    """The lines that an entry brought, to be shown."""
    old, new = before.splitlines(), after.splitlines()
    shorter = min(len(old), len(new))
    first = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    same = next((n for n in range(shorter - first) if old[-1 - n] != new[-1 - n]), shorter - first)
    return "\n".join(new[first : len(new) - same]).strip("\n")


def inserted(text: str, source: Source, file: str = "sources.yaml") -> str:
    """The text of a sources file with `source` in it. Raises `SourcesError` as `add` does."""
    sources = _value(yaml.compose(text, Loader=yaml.SafeLoader), "sources")
    if not isinstance(sources, yaml.SequenceNode):
        raise SourcesError("it has no list of sources.", BY_HAND, file=file)
    for known in sources.value:
        if getattr(_value(known, "id"), "value", None) == source.id:
            datasets = _value(known, "datasets")
            _demand_new(source, datasets, file)
            return _appended(text, datasets, [_plain(item) for item in source.datasets], file)
    entry = _plain(source)
    entry["datasets"] = [_plain(item) for item in source.datasets]
    if not sources.value:
        block = _block([entry], sources.start_mark.column if not sources.flow_style else 2)
        return (
            f"{text[: sources.start_mark.index].rstrip()}\n{block}{text[sources.end_mark.index :].lstrip()}"
        )
    return _appended(text, sources, [entry], file, gap="\n")


def _demand_new(source: Source, datasets: yaml.Node, file: str) -> None:
    known = {getattr(_value(item, "id"), "value", "") for item in datasets.value}
    for dataset in source.datasets:
        if dataset.id in known:
            raise SourcesError(
                f"the source {source.id!r} has a dataset {dataset.id!r} already.",
                "Nothing was changed. Give the new one another id with --id, or change the entry by hand.",
                file=file,
                line=datasets.start_mark.line + 1,
            )


def _appended(text: str, list_node: yaml.SequenceNode, items: list[Any], file: str, gap: str = "") -> str:
    """`text` with `items` behind the last item of a list that is written one item a line."""
    if list_node.flow_style or not list_node.value:
        raise SourcesError(
            "the list is written in one line, with brackets.",
            f"Write it one item a line. {BY_HAND}",
            file=file,
            line=list_node.start_mark.line + 1,
        )
    end = _end(list_node.value[-1])
    cut = text.find("\n", end)
    head, tail = (text, "") if cut < 0 else (text[: cut + 1], text[cut + 1 :])
    if not head.endswith("\n"):
        head += "\n"
    return f"{head}{gap}{_block(items, list_node.start_mark.column)}{tail}"


def _end(node: yaml.Node) -> int:
    """Where a node's last character stands: a block's own end mark lies behind blank lines and comments."""
    if isinstance(node, yaml.MappingNode) and node.value and not node.flow_style:
        return _end(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        return _end(node.value[-1])
    return max(int(node.start_mark.index), int(node.end_mark.index) - 1)


def _value(node: yaml.Node | None, key: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((value for name, value in node.value if name.value == key), None)
    return None


def _plain(item: Source | SourceDataset) -> dict[str, Any]:
    """What was given, without what was not: a short entry is read more often than a complete one."""
    return item.model_dump(exclude_unset=True, exclude_none=True, mode="json")


def _block(items: list[Any], indent: int) -> str:
    written = yaml.dump(items, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
    return "".join(" " * indent + line + "\n" for line in written.removesuffix("\n").split("\n"))


class _Dumper(yaml.SafeDumper):
    """Writes a list inside a mapping two columns further in, as people do."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    # Unicode's other line ends come back as a blank unless they are written as escapes
    style = '"' if any(not character.isprintable() for character in value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
