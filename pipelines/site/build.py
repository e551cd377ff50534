"""Build: all pages into a temporary folder, then each over its predecessor.

Belongs here: files and the templates' guard against what was published. A page is replaced whole; a build
that is killed leaves whole pages, some older, and the next build finishes the work.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import __version__
from pipelines.history import asking
from pipelines.site import data_page, feedback, pages, reasons, words
from pipelines.site.dqv import files as dqv
from pipelines.site.dqv.names import CATALOG, FOLDER, Names, path_of
from pipelines.site.page import CATEGORIES, OUTCOME_ORDER, DatasetPage, order
from pipelines.site.parts import Once, Parts, fingerprint, page_before
from pipelines.site.untrusted import harmless, http_link
from pipelines.tables import column_changes

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from jinja2 import Environment

HERE = Path(__file__).parent
STYLE = "style.css"
_TEMPORARY = ".site-"


def build(
    public: Path,
    address: str | None = None,
    publisher: str | None = None,
    where: feedback.Where | None = None,
) -> Path:
    """Build the site in `public` from `public/quality.duckdb`; gives the Spanish index.

    `index.html` and `es/` are in Spanish, `en/` in English, `dqv/` is linked data, named below `address` and kept by
    `publisher`. `where` is where readers report. Raises `HistoryMissing`.
    """
    with asking.opened(public) as connection:
        newest = pages.newest_night(connection)
        for leftover in public.glob(f"{_TEMPORARY}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        temporary = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=public))
        about_data = data_page.facts(public)
        try:
            environment = make_environment(has_data=about_data is not None)
            languages = [words.load(language) for language in words.LANGUAGES]
            said = Path(column_changes.__file__).read_bytes()
            known = pages.expectations_known(connection), pages.views_known(connection)
            made_of = fingerprint(__version__, said, *known)
            once = {one.language: Once(one) for one in languages}
            reported = feedback.reported(connection, where or feedback.Where())
            entries = []
            for chunk in pages.chunks(connection) if newest else ():
                for page in _told(connection, pages.of_sources(connection, chunk, newest), public, made_of):  # type: ignore[arg-type]
                    entries.append(page.entry)
                    for one in languages:
                        place = Path(one.language) / page.entry.path
                        parts = _parts(public / place, made_of, one.language)
                        told = {"page": page, "part": parts.part, "once": once[one.language]}
                        told |= {"reported": reported, "reported_words": feedback.words(one.language)}
                        text = _render(environment, "dataset", one, "../../../", **told)
                        _write(temporary / place, text)
            entries.sort(key=order)
            facts: dict[str, Any] = {
                "entries": entries,
                "newest": newest,
                "counts": sorted(
                    Counter(entry.outcome for entry in entries).items(),
                    key=lambda item: [outcome.value for outcome in OUTCOME_ORDER].index(item[0]),
                ),
            }
            for one in languages:
                if about_data:
                    path = temporary / one.language / "data.html"
                    _write(path, _render(environment, "data", one, "../", here="data.html", **about_data))
                index = _render(environment, "index", one, "../", **facts)
                _write(temporary / one.language / "index.html", index)
            _write(temporary / "index.html", _render(environment, "index", languages[0], "", **facts))
            shutil.copyfile(HERE / "static" / STYLE, temporary / STYLE)
            dqv.write(connection, temporary / FOLDER, Names(address), publisher)
            _replace(temporary, public)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    return public / "index.html"


def _told(
    connection: DuckDBPyConnection, found: Iterable[DatasetPage], public: Path, made_of: str
) -> Iterator[DatasetPage]:
    """The pages, each with all that is not taken over from the page as it stands."""
    known, whole = list(found), dict[str, DatasetPage]()
    stale = [page for page in known if not _stands(page, public, made_of)]
    whole = {page.entry.key: page for page in pages.in_full(connection, stale)}
    return (whole.get(page.entry.key, page) for page in known)


def _stands(page: DatasetPage, public: Path, made_of: str) -> bool:
    """Whether the page as it stands has, in every language, what is not looked up for its own sake."""
    for language in words.LANGUAGES:
        parts = _parts(public / language / page.entry.path, made_of, language)
        if not all(parts.has(name, *facts) for name, facts in page.parts().items()):
            return False
    return True


def _parts(path: Path, made_of: str, language: str) -> Parts:
    return Parts(f"{made_of} {language}", page_before(path))


@cache  # templates are compiled once in a process, not for every build
def make_environment(*, has_data: bool) -> Environment:
    """Jinja with everything escaped, unknown names refused, and published text made harmless."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=harmless,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["http_link"] = http_link
    environment.globals["has_data"] = has_data
    return environment


def _render(environment: Environment, template: str, one: words.Words, root: str, **facts: Any) -> str:
    page = facts.get("page")
    return environment.get_template(f"{template}.html.j2").render(
        w=one,
        t=one.texts,
        root=root,
        languages=words.LANGUAGES,
        here=page.entry.path if page else facts.pop("here", "index.html"),
        linked=f"{FOLDER}/{path_of(page.entry.key) if page else CATALOG}",
        version=__version__,
        categories=CATEGORIES,
        told=partial(reasons.told, one),
        changed=column_changes.told,
        **facts,
    )


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _replace(temporary: Path, public: Path) -> None:
    """Put every file in its place, what links to others last; then remove pages of datasets that are gone."""
    made = [path.relative_to(temporary) for path in _files(temporary)]
    for path in sorted(made, key=lambda path: (path.name == "index.html", path.suffix == ".html", str(path))):
        (public / path).parent.mkdir(parents=True, exist_ok=True)
        (temporary / path).replace(public / path)
    kept = set(made)
    for folder in (*words.LANGUAGES, FOLDER):
        for path in _files(public / folder / "dataset"):
            if path.relative_to(public) not in kept:
                path.unlink()


def _files(folder: Path) -> Iterator[Path]:
    found: Iterable[Path] = folder.rglob("*") if folder.is_dir() else ()
    return (path for path in found if path.is_file())
