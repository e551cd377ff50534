"""The press: values into pages, in each language, and only those that say something else than before.

Belongs here: the templates' surroundings, their guard against what was published, and what a page is made of. A page
bears at its end a hash of that, and of itself; while both are the same, the page stands as it is. Does not belong here:
which pages there are (`build`), how files get into their places (`output`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, partial
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import __version__
from pipelines.site import badge, feedback, kit, machine, reasons, sheet, words
from pipelines.site.dqv.names import CATALOG, FOLDER, path_of
from pipelines.site.feedback import Reported
from pipelines.site.output import Output
from pipelines.site.page import CATEGORIES, DatasetPage, Entry, data_path
from pipelines.site.parts import Once, Parts, hash_of
from pipelines.site.sheet import Sheet
from pipelines.site.surroundings import surroundings
from pipelines.site.trend import GROUPS
from pipelines.site.untrusted import short
from pipelines.tables import column_changes

if TYPE_CHECKING:
    from jinja2 import Environment

HERE = Path(__file__).parent
END = "<!--page "


class Press:
    """Prints into `output`. `made_of` is a hash of all that every page is made of; `address` is the public folder's."""

    def __init__(
        self, output: Output, made_of: str, address: str | None, reported: Reported, *, has_data: bool
    ) -> None:
        self.output = output
        self.made_of = made_of
        self.address = address
        self.reported = reported
        self.environment = make_environment()
        self.has_data = has_data
        self.languages = [words.load(language) for language in words.LANGUAGES]
        self._once = {it.language: Once(it) for it in self.languages}

    def print(self, one: Sheet) -> None:
        """A sheet in each language, and its JSON."""
        shown = self._stamp(one.path, one.template, one.facts, one.data)
        places = [(f"{it.language}/{one.path}", it, one.path.count("/") + 1) for it in self.languages]
        if one.path == "index.html":
            places.append((one.path, self.languages[0], 0))
        stands = one.data is None or self.output.has(one.data_path)
        for path, it, depth in places:
            before = self.output.before(path)
            if _stands(before, shown):
                self.output.keep(path)
            else:
                text = self._render(it, one.template, one.path, depth, **one.facts)
                self.output.write(path, _ended(text, shown), before)
                stands = False
        if one.data is not None:
            if stands:
                self.output.keep(one.data_path)
            else:
                self.output.write(one.data_path, machine.as_json(one.data))

    def datasets(
        self, found: Iterable[DatasetPage], in_full: Callable[[list[DatasetPage]], list[DatasetPage]]
    ) -> list[str]:
        """Pages, kits, JSON and badges of datasets; `in_full` looks up what is not taken over from before.

        Gives the keys of those that stand as they are.
        """
        changed: list[_Changed] = []
        standing: list[str] = []
        for page in found:
            reports = self.reported.of(page.entry.key)
            shown = self._stamp("dataset", page.made_of(), reports, self.reported.where)
            before = {
                it.language: self.output.before(f"{it.language}/{page.entry.path}") for it in self.languages
            }
            with_it = self._with(page.entry)
            kits = {language: self._kit(page.entry, language, text) for language, text in before.items()}
            lost = [path for path in kits.values() if path and not self.output.has(path)]
            if (
                not lost
                and all(_stands(text, shown) for text in before.values())
                and self.output.has(*with_it)
            ):
                standing.append(page.entry.key)
                texts = (f"{it.language}/{page.entry.path}" for it in self.languages)
                for path in filter(None, (*with_it, *kits.values(), *texts)):
                    self.output.keep(path)
            else:
                of_all = f"{self.made_of} {self.reported.where.serve_url}"
                parts = {it: Parts(f"{of_all} {it}", text) for it, text in before.items()}
                changed.append(_Changed(page, shown, parts, kits, bool(lost)))
        stale = [it.page for it in changed if not it.stands()]
        whole = {page.entry.key: page for page in in_full(stale)}
        for one in changed:
            page = whole.get(one.page.entry.key, one.page)
            for it in self.languages:
                before_it = one.parts[it.language]
                told = {"page": page, "part": before_it.part, "once": self._once[it.language]}
                told |= {"reported": self.reported, "reported_words": feedback.words(it.language)}
                text = self._render(it, "dataset", page.entry.path, 3, **told)
                self.output.write(
                    f"{it.language}/{page.entry.path}", _ended(text, one.shown), before_it.before
                )
                self.output.write(f"{it.language}/{badge.path_of(page.entry)}", badge.svg(page.entry, it))
                self._print_kit(one, page, it)
            self.output.write(data_path(page.entry), machine.as_json(machine.dataset(page)))
        return standing

    def _kit(self, entry: Entry, language: str, before: str) -> str | None:
        """Where the kit lies that a page leads to as it stands, None when it leads to none."""
        return f"{language}/{kit.path_of(entry)}" if kit.is_linked(before, entry) else None

    def _print_kit(self, one: _Changed, page: DatasetPage, it: words.Words) -> None:
        """The kit of a page: as it stands while the part that leads to it does, else made anew, or gone."""
        path = one.kits[it.language]
        if not one.lost and one.parts[it.language].has("fixes", *page.parts()["fixes"]):
            if path:
                self.output.keep(path)
        elif content := kit.workbook(page, it):
            self.output.write_bytes(f"{it.language}/{kit.path_of(page.entry)}", content)

    def _with(self, entry: Entry) -> list[str]:
        """What is made with a dataset's page, and put into its place before it (`Output.replace`)."""
        return [data_path(entry), *(f"{it.language}/{badge.path_of(entry)}" for it in self.languages)]

    def _stamp(self, *facts: object) -> str:
        """A hash of the facts that a page is made of."""
        said = f"{self.made_of} {self.address} {self.has_data} {facts!r}".encode("utf-8", "backslashreplace")
        return blake2b(said, digest_size=8).hexdigest()

    def _render(self, one: words.Words, template: str, path: str, depth: int, /, **facts: Any) -> str:
        from markupsafe import Markup

        page = facts.get("page")
        return self.environment.get_template(f"{template}.html.j2").render(
            w=one,
            t=one.texts,
            root="../" * depth,
            languages=words.LANGUAGES,
            here=path,
            has_data=self.has_data,
            linked=f"{FOLDER}/{path_of(page.entry.key) if page else CATALOG}",
            version=__version__,
            categories=CATEGORIES,
            groups=GROUPS,
            address=self.address,
            told=partial(reasons.told, one),
            changed=column_changes.told,
            sheet=sheet,
            badge_path=badge.path_of,
            kit=kit,
            schema_org=lambda page: Markup(machine.schema_org(page, one.language, self.address)),  # noqa: S704 - made fit
            **facts,
        )


@dataclass(frozen=True)
class _Changed:
    """A dataset's page that says something else than before: its end, its parts and its kit as they stand by language.

    `lost`: a kit that the page leads to is not there.
    """

    page: DatasetPage
    shown: str
    parts: dict[str, Parts]
    kits: dict[str, str | None]
    lost: bool

    def stands(self) -> bool:
        """Whether the page as it stands has, in every language, what is not looked up for its own sake."""
        facts = self.page.parts()
        return not self.lost and all(
            it.has(name, *of) for it in self.parts.values() for name, of in facts.items()
        )


def _ended(text: str, stamp: str) -> str:
    """A page with its end: what it is made of, and a hash of itself."""
    return f"{text}{END}{stamp} {hash_of(text)}-->\n"


def _stands(before: str, stamp: str) -> bool:
    """Whether a page as it stands is made of what has this stamp, and is whole: none that was cut off or altered is."""
    text, _, end = before.rpartition(END)
    return end == f"{stamp} {hash_of(text)}-->\n"


@cache  # templates are compiled once in a process, not for every build
def make_environment() -> Environment:
    """The surroundings of the public pages."""
    environment = surroundings(_template)
    environment.filters["short"] = short
    return environment


def _template(name: str) -> str | None:
    """A template without its indentation, which is a fifth of a page; what was published keeps its own."""
    path = HERE / "templates" / name
    return (
        re.sub(r"^[ \t]+", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        if path.is_file()
        else None
    )
