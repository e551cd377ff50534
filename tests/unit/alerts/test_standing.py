"""Which incidents stand, in which order, whose they are, and finding one by the beginning of its id."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import duck, sources_alerts
from pipelines.alerts import signs, standing
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings
from pipelines.sources import parse
from tests.unit.alerts import installation
from tests.unit.alerts.installation import AMOUNT, COLUMNS, INCIDENTS, NIGHT

SOURCES = parse(installation.SOURCES)


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> list[standing.Standing]:
    data = tmp_path_factory.mktemp("data")
    installation.build(data)
    return standing.standing(Settings(data=data), SOURCES, NIGHT)


def named(found: list[standing.Standing]) -> list[str]:
    return [f"{it.incident.dataset} {it.incident.condition}" for it in found]


def test_the_most_serious_and_oldest_stand_first_and_consequences_below_their_cause(
    every: list[standing.Standing],
) -> None:
    assert named(standing.matching(every)) == [
        f"compras/contratos {AMOUNT}",
        "salud/compras-de-medicamentos unreachable",
        "salud/plazas unreachable",
        "salud/compras-de-medicamentos stale",
        "compras/licitaciones overdue",
        "compras/contratos columns",
        "compras/contratos score:completeness",
    ]
    assert named(standing.consequences(every, COLUMNS)) == ["compras/contratos score:completeness"]


def test_whose_they_are_is_as_sources_yaml_and_the_portal_say(every: list[standing.Standing]) -> None:
    first, second = standing.one(every, INCIDENTS[0].id), standing.one(every, INCIDENTS[4].id)
    assert (first.owner, first.address) == ("Unidad de datos abiertos", "unidad@dependencia.example")
    assert first.second == "Dirección general <direccion@dependencia.example>"
    assert (second.owner, second.address, second.second) == ("Unidad de Transparencia", "", "")
    assert second.publisher == "Instituto de Salud"


def test_some_of_them(every: list[standing.Standing]) -> None:
    def count(**wanted: object) -> int:
        return len(standing.matching(every, **wanted))  # type: ignore[arg-type]

    assert count() == 7
    assert count(source="salud") == 3
    assert count(owner="UNIDAD@dependencia") == 4
    assert count(owner="instituto de salud") == 3
    assert count(owner="nobody") == 0
    assert count(held=True) == 2
    assert count(states=["muted"]) == count(states=["acknowledged"]) == count(states=["resolved"]) == 1
    assert count(states=["muted", "open"], source="salud") == 3
    assert count(states=["resolved"], held=True) == 0


def test_one_is_found_by_the_beginning_of_its_id_and_no_other(every: list[standing.Standing]) -> None:
    wanted = INCIDENTS[0].id
    assert standing.one(every, wanted).incident.id == wanted
    assert standing.one(every, f" {wanted[:4]} ").incident.id == wanted
    with pytest.raises(ConfigurationError, match="too short"):
        standing.one(every, wanted[:3])
    with pytest.raises(ConfigurationError, match="no incident whose id begins with 'zzzz'"):
        standing.one(every, "zzzz")
    alike = standing.one(every, wanted)
    doubled = [*every, replace(alike, incident=replace(alike.incident, id=f"{wanted[:9]}x"))]
    with pytest.raises(ConfigurationError, match="2 incidents have an id") as caught:
        standing.one(doubled, wanted[:9])
    assert wanted[:10] in caught.value.advice
    assert f"{wanted[:9]}x (compras/contratos)" in caught.value.advice


@given(st.sets(st.text("abc", min_size=1, max_size=12), min_size=1, max_size=30))
def test_a_short_name_is_long_enough_to_find_its_incident(ids: set[str]) -> None:
    alike = replace(INCIDENTS[0])
    every = [standing.Standing(replace(alike, id=f"{it}-"), "", "", "", "") for it in ids]
    short = standing.codes(every)
    for it in every:
        code = short[it.incident.id]
        assert it.incident.id.startswith(code)
        assert [other for other in ids if f"{other}-".startswith(code)] == [it.incident.id[:-1]]


def test_a_history_from_before_incidents_has_none(tmp_path: Path) -> None:
    duck.connect(tmp_path / "history.duckdb").close()
    assert standing.standing(Settings(data=tmp_path), SOURCES, NIGHT + timedelta(days=1)) == []


def test_policies_name_every_condition_that_there_is() -> None:
    named = {
        value.removesuffix(":")
        for name, value in vars(signs).items()
        if name.isupper() and isinstance(value, str) and name != "NOT_PERSONAL"
    }
    assert {*sources_alerts.PLAIN, *sources_alerts.KEYED} == named
