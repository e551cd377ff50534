"""A message from run folders: what is known beside an alert is found, and what is missing keeps nothing back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipelines import artifacts
from pipelines.alerts.composing import composer, visits
from pipelines.alerts.failing_rows import Found
from pipelines.model import AlertKind, Catalog, Dataset, Fix, Incident, Outcome, Verdict
from pipelines.settings import Settings
from tests.alerts_of import KEY, NIGHT, OPERATOR, alert, dataset, incident, transition

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)


class NoRows:
    """Bytes that are not there any more."""

    def counts(self, dataset: str) -> Mapping[str, int]:
        return {}

    def each(
        self, dataset: str, keys: frozenset[str], language: str, take: Callable[[Found], None]
    ) -> Mapping[str, str]:
        return dict.fromkeys(keys, "gone")


def settings(tmp_path: Path, **changes: object) -> Settings:
    return Settings(data=tmp_path, operator=OPERATOR.email, **changes)  # type: ignore[arg-type]


def visited(tmp_path: Path, night: date, *datasets: Dataset, fixes: tuple[Fix, ...] = ()) -> Path:
    source = datasets[0].key.split("/")[0]
    folder = artifacts.run_folder(tmp_path / "runs", night, source)
    artifacts.write_value(
        folder / artifacts.CATALOG, Catalog(source, "ckan", "https://x.example", datasets, NOW)
    )
    artifacts.write_values(folder / artifacts.FIXES, fixes)
    return folder


def night_folder(tmp_path: Path, *incidents: Incident, night: date = NIGHT) -> Path:
    folder = artifacts.night_folder(tmp_path / "runs", night)
    folder.mkdir(parents=True, exist_ok=True)
    artifacts.write_values(folder / artifacts.INCIDENTS, incidents)
    return folder


def fix(gain: float) -> Fix:
    return Fix("s/d", 1, KEY, "expectation", "content", "completeness", gain, gain, "r")


def test_titles_gains_causes_and_links_are_found(tmp_path: Path) -> None:
    cause, score = transition(), transition("score:completeness")
    visited(tmp_path, NIGHT, dataset(), fixes=(fix(7.5),))
    folder = night_folder(tmp_path, incident(cause), incident(score, cause=cause.incident))
    live = settings(tmp_path, answer_url="https://v.example/", link_key="0123456789abcdefghijklmnopqrstuv")
    message = composer(folder, live)(alert(cause, score))
    assert "«Contratos»" in message.subject
    assert "hasta 7.5 puntos" in message.text
    assert "A consecuencia de esto" in message.text
    assert "https://v.example/acknowledge-" in message.text
    assert "19 de abril de 2026" in message.text
    assert message == composer(folder, live)(alert(cause, score))


def test_a_source_that_was_not_visited_tonight_is_known_from_its_last_visit(tmp_path: Path) -> None:
    visited(tmp_path, NIGHT - timedelta(days=40), dataset(title="Anterior"))
    visited(tmp_path, NIGHT - timedelta(days=30), dataset(title="Última"))
    visited(tmp_path, NIGHT + timedelta(days=1), dataset(title="Posterior"))
    folder = night_folder(tmp_path)
    told = alert(kind="reminder", reminders=(incident(),))
    assert "«Última»" in composer(folder, settings(tmp_path))(told).subject
    assert set(visits(folder, ["s", "unheard"])) == {"s"}


def test_without_any_folder_a_message_is_written_all_the_same(tmp_path: Path) -> None:
    message = composer(night_folder(tmp_path), settings(tmp_path), NoRows())(alert())
    assert "«s/d»" in message.subject
    assert "el archivo de esa noche ya no se conserva" in message.text.replace("\n  ", " ")


def test_a_notice_knows_how_many_datasets_are_watched(tmp_path: Path) -> None:
    visited(tmp_path, NIGHT, dataset("s/d"), dataset("s/e"), dataset("s/f"))
    told = alert(transition(), kind="notice", recipient=OPERATOR)
    message = composer(night_folder(tmp_path), settings(tmp_path))(told)
    assert "s: 1 de 3 conjuntos de datos" in message.text


def test_the_week_knows_what_could_not_be_visited(tmp_path: Path) -> None:
    folder = visited(tmp_path, NIGHT, dataset("s/d"), dataset("s/e", "Multas"))
    verdicts = [Verdict("s/d", Outcome.PASSED, ""), Verdict("s/e", Outcome.BLOCKED, "")]
    artifacts.write_values(folder / artifacts.VERDICTS, verdicts)
    told = alert(kind=AlertKind.SUMMARY, recipient=OPERATOR)
    text = composer(night_folder(tmp_path), settings(tmp_path))(told).text
    assert "- Multas: un cortafuegos rechazó la descarga automática" in text
