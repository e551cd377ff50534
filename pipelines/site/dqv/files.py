"""Files: the folder `dqv/` of the public site, and one dataset's document for whoever asks for it.

    dqv/catalog.ttl · metrics.ttl · dataset/<source>/<dataset>.ttl        and each as .jsonld

Belongs here: what is written where, dataset by dataset, so that memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import QueryError
from pipelines.history import asking
from pipelines.site import words
from pipelines.site.dqv import catalog, dataset, facts, names, vocabulary
from pipelines.site.dqv.document import Document
from pipelines.site.pages import AT_ONCE

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FORMATS = ("ttl", "jsonld")
WHICH = 'See which there are: veedor sql "select dataset, night from verdict_history".'


def write(
    connection: DuckDBPyConnection,
    folder: Path,
    it: names.Names,
    publisher: str | None = None,
    *,
    formats: tuple[str, ...] = FORMATS,
    night: date | None = None,
    save: Callable[[Path, str], object] | None = None,
    stands: Callable[[str], bool] | None = None,
) -> int:
    """Write everything into `folder`, as of each dataset's newest night or of `night`; gives their number.

    `save` writes a file, if it is not to be written where it will lie. Of a dataset that `stands`, by its key,
    nothing is written but its place in the catalog.

    Raises `QueryError` when the history has nothing of that night.
    """
    spoken = _words()
    verdicts = facts.verdicts(connection, night)
    wanted = [row["dataset"] for row in verdicts if not (stands and stands(row["dataset"]))]
    for first in range(0, len(wanted), AT_ONCE):
        for found in facts.of_datasets(connection, wanted[first : first + AT_ONCE], night):
            path = folder / names.path_of(found.verdict["dataset"])
            _write(path, dataset.document(found, it, spoken), formats, save)
    if night and not verdicts:
        raise QueryError(f"the published history has no verdict of the night of {night}", WHICH)
    _write(folder / names.CATALOG, catalog.document(verdicts, it, spoken, publisher), formats, save)
    _write(folder / names.METRICS, _vocabulary(connection, it, spoken), formats, save)
    return len(verdicts)


def one(public: Path, key: str, it: names.Names, night: date | None = None) -> Document:
    """The document about one dataset. Raises `QueryError` when the history has none of it, `HistoryMissing`."""
    with asking.opened(public) as connection:
        found = next(facts.of_datasets(connection, [key], night), None)
        if found is None:
            of_night = f" on the night of {night}" if night else ""
            raise QueryError(
                f"the published history has no verdict about {key!r}{of_night}",
                WHICH,
            )
        return dataset.document(found, it, _words())


def _vocabulary(connection: DuckDBPyConnection, it: names.Names, spoken: dict[str, words.Words]) -> Document:
    return vocabulary.document(
        it, spoken, facts.metrics_seen(connection), facts.scales_seen(connection), facts.guide(connection)
    )


def _words() -> dict[str, words.Words]:
    return {language: words.load(language) for language in ("en", "es")}


def _write(
    path: Path, document: Document, formats: tuple[str, ...], save: Callable[[Path, str], object] | None
) -> None:
    texts = {"ttl": document.turtle, "jsonld": document.jsonld}
    for suffix in formats:
        (save or _save)(path.with_name(f"{path.name}.{suffix}"), texts[suffix]())


def _save(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
