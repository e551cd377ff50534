"""Real published files of five origins go through the whole night, served over HTTP on loopback."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from benchmarks.row_counts import cases
from pipelines.clock import FixedClock
from pipelines.history.asking import columns_and_rows
from pipelines.night import run_night
from pipelines.settings import Settings
from pipelines.sources import parse
from pipelines.tools import opened_tools
from tests.portal_server.server import PortalServer

pytestmark = pytest.mark.slow

NIGHT = date(2026, 3, 2)
GUIDE = {
    "contracts_procurement": "contracts_register",
    "sanctions_debarment": "debarred_contractors",
    "officials_list": "public_officials_register",
    "budget_spending": "budgets",
    "aid_grants": "government_grants",
    "asset_declarations": "asset_declarations",
    "licences_permits": "licences_concessions_permits",
    "infrastructure_projects": "government_projects",
    "beneficial_ownership": "company_register",
    "audits_inspections": "audit_data",
    "parliament": "voting_records",
    "elections": "political_finance",
}
READ = {
    "csv",
    "tsv",
    "xlsx",
    "xls",
    "ods",
    "json",
    "json (OCDS release package)",
    "json (OCDS record package)",
}
COUNTRIES = ("mx", "br", "uk", "fr")
OCDS_EACH = 2


def chosen(manifest: list[dict[str, str]]) -> list[dict[str, str]]:
    """All readable files of four countries with a row count, and two of each OCDS publisher."""
    found = []
    publishers: Counter[str] = Counter()
    for row in manifest:
        origin = row["path"].split("/")
        if (
            origin[0] != "real"
            or row["format"] not in READ
            or not row["rows"]
            or int(row["bytes"]) > 4_200_000
        ):
            continue
        if origin[1] in COUNTRIES:
            found.append(row)
        elif origin[1] == "ocds" and publishers[origin[2]] < OCDS_EACH:
            publishers[origin[2]] += 1
            found.append(row)
    return found


def slug(path: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-")[-60:].strip("-")


@pytest.fixture(scope="module")
def night(
    corpus: Path, manifest: list[dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Any]:
    """One night over all of them; gives (files by dataset key, settings)."""
    files = {f"/{row['path']}": corpus / row["path"] for row in chosen(manifest)}
    by_key = {}
    with PortalServer(files) as portal:
        sources: dict[str, dict[str, Any]] = {}
        for row in chosen(manifest):
            origin = row["path"].split("/")[1]
            source = sources.setdefault(
                origin,
                {
                    "id": origin,
                    "portal": "direct",
                    "publisher": {"name": f"Publisher of {origin}"},
                    "owner": {"name": f"Owner of {origin}", "email": f"{origin}@dependencia.example"},
                    "datasets": [],
                },
            )
            name = slug(row["path"].split("/", 2)[2])
            by_key[f"{origin}/{name}"] = row
            dataset: dict[str, Any] = {
                "id": name,
                "title": row["path"],
                "distributions": [
                    {
                        "id": "file",
                        "url": f"{portal.url}/{row['path']}",
                        "format": Path(row["path"]).suffix[1:],
                    }
                ],
            }
            if row["guide_type"] in GUIDE:
                dataset["guide_dataset"] = GUIDE[row["guide_type"]]
            source["datasets"].append(dataset)
        declared = {"version": 1, "time_zone": "America/Mexico_City", "sources": list(sources.values())}
        folder = tmp_path_factory.mktemp("corpus-night")
        settings = Settings(
            data=folder / "data", allow_private_addresses=True, host_pause_seconds=0.0, retries=0
        )
        parsed = parse(yaml.safe_dump(declared, allow_unicode=True))
        clock = FixedClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
        with opened_tools(settings, parsed, clock=clock) as tools:
            report = run_night(parsed, NIGHT, tools)
        assert report.failures == ()
        yield by_key, settings


def test_at_least_forty_files_have_a_verdict_and_none_an_unexplained_error(night: Any) -> None:
    files, settings = night
    _, rows = columns_and_rows("select dataset, outcome, reason from latest_verdict", public=settings.public)
    verdicts = {str(dataset): (outcome, reason) for dataset, outcome, reason in rows}
    assert set(verdicts) == set(files)
    assert len(verdicts) >= 40
    assert [(key, *verdict) for key, verdict in verdicts.items() if verdict[0] in ("error", "not_run")] == []
    assert all(reason for _, reason in verdicts.values())
    counts = Counter(outcome for outcome, _ in verdicts.values())
    assert counts["passed"] + counts["failed"] >= 25, counts


def test_row_counts_are_those_of_the_manifest(night: Any, corpus: Path) -> None:
    files, settings = night
    known = {case.path: case for case in cases(corpus)}
    _, rows = columns_and_rows(
        "select dataset, rows from read_report where main and fault_kind is null", public=settings.public
    )
    counted = {str(dataset): count for dataset, count in rows}
    known = {case.path: case for case in cases(corpus) if not case.miss}
    wrong = {}
    for key, row in files.items():
        expected = known[row["path"]].expected
        if counted.get(key, 0) != expected:
            wrong[row["path"]] = (counted.get(key), expected)
    assert wrong == {}
    assert sum(known[row["path"]].rows == known[row["path"]].expected for row in files.values()) >= 40


def test_known_shapes_find_their_layout(night: Any) -> None:
    _, settings = night
    _, rows = columns_and_rows(
        "select distinct layout from read_report where layout is not null", public=settings.public
    )
    found = {row[0] for row in rows}
    assert {
        "ocds_contracts",
        "mx_sfp_sancionados",
        "mx_compranet_2010",
        "br_mg_empresas_sancionadas",
    } <= found


def test_every_dataset_has_its_page(night: Any) -> None:
    files, settings = night
    for key in files:
        for language in ("es", "en"):
            assert (settings.public / language / "dataset" / f"{key}.html").is_file()
