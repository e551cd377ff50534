"""Published files of which somebody else has said what is wrong with them, and whether we say the same.

    python -m tests.ground_truth       the share on which both agree, and every claim on which they do not

Belongs here: the claims of each truth, one function a truth, and our answer to each. Why we differ where we do is in
`tests/approved/disagreements.yaml`, claim by claim. Does not belong here: the files (`VEEDOR_CORPUS`), or how what
fails on one is found (`failing_keys`).

The truths: the report of frictionless on the data package of Minas Gerais' public works; the faults that the fixtures
of the standards' own validators are named after (lib-cove-bods, lib-cove-ocds), and the examples that the standards
give of themselves (BODS, OCDS), which have none.
"""

from __future__ import annotations

import csv
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from pipelines.model import Severity
from pipelines.tables.layouts import lay, of_roles
from pipelines.tables.read import opened
from pipelines.tables.table import Hint, Table
from pipelines.validation.evidence.failing import failing
from pipelines.validation.suites import Suite, load_suite
from pipelines.validation.validate import validate
from tests.approved_corpus import corpus
from tests.failing_keys import TODAY, Laid, ends, laid, layouts

HERE = Path(__file__).resolve().parent
EXPLAINED = HERE / "approved" / "disagreements.yaml"
BODS = ("bods_statements", "bods_entities", "bods_older_")
OCDS = ("ocds_",)
SOUND = "nothing fails that the standard asks for"
# Fixtures of which only that is known: a relationship without its ends is one
BY_SCHEMA = "_valid-schema_"
REPORT = "real/br/mg_obras_datapackage_validation.json"
# What frictionless calls a type error, as a pattern of what it takes
PATTERNS = {"integer": r"^-?\d+$", "date": r"^\d{4}-\d{2}-\d{2}$"}


@dataclass(frozen=True)
class Claim:
    """What a truth says about something, and what we say."""

    id: str
    truth: object
    ours: object

    @property
    def agrees(self) -> bool:
        return self.truth == self.ours


def of_data_package() -> Iterator[Claim]:
    """Of each table: whether its header is the schema's, and which rows are not of a field's type.

    The report names rows as the file has them, the header being row 1; it stops after 1,000 faults of a table, so that
    of such a table only its header is claimed.
    """
    report = json.loads((corpus() / REPORT).read_text(encoding="utf-8"))
    for task in report["tasks"]:
        name, fields = task["resource"]["name"], task["resource"]["schema"]["fields"]
        path = corpus() / f"real/br/mg_obras_{name}.csv"
        if not path.exists():
            continue
        header = not any(
            error["type" if "type" in error else "code"].endswith("label") for error in task["errors"]
        )
        wrong: dict[str, set[int]] = {}
        for error in task["errors"]:
            if error["code"] == "type-error":
                wrong.setdefault(error["fieldName"], set()).add(error["rowPosition"])
        with opened(path, Hint("ground/truth/it", "0" * 64, file_name=path.name)) as content:
            table = content.tables[0]
            names = [field["name"] for field in fields]
            yield Claim(f"{path.name}: header", header, list(table.report.columns) == names)
            if task["partial"]:
                continue
            typed = {field["name"]: PATTERNS[field["type"]] for field in fields if field["type"] in PATTERNS}
            for field, rows in _failing_rows(table, typed).items():
                yield Claim(f"{path.name}: {field}", wrong.get(field, set()), rows)


def _failing_rows(table: Table, patterns: Mapping[str, str]) -> dict[str, set[int]]:
    """The rows of each column whose cell is not like its pattern, by a suite of one expectation a column."""
    suite = _suite(patterns)
    fit = lay(of_roles(suite.guide_dataset, suite.roles), table.report.columns)
    result = validate(table, fit, suite, TODAY)
    rows: dict[str, set[int]] = {column: set() for column in patterns}
    with failing(table, fit, suite, result, TODAY) as found:
        for batch in found.batches:
            for row, place in zip(batch["row"].to_pylist(), batch["place"].to_pylist(), strict=True):
                rows[found.expectations[place].key.split(".")[1]].add(row)
    return rows


def _suite(patterns: Mapping[str, str]) -> Suite:
    """A suite that asks for each column's pattern, in GX's JSON as any other."""
    words = {"en": "of its type", "es": "de su tipo"}
    expectations = [
        {
            "type": "expect_column_values_to_match_regex",
            "severity": "critical",
            "kwargs": {"column": column, "regex": pattern},
            "meta": {
                "key": f"truth.{column}.is_of_its_type",
                "role": [column],
                "dimension": "validity",
                "principle": "P3",
                "since": "1.0.0",
                "basis": {"source": "the data package's schema", "rule": "read"},
                "title": words,
                "advice": words,
            },
        }
        for column, pattern in patterns.items()
    ]
    roles = {column: {"type": "text", "level": "optional"} for column in patterns}
    meta = {"guide_dataset": "truth", "version": "1.0.0", "title": words, "roles": roles}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "suite.json"
        path.write_text(json.dumps({"name": "truth", "meta": meta, "expectations": expectations}))
        return load_suite(path)


def of_bods_fixtures() -> Iterator[Claim]:
    """Of each fixture of lib-cove-bods: that the key which speaks of its fault fails, or that it has no fault."""
    for name, fixture in bods_fixtures().items():
        found = laid(corpus() / "dirty" / "bods" / name, layouts(*BODS))
        if "fault" in fixture:
            yield Claim(
                name, fixture["fault"], fixture["fault"] if fixture["seen_by"] in ends(found) else None
            )
        else:
            yield Claim(name, SOUND, _verdict(found, by_schema=BY_SCHEMA in name))


def of_standard_examples() -> Iterator[Claim]:
    """Of each example that a standard gives of itself, where a layout fits: that it has no fault."""
    for note, of in (("BODS 0.4 examples", BODS), ("valid OCDS", OCDS)):
        for path in _noted(note):
            found = [one for one in laid(corpus() / path, layouts(*of)) if one.rows]
            if found:
                yield Claim(path, SOUND, _verdict(found))


def of_ocds_fixtures() -> Iterator[Claim]:
    """Of each fixture of lib-cove-ocds: that the key which speaks of its fault fails, or that it has no fault."""
    for name, fixture in ocds_fixtures().items():
        found = laid(corpus() / "dirty" / "ocds" / name, layouts(*OCDS))
        if "fault" in fixture:
            yield Claim(
                name, fixture["fault"], fixture["fault"] if fixture["seen_by"] in ends(found) else None
            )
        else:
            yield Claim(name, SOUND, _verdict(found))


def bods_fixtures() -> dict[str, dict[str, Any]]:
    """What is known of each fixture of lib-cove-bods, by the name of its file."""
    return _known("company_register/bods_fixtures.yaml")


def ocds_fixtures() -> dict[str, dict[str, Any]]:
    """What is known of each fixture of lib-cove-ocds, by the name of its file."""
    return _known("tenders_awards/ocds_fixtures.yaml")


def _known(file: str) -> dict[str, dict[str, Any]]:
    known: dict[str, dict[str, Any]] = yaml.safe_load((HERE / "samples" / file).read_text(encoding="utf-8"))
    return known


def _noted(note: str) -> list[str]:
    """The files of the corpus whose notes begin with `note`."""
    with (corpus() / "MANIFEST.csv").open(encoding="utf-8", newline="") as handle:
        return [row["path"] for row in csv.DictReader(handle) if row["notes"].startswith(note)]


def _verdict(found: list[Laid], by_schema: bool = False) -> object:
    """`SOUND`, or which keys say otherwise: those of whatever judges a whole statement, and of critical expectations.

    A role that has no column is no fault: what a register should hold is more than a standard asks for.
    """
    failed = [it for one in found for it in one.failed if not it.key.endswith(".exists")]
    critical = {it.key for it in failed if it.severity is Severity.CRITICAL and not by_schema}
    return sorted(critical | {it.key for it in failed if it.roles == ("statement",)}) or SOUND


TRUTHS: tuple[Callable[[], Iterator[Claim]], ...] = (
    of_data_package,
    of_bods_fixtures,
    of_standard_examples,
    of_ocds_fixtures,
)


def claims() -> list[Claim]:
    """Every claim of every truth."""
    return [claim for truth in TRUTHS for claim in truth()]


def explained() -> dict[str, str]:
    """Why we differ from a truth, by claim."""
    reasons: dict[str, str] = yaml.safe_load(EXPLAINED.read_text(encoding="utf-8")) or {}
    return reasons


def main() -> None:
    """Print the share of agreement, and the disagreements."""
    found, reasons = claims(), explained() if EXPLAINED.exists() else {}
    for claim in found:
        if not claim.agrees:
            print(
                f"{claim.id}: {claim.truth!r:.200} there, {claim.ours!r:.200} here: {reasons.get(claim.id)}"
            )
    agreed = sum(claim.agrees for claim in found)
    print(json.dumps({"claims": len(found), "agreed": agreed, "share": round(agreed / len(found), 4)}))


if __name__ == "__main__":
    sys.exit(main())
