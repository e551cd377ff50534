"""reference/expectations.md: our own expectation types, and the schemes and lists that they know.

Belongs here: laying out what the classes of `pipelines.validation.custom` say of themselves. Each has a docstring
and an `example`. Of one about one value the docstring says all: what it expects, its arguments under "Args:", the
source of the rule. Those about several rows or columns have a page of their own, written by hand, with the rest.
"""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
from typing import Any

from docs.tools.markdown import prose, table

PAGE = "../expectations-rows.md"

BEGINNING = """# Our own expectations

What the guide needs and Great Expectations has not. They are Custom Expectations of Great Expectations: after one
import they run in plain GX on pandas, in a suite's JSON as well as in Python. Veedor itself computes each of them in
the plan, with the same results ([how that is known](../validation.md#how-we-know-that-the-plan-is-right)).

```python
import great_expectations as gx
from pipelines.validation.custom.standards import ExpectColumnValuesToBeValidIdentifiers

batch = gx.get_context().data_sources.pandas_default.read_csv("suppliers.csv", dtype=str)
result = batch.validate(ExpectColumnValuesToBeValidIdentifiers(column="rfc", scheme="MX-RFC"))
```

`import pipelines.validation.custom` is enough for suites in JSON. Read identifiers and codes as text: a number has lost
its leading zeros. Each type takes `row_condition`, but for `expect_table_rows_to_be_unique`, and `mostly` where values
or rows are judged.
"""

VALUES = """## About one value

Each takes `column`; missing values are not asked.
"""

ROWS = """## About several rows or columns

What each of them asks, of whom, and where the rule comes from: [a page of their own](../expectations-rows.md).
"""


def classes() -> list[type]:
    """The classes that GX knows from `pipelines.validation.custom`, by their type."""
    from great_expectations.expectations.expectation import Expectation

    from pipelines.validation import custom

    found = set()
    for module in pkgutil.iter_modules(custom.__path__, f"{custom.__name__}."):
        for _, item in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            ours = issubclass(item, Expectation) and item.__module__ == module.name
            if ours and item.__name__.startswith("Expect"):  # the others are what these are made of
                found.add(item)
    return sorted(found, key=_type)


def expectations() -> str:
    """reference/expectations.md"""
    from pipelines.validation.custom.of_values import OfValues

    values = [item for item in classes() if issubclass(item, OfValues)]
    rows = [item for item in classes() if item not in values]
    parts = [BEGINNING, VALUES, *map(_described, values), _schemes(), _code_lists()]
    parts += [ROWS, *(_described(item, f"{PAGE}#{_type(item)}") for item in rows)]
    return "\n".join(parts)


def _type(item: Any) -> str:
    return str(item.expectation_type)


def _described(item: Any, more: str = "") -> str:
    kind = _type(item)
    arguments = [
        (f"`{name}`", "required" if field.required else f"`{json.dumps(field.default)}`")
        for name, field in item.__fields__.items()
        if name in item.__annotations__
    ]
    example = {"type": kind, "kwargs": getattr(item, "example", {})}
    text = _text(item.__doc__) + (f"\n\n[More about it]({more})." if more else "")
    return "\n".join(
        [
            f"### `{kind}`\n",
            text + "\n",
            table(("argument", "default"), arguments) if arguments else "",
            f"```json\n{json.dumps(example, ensure_ascii=False)}\n```\n",
        ]
    )


def _text(doc: str | None) -> str:
    """A docstring whose section "Args:" becomes a list."""
    lines, within = [], False
    for line in prose(doc).splitlines():
        if line == "Args:":
            within = True
            continue
        if within and line and not line.startswith(" "):
            within = False
        if within and line.startswith("    ") and not line.startswith("     "):
            name, _, meaning = line.strip().partition(": ")
            line = f"- `{name}`: {meaning}"
        elif within:
            line = line.strip() and f"  {line.strip()}"
        lines.append(line)
    return "\n".join(lines)


def _schemes() -> str:
    from pipelines.identifiers import ALIASES, SCHEMES

    rows = [
        (
            f"`{item.code}`",
            item.name["en"],
            item.name["es"],
            item.country or "all",
            "yes" if item.check else "no",
            "yes" if item.of_people else "",
            f"`{item.example}`",
            item.source,
        )
        for item in SCHEMES.values()
    ]
    header = (
        "scheme",
        "name",
        "nombre",
        "country",
        "check digit",
        "persons too",
        "example",
        "source of the rule",
    )
    also = ", ".join(f"`{other}` is `{code}`" for other, code in ALIASES.items())
    return (
        "## Schemes of identifiers\n\nCodes are those of org-id.guide where it has one. " + also + ".\n\n"
        "An RFC may be one of the generic ones (`XAXX010101000`, `XEXX010101000`), or twelve or thirteen X where\n"
        "a court had it suppressed. A NIT has no check digit to judge unless it is written apart, or is the tenth\n"
        "of a number that begins with 8 or 9. Other numbers are written without separators, as printed, or with\n"
        "the hyphens alone.\n\n" + table(header, rows)
    )


def _code_lists() -> str:
    from pipelines.validation.code_lists import CODE_LISTS, codes

    rows = [
        (f"`{name}`", len(codes(name)), len(codes(name, withdrawn=True)) - len(codes(name)))
        for name in CODE_LISTS
    ]
    return "## Code lists\n\n" + table(("list", "codes in force", "withdrawn"), rows)
