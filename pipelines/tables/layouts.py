"""Layouts: how a published file's columns are named in the guide's roles.

Belongs here: loading `expectations/layouts/*.yaml`, and choosing the layout that fits a table by its columns,
so that one dataset may change its columns over the years. *Layout* and *role* are our words. A table that
no layout fits is a finding, told as such; it is never guessed at.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import SuiteError

# Below this share of its columns a layout does not fit. One or two dropped columns of a file must not lose
# the layout (the loss is then reported column by column); a file of another kind must not be mistaken for it.
SMALLEST_SHARE = 0.6
# With a smaller share of its columns a layout is not even worth naming to whoever looks for what was lost.
NEAR = 0.3


class Locale(BaseModel):
    """How numbers and dates are written: decimal and grouping mark, order of a numeric date's parts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    decimal: Literal[".", ","] = "."
    group: Literal[",", ".", " ", "'", ""] = ","
    date: Literal["ymd", "dmy", "mdy"] = "ymd"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    layout: str
    version: str
    title: dict[str, str]
    guide_dataset: str
    table: str | None = None
    basis: str
    era: str | None = None
    smallest_share: float = Field(default=SMALLEST_SHARE, gt=0, le=1)
    last_resort: bool = False
    locale: Locale = Locale()
    null_tokens: tuple[str, ...] = ()
    columns: dict[str, tuple[str, ...]]
    values: dict[str, dict[str, str]] = {}
    personal: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    # Of a standard most fields are optional, so that few of a layout's columns may be there and it fits nevertheless.


@dataclass(frozen=True)
class Layout:
    """One published shape of one guide dataset. `columns` maps each role to the names it was seen under.

    `smallest_share`, in [0, 1]: with a smaller share of its columns the layout does not fit; a standard that makes
    nearly everything optional has a small one. `era` are the years in which files had this shape, in words. One of
    `last_resort` is taken only where no other fits, as it knows but a few columns, which many files have.
    """

    name: str
    version: str
    guide_dataset: str
    columns: Mapping[str, tuple[str, ...]]
    locale: Locale = field(default_factory=Locale)
    table: str | None = None
    null_tokens: tuple[str, ...] = ()
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    personal: tuple[str, ...] = ()
    key: tuple[str, ...] = ()
    smallest_share: float = SMALLEST_SHARE
    era: str | None = None
    last_resort: bool = False


@dataclass(frozen=True)
class Fit:
    """A layout laid over a table: `roles` maps role to published column; `missing` are its absent roles."""

    layout: Layout
    roles: Mapping[str, str]
    missing: tuple[str, ...]

    @property
    def share(self) -> float:
        """The share of the layout's columns that are there, in [0, 1]."""
        return len(self.roles) / max(len(self.layout.columns), 1)

    @property
    def quality(self) -> tuple[bool, float, int]:
        """By which of two fits is the better one: no last resort, the larger share, the larger number of columns."""
        return not self.layout.last_resort, self.share, len(self.roles)


@lru_cache(maxsize=10_000)  # layouts have not so many names, and each is compared with every table's
def fold(name: str) -> str:
    """A name as layouts compare it: without case, accents, punctuation and repeated blanks."""
    if name.isascii():
        plain = name.lower()
    else:
        plain = "".join(
            part for part in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(part)
        )
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())


def load_layouts(expectations: Path) -> tuple[Layout, ...]:
    """Read every layout of the `expectations/` folder. Raises `SuiteError` naming the file."""
    loader: Any = getattr(
        yaml, "CSafeLoader", yaml.SafeLoader
    )  # eight times as fast, and every night waits for it
    layouts = []
    for path in sorted((expectations / "layouts").glob("*.yaml")):
        try:
            raw: Any = yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506 # both are safe
            file = _File.model_validate(raw)
        except (yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
            raise SuiteError(f"the layout is not valid: {error}", file=str(path)) from error
        if file.layout != path.stem:
            raise SuiteError(f"`layout: {file.layout}` must equal the file's name.", file=str(path))
        layouts.append(
            Layout(
                name=file.layout,
                version=file.version,
                guide_dataset=file.guide_dataset,
                columns=file.columns,
                locale=file.locale,
                table=file.table,
                null_tokens=file.null_tokens,
                values=file.values,
                personal=file.personal,
                key=file.key,
                smallest_share=file.smallest_share,
                era=file.era,
                last_resort=file.last_resort,
            )
        )
    return tuple(layouts)


def of_roles(guide_dataset: str, roles: Iterable[str]) -> Layout:
    """The layout of a file whose columns already bear the roles' names, ISO dates and decimal points.

    No publisher has every role of a suite, so no share is asked for: the suite's minimum of roles decides.
    """
    return Layout("roles", "1", guide_dataset, {role: (role,) for role in roles}, smallest_share=0.0)


def lay(layout: Layout, columns: Sequence[str]) -> Fit:
    """Map the layout's roles to `columns`, the first name that is found winning."""
    published = {}
    for column in reversed(columns):  # of two columns alike but for case, the first one counts
        published[fold(column)] = column
    roles = {}
    for role, names in layout.columns.items():
        found = next((published[fold(name)] for name in names if fold(name) in published), None)
        if found is not None:
            roles[role] = found
    missing = tuple(role for role in layout.columns if role not in roles)
    return Fit(layout, roles, missing)


def choose(
    layouts: Iterable[Layout],
    columns: Sequence[str],
    guide_dataset: str,
    *,
    table: str | None = None,
    minimum: int = 1,
) -> Fit | None:
    """The layout of `guide_dataset` that fits `columns` best, or None when none fits.

    The larger share of found columns wins, then the larger number of them; a last resort only alone. `table` is the
    table's name within its file; a layout made for another table of the file (an array of an OCDS release) is passed
    over. `minimum` is the number of roles without which a table is no such dataset at all.
    """
    best: Fit | None = None
    for layout in layouts:
        if layout.guide_dataset != guide_dataset or layout.table not in (None, table):
            continue
        fit = lay(layout, columns)
        if (
            fit.share >= layout.smallest_share
            and len(fit.roles) >= minimum
            and (best is None or fit.quality > best.quality)
        ):
            best = fit
    return best


def nearest(layouts: Iterable[Layout], columns: Sequence[str], guide_dataset: str) -> str:
    """Which layout comes nearest to `columns` when none fits, and what is missing of it; "" when none is near."""
    fits = [lay(item, columns) for item in layouts if item.guide_dataset == guide_dataset]
    best = max(fits, key=lambda fit: fit.share, default=None)
    if best is None or len(best.roles) < NEAR * len(best.layout.columns):
        return ""
    names = [best.layout.columns[role][0] for role in best.missing]
    told = ", ".join(names[:10]) + (", ..." if len(names) > 10 else "")
    return (
        f"No known layout fits; {best.layout.name} is nearest, with {len(best.roles)} of its "
        f"{len(best.layout.columns)} columns; missing: {told}."
    )
