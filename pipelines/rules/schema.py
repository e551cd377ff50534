"""What stands in a `rules.yaml`: roles, rules, and where each of the guide's checks went.

Belongs here: the file as a value, and what makes it invalid. Does not belong here: what a kind of rule becomes in
Great Expectations (`kinds`), or the words that explain it (`words`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from pipelines.errors import SuiteError
from pipelines.model import Severity

Language = Literal["en", "es"]
Basis = Literal["read", "adapted", "ours"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Strict):
    """One thing said in both languages."""

    en: str = Field(min_length=1)
    es: str = Field(min_length=1)


class Source(_Strict):
    """What a rule rests on. `read`: it stands there. `adapted`: the idea does. `ours`: inferred."""

    source: str
    rule: Basis


class Role(_Strict):
    """A role of the dataset. `the` is its name within a sentence, with its article; `why` says what its lack costs."""

    type: Literal["text", "identifier", "number", "date", "code", "url"]
    level: Literal["core", "recommended", "optional"]
    personal: bool = False
    title: Words
    the: Words
    why: Words
    good: str
    basis: Source
    # Free text in which a publisher might write anything, so that personal data are looked for.
    free_text: bool = False


class When(_Strict):
    """The rows that a rule asks: GX's `row_condition`, and the same in words ("where the contract is active")."""

    condition: str
    en: str
    es: str


Example = dict[str, str | None]
Roles = Annotated[
    tuple[str, ...], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
]


class Rule(_Strict):
    """A rule of the dataset. `kind` is one of `kinds.KINDS`, and `args` are its arguments.

    It takes the place of a shared rule with the same key (`contract_id.exists`).

    `bad` are the cells that break it, and only it: of one row, or of several, one mapping each. `everywhere`: every
    row gets them, as one alone breaks nothing. `also` are the keys that cannot but fail with it. `title`, `wrong`,
    `why`, `mend` and `good` take the place of what the kind of rule says of itself.
    """

    kind: str
    of: Roles = ()
    name: str | None = None
    check: str | None = None
    severity: Severity
    basis: Source
    args: dict[str, Any] = {}
    mostly: float | None = Field(default=None, gt=0, lt=1)
    when: When | None = None
    since: str = "1.0.0"
    title: Words | None = None
    wrong: Words | None = None
    why: Words | None = None
    mend: Words | None = None
    good: str | Words | None = None
    bad_words: str | Words | None = None
    advice: Words | None = None
    dimension: str | None = None
    principle: str | None = None
    bad: Example | tuple[Example, ...] | None = None
    everywhere: bool = False
    also: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _ours_is_no_failure(self) -> Rule:
        if self.basis.rule == "ours" and self.severity is Severity.CRITICAL:
            raise ValueError(f"a rule of ours is never critical: {self.kind} of {', '.join(self.of)}")
        return self


class Link(_Strict):
    """Values of `role` are looked for among those of `to` (`<guide_dataset>.<role>`, one of several)."""

    check: str
    role: str
    to: tuple[str, ...]
    match: Literal["id", "name", "id_or_name"]
    mostly: float | None = None
    severity: Severity
    basis: Source
    # A finding for an analyst, which never lowers a score
    finding: bool = False
    title: Words


class Elsewhere(_Strict):
    """A check of the guide that another part of Veedor answers: the metric of that name."""

    check: str
    metric: str


class Unchecked(_Strict):
    """A check of the guide that is not answered, and the reason."""

    check: str
    reason: Words


class Rules(_Strict):
    """A whole `rules.yaml`. `record` is what a row is, with its article ("the contract")."""

    guide_dataset: str
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    title: Words
    record: Words
    key: tuple[str, ...]
    minimum_roles: int = Field(ge=1)
    roles: dict[str, Role]
    # Shared rules that this dataset does without, by the end of their keys: "description.no_placeholder"
    without: tuple[str, ...] = ()
    # The version of the suite that brought the shared rules
    shared_since: str = "1.0.0"
    rules: tuple[Rule, ...]
    links: tuple[Link, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()

    @model_validator(mode="after")
    def _speaks_of_its_own_roles(self) -> Rules:
        named = {*self.key, *(role for rule in self.rules for role in rule.of)}
        if unknown := sorted((named | {link.role for link in self.links}) - set(self.roles)):
            raise ValueError(f"no such role: {', '.join(unknown)}")
        return self


def read_yaml(path: Path) -> Any:
    """The content of a YAML file. libyaml is eight times as fast, and is there wherever PyYAML has a wheel."""
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(path.read_text(encoding="utf-8"), loader)  # noqa: S506 # both are safe


def load(path: Path) -> Rules:
    """Read one `rules.yaml`. Raises `SuiteError` naming the file and what is wrong."""
    try:
        return Rules.model_validate(read_yaml(path))
    except (OSError, yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
        raise SuiteError(f"the rules are not valid: {error}", file=str(path)) from error
