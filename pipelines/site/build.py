"""Build: the whole site from the published history, the pages of datasets first and what links to them last.

Belongs here: which pages and files there are, and in which order. Does not belong here: how a page is told (`press`),
what stands on it (`pages`, `sheets`), how a file gets into its place (`output`).
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from zlib import crc32

from pipelines import __version__, advice, plain_text, workbooks
from pipelines.history import asking
from pipelines.settings import packaged_expectations
from pipelines.site import data_page, engine, feedback, feeds, machine, pages
from pipelines.site.dqv import files as dqv
from pipelines.site.dqv.names import FOLDER, Names, path_of
from pipelines.site.output import Output
from pipelines.site.parts import fingerprint
from pipelines.site.press import HERE, Press
from pipelines.site.sheet import Sheet
from pipelines.site.sheets import brief, guide, home, incidents, lists, method, publisher, sql
from pipelines.site.standing import Standing
from pipelines.site.words import LANGUAGES
from pipelines.tables import column_changes

STATIC = ("style.css", "sql.css", "icon.svg")
# Each dataset's linked data is written anew on one day of so many, changed or not.
DAYS = 7
# What pages and kits are made of, outside this package.
SHARED = (advice, column_changes, plain_text, workbooks)


def build(
    public: Path,
    address: str | None = None,
    publisher: str | None = None,
    expectations: Path | None = None,
    where: feedback.Where | None = None,
) -> Path:
    """Build the site in `public` from `public/quality.duckdb`; gives the Spanish home page.

    `index.html` and `es/` are in Spanish, `en/` in English, `json/` is for programs, `dqv/` is linked data, named below
    `address` and kept by `publisher`. The method is told by the weights in `expectations`, and `where` is where readers
    report. Raises `HistoryMissing`.
    """
    with asking.opened(public) as connection:
        newest = pages.newest_night(connection)
        output = Output(public)
        try:
            about_data = data_page.facts(public)
            known = pages.expectations_known(connection), pages.views_known(connection)
            made_of = fingerprint(__version__, *map(inspect.getsource, SHARED), *known)
            reported = feedback.reported(connection, where or feedback.Where())
            press = Press(output, made_of, address, reported, has_data=about_data is not None)
            standing, as_they_were = Standing(connection, newest), set[str]()
            for chunk in pages.chunks(connection) if newest else ():
                found = list(pages.of_sources(connection, chunk, newest))  # type: ignore[arg-type]
                for page in found:
                    standing.add(page)
                for first in range(0, len(found), pages.AT_ONCE):
                    some = found[first : first + pages.AT_ONCE]
                    as_they_were.update(press.datasets(some, lambda stale: pages.in_full(connection, stale)))
            for one in _sheets(standing, expectations or packaged_expectations()):
                press.print(one)
            if about_data:
                press.print(Sheet("data.html", "data", about_data))
            _files(press, standing)
            dqv.write(
                connection,
                Path(FOLDER),
                Names(address),
                publisher,
                save=lambda path, text: output.write(path.as_posix(), text),
                stands=lambda key: key in as_they_were and _kept(output, key, newest),
            )
            output.replace()
        finally:
            output.discard()
    return public / "index.html"


def _kept(output: Output, key: str, newest: date | None) -> bool:
    """Keep the linked data of a dataset whose page stands: it tells an older night, a week old at most while
    a night is run every day, because each dataset has a day of its own.

    Only the night, ages and seconds in it are others then, and to write thousands of files for them takes longer than
    all the rest of a night on which nothing changed.
    """
    files = [f"{FOLDER}/{path_of(key)}.{suffix}" for suffix in dqv.FORMATS]
    its_day = newest is None or (newest.toordinal() + crc32(key.encode())) % DAYS == 0
    if its_day or not output.has(*files):
        return False
    for path in files:
        output.keep(path)
    return True


def _sheets(standing: Standing, expectations: Path) -> Iterator[Sheet]:
    yield from guide.sheets(standing)
    yield from publisher.sheets(standing)
    yield from brief.countries(standing)
    yield from brief.publishers(standing)
    yield from lists.datasets(standing)
    yield from lists.all_publishers(standing)
    yield incidents.sheet(standing)
    yield method.sheet(standing, expectations)
    yield sql.sheet(standing, engine.weight())
    yield home.sheet(standing)


def _files(press: Press, standing: Standing) -> None:
    """What is no page: style, feeds, and the lists by which programs find the pages."""
    output, address = press.output, press.address
    engine.put(output)
    for name in STATIC:
        output.write(name, (HERE / "static" / name).read_text(encoding="utf-8"))
    for one in press.languages:
        found = feeds.items(standing, one)
        output.write(f"{one.language}/incidents.atom", feeds.atom(found, one, address, standing.newest))
        output.write(f"{one.language}/incidents.feed.json", feeds.json_feed(found, one, address))
    output.write("robots.txt", machine.robots(address))
    if address:
        paths = [path for path in output.kept() if path.startswith(LANGUAGES) and path.endswith(".html")]
        for name, text in machine.sitemaps(paths, address).items():
            output.write(name, text)
