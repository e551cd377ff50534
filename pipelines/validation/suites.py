"""Expectation suites: GX's own JSON from `expectations/`, read without importing Great Expectations.

Belongs here: the suite as a value, and the checks that a suite must pass before any work begins. A suite
speaks of the guide's *roles*; `meta` of each expectation carries what GX has no field for (key, role,
dimension, principle, basis, advice). GX's own `severity` is used as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import SuiteError
from pipelines.model import Severity
from pipelines.validation.plans.register import MASKED, PUBLISHED, TYPED

EXISTENCE = "expect_column_to_exist"
# GX's only type that does not begin with "expect": a query of the suite's own for the rows that fail.
ROWS_QUERY = "unexpected_rows_expectation"
# Types without a plan that see a role's typed values; of the others the registry of `plans` knows it.
TYPED_WITHOUT_PLAN = frozenset({"expect_column_kl_divergence_to_be_less_than", ROWS_QUERY})
NAMES_COLUMNS = re.compile(r"column|column_A|column_B|column_list|[a-z_]+_columns?")


class Role(BaseModel):
    """What a suite declares of one role: its type, how needful it is, and whether it is personal."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal["text", "identifier", "number", "date", "code", "url"]
    level: Literal["core", "recommended", "optional"]
    personal: bool = False
    title: dict[str, str] = {}


class _Meta(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)

    key: str
    role: tuple[str, ...]
    dimension: Literal["completeness", "validity", "uniqueness", "consistency"]
    principle: str
    basis: dict[str, str]
    since: str
    title: dict[str, str]
    advice: dict[str, str]
    guide_check: str | None = None


class _Expectation(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)

    type: str = Field(pattern=rf"^(expect_[a-z0-9_]+|{ROWS_QUERY})$")
    arguments: dict[str, Any] = Field(alias="kwargs")
    meta: _Meta
    severity: Severity


class _SuiteMeta(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)

    guide_dataset: str
    version: str
    title: dict[str, str]
    roles: dict[str, Role]
    key: tuple[str, ...] = ()
    minimum_roles: int = 1
    links: tuple[dict[str, Any], ...] = ()
    elsewhere: tuple[dict[str, Any], ...] = ()
    unchecked: tuple[dict[str, Any], ...] = ()


class _Suite(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)

    name: str
    expectations: tuple[_Expectation, ...]
    meta: _SuiteMeta


@dataclass(frozen=True)
class Expectation:
    """One expectation of a suite. `needs` are the roles without which it has no meaning."""

    key: str
    type: str
    kwargs: Mapping[str, Any]
    severity: Severity
    roles: tuple[str, ...]
    needs: tuple[str, ...]
    dimension: str
    principle: str
    basis: str
    title: Mapping[str, str]
    advice: Mapping[str, str]
    raw: Mapping[str, Any]

    @property
    def typed(self) -> bool:
        """Whether it sees numbers and dates instead of text."""
        return self.type in TYPED or self.type in TYPED_WITHOUT_PLAN

    @property
    def reference(self) -> str | None:
        """The name of the set of keys that has to be handed in for it, None when it needs none."""
        given = self.kwargs.get("reference")
        return str(given["$PARAMETER"]) if isinstance(given, Mapping) and "$PARAMETER" in given else None

    @property
    def published(self) -> bool:
        """Whether it sees each value as published instead of in canonical form."""
        return self.type in PUBLISHED

    @property
    def masked(self) -> bool:
        """Whether no result of it may show a value, whatever the column."""
        return self.type in MASKED

    @property
    def mostly(self) -> float | None:
        """GX's `mostly`, when given."""
        value = self.kwargs.get("mostly")
        return None if value is None else float(value)


@dataclass(frozen=True)
class Suite:
    """A GX expectation suite for one dataset of the guide.

    A table in which fewer than `minimum_roles` roles are found is no such dataset at all. `key` are the roles that tell
    one record from another. `links`, `elsewhere` and `unchecked` are the guide's checks that no expectation is.
    """

    name: str
    version: str
    guide_dataset: str
    title: Mapping[str, str]
    roles: Mapping[str, Role]
    expectations: tuple[Expectation, ...]
    minimum_roles: int = 1
    key: tuple[str, ...] = ()
    links: tuple[Mapping[str, Any], ...] = ()
    elsewhere: tuple[Mapping[str, Any], ...] = ()
    unchecked: tuple[Mapping[str, Any], ...] = ()
    path: Path = field(default=Path(), compare=False)


def load_suites(expectations: Path) -> dict[str, Suite]:
    """Read every `<guide_dataset>/suite.json` by guide dataset. Raises `SuiteError` naming the file."""
    if not expectations.is_dir():
        raise SuiteError(
            f"the folder of expectations {expectations} is not there.",
            "Set VEEDOR_EXPECTATIONS to a folder of suites, or unset it to use those that came with Veedor.",
        )
    suites = {}
    for path in sorted(expectations.glob("*/suite.json")):
        suite = load_suite(path)
        suites[suite.guide_dataset] = suite
    return suites


def load_suite(path: Path) -> Suite:
    """Read and check one suite. Raises `SuiteError`."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        file = _Suite.model_validate(raw)
    except (OSError, ValueError, ValidationError) as error:
        raise SuiteError(f"the suite is not valid: {error}", file=str(path)) from error
    known = set(file.meta.roles)
    expectations = []
    for item, original in zip(file.expectations, raw["expectations"], strict=True):
        needs = _roles_named(item.arguments, known)
        unknown = (set(item.meta.role) | _columns_named(item.arguments)) - known
        if unknown:
            raise SuiteError(
                f"{item.meta.key} speaks of the role(s) {', '.join(sorted(unknown))}, which the suite does "
                "not declare in meta.roles.",
                file=str(path),
            )
        expectations.append(
            Expectation(
                key=item.meta.key,
                type=item.type,
                kwargs=item.arguments,
                severity=item.severity,
                roles=item.meta.role,
                needs=needs,
                dimension=item.meta.dimension,
                principle=item.meta.principle,
                basis=f"{item.meta.basis.get('source', '')} ({item.meta.basis.get('rule', '')})",
                title=item.meta.title,
                advice=item.meta.advice,
                raw=original,
            )
        )
    keys = [item.key for item in expectations]
    doubled = sorted({key for key in keys if keys.count(key) > 1})
    if doubled:
        raise SuiteError(f"the key(s) {', '.join(doubled)} stand twice.", file=str(path))
    return Suite(
        name=file.name,
        version=file.meta.version,
        guide_dataset=file.meta.guide_dataset,
        title=file.meta.title,
        roles=file.meta.roles,
        expectations=tuple(expectations),
        minimum_roles=file.meta.minimum_roles,
        key=file.meta.key,
        links=file.meta.links,
        elsewhere=file.meta.elsewhere,
        unchecked=file.meta.unchecked,
        path=path,
    )


def _columns_named(kwargs: Mapping[str, Any]) -> set[str]:
    """The columns in arguments that name them: GX's own four, and `..._column` and `..._columns` of ours."""
    names: set[str] = set()
    for argument, value in kwargs.items():
        if NAMES_COLUMNS.fullmatch(argument):
            several = value if isinstance(value, list) else [value]
            names.update(name for name in several if isinstance(name, str))
    return names


def _roles_named(kwargs: Mapping[str, Any], known: set[str]) -> tuple[str, ...]:
    """Every role that the expectation reads, those of its row condition and of its own SQL included."""
    names = _columns_named(kwargs)
    query = kwargs.get("unexpected_rows_query")
    if isinstance(query, str):
        names |= _words(query) & known
    condition = kwargs.get("row_condition") or ""
    if isinstance(condition, Mapping):
        return tuple(sorted(names | _columns_of_condition(condition)))
    return tuple(sorted(names | (_words(re.sub(r'"[^"]*"', "", str(condition))) & known)))


def _words(text: str) -> set[str]:
    """What could be a name in a condition or a query; not what stands between apostrophes."""
    return set(re.findall(r"[a-z_]+", re.sub(r"'[^']*'", "", text)))


def _columns_of_condition(condition: Mapping[str, Any]) -> set[str]:
    """The columns in GX's own conditions as its JSON holds them."""
    name = (condition.get("column") or {}).get("name")
    names = {name} if isinstance(name, str) else set()
    return names.union(*(_columns_of_condition(part) for part in condition.get("conditions") or ()))
