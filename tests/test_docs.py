"""The documentation, held to the code: nothing stale, nothing left out, no link that leads nowhere.

Belongs here: what can be checked of prose by machine. That the words are good is for whoever reads them.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs import generate
from docs.tools import answers as documented_answers
from docs.tools import commands as documented_commands
from docs.tools import expectations as documented_expectations
from docs.tools import faults as documented_faults
from docs.tools import history as documented_history
from docs.tools import interface as documented_interface
from docs.tools.markdown import cell
from pipelines import duck
from pipelines.history.migrate import migrate
from pipelines.history.publish import VIEWS
from pipelines.site.sheets.sql import questions
from pipelines.validation.plans import AGGREGATES, ROWWISE

WRITE = "run `python -m docs.tools.answers`"
ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(
    [
        *DOCS.glob("*.md"),
        *DOCS.glob("reference/*.md"),
        *DOCS.glob("guide/*/index.md"),
        *ROOT.glob("*.md"),
        ROOT / "expectations/README.md",
    ]
)
WRITTEN = [page for page in PAGES if page.parent in (DOCS, ROOT, ROOT / "expectations")]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# A path of the checkout as prose writes it, and what is only a pattern of one: <name>, * or {a,b}.
OUR_PATH = re.compile(r"^(pipelines|expectations|tests|docs|benchmarks)/[\w./-]*$")


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def reference(name: str) -> str:
    return text_of(DOCS / "reference" / name)


def anchors(page: Path) -> set[str]:
    """The anchors that a renderer makes of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text_of(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# --- generated pages --------------------------------------------------------------------------------------


def test_no_reference_page_is_stale() -> None:
    assert generate.stale() == [], "run `make docs`"


def test_every_command_and_option_is_documented() -> None:
    page = reference("cli.md")
    for name, command in documented_commands.commands():
        assert command.help, f"{name} has no help"
        assert f"## `{name}`" in page
        for item in command.params:
            assert getattr(item, "help", None), f"{name}: {item.name} has no help"


def test_every_setting_is_documented() -> None:
    from dataclasses import fields

    from pipelines.settings import Settings

    page = reference("settings.md")
    for item in fields(Settings):
        assert item.metadata.get("doc", "").strip(), f"{item.name} says nothing of itself"
        assert f"`{item.metadata['env']}`" in page


def test_every_key_of_sources_yaml_is_documented() -> None:
    rows = [line for line in reference("sources.md").splitlines() if line.startswith("| `")]
    assert rows
    assert [row for row in rows if not row.split("|")[4].strip()] == []


def test_every_metric_is_documented_in_both_languages() -> None:
    from pipelines.measurement.metrics import METRICS

    page = reference("metrics.md")
    for metric in METRICS.values():
        assert f"`{metric.id}`" in page
        assert metric.definition["en"]
        assert metric.definition["es"]


def test_every_expectation_is_documented_in_both_languages() -> None:
    from pipelines.settings import packaged_expectations
    from pipelines.validation.suites import load_suites

    for key, suite in load_suites(packaged_expectations()).items():
        for language in ("en", "es"):
            page = text_of(DOCS / "guide" / language / f"{key}.md")
            for item in suite.expectations:
                assert f"### `{item.key}`" in page
                assert cell(item.title[language]) in page
                assert item.advice[language]


def test_every_type_of_ours_is_documented_with_an_example_that_the_plan_knows() -> None:
    page = reference("expectations.md")
    assert len(documented_expectations.classes()) > 10
    for item in documented_expectations.classes():
        kind = item.expectation_type  # type: ignore[attr-defined]
        assert f"### `{kind}`\n" in page
        assert item.__doc__, f"{kind} says nothing of itself"
        assert getattr(item, "example", None), f"{kind} has no example"
        assert item(**item.example).configuration.type == kind  # type: ignore[attr-defined]
        assert kind in {*AGGREGATES, *ROWWISE}


def test_every_view_and_table_says_what_it_is() -> None:
    published = documented_history.published()
    assert {kind for kind, *_ in published} == {"view", "table"}
    page = reference("views.md")
    for kind, name, comment, _ in published:
        assert f"## {kind.capitalize()} `{name}`" in page
        assert comment, f"{kind} {name} has no COMMENT ON"


def test_private_tables_are_not_in_the_reference() -> None:
    assert "PRIVATE" not in reference("views.md")


def test_every_error_and_fault_is_documented() -> None:
    from pipelines.model import FaultKind

    page = reference("errors.md")
    for kind in documented_faults.exceptions():
        assert kind.__doc__
        assert f"## `{kind.__name__}`" in page
    assert set(documented_faults.FAULTS) == {str(kind) for kind in FaultKind}


# --- pages written by hand --------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=relative)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(FENCE.sub("", text_of(page))):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        found = (page.parent / file).resolve() if file else page
        assert found.exists(), f"{relative(page)} -> {target}"
        if anchor and found.suffix == ".md":
            assert anchor in anchors(found), f"{relative(page)} -> {target}"


@pytest.mark.parametrize("page", WRITTEN, ids=relative)
def test_paths_that_are_named_exist(page: Path) -> None:
    named = [code for code in CODE.findall(FENCE.sub("", text_of(page))) if OUR_PATH.match(code)]
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", WRITTEN, ids=relative)
def test_targets_and_commands_that_are_named_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*## ", text_of(ROOT / "Makefile"), re.MULTILINE))
    subcommands = {name.removeprefix("veedor ") for name, _ in documented_commands.commands()}
    text = text_of(page)
    named = [
        *CODE.findall(FENCE.sub("", text)),
        *(line for _, body in FENCE.findall(text) for line in body.splitlines()),
    ]
    for code in named:
        if found := re.match(r"make ([a-z][a-z-]*)", code):
            assert found[1] in targets, code
        if found := re.match(r"veedor ([a-z]+)(?: ([a-z]+))?", code):
            assert {found[1], f"{found[1]} {found[2]}"} & subcommands, code


@pytest.mark.parametrize("page", WRITTEN, ids=relative)
def test_settings_that_are_named_exist(page: Path) -> None:
    known = reference("settings.md")
    named = set(re.findall(r"VEEDOR_[A-Z_]+", text_of(page))) - {"VEEDOR_CORPUS"}
    assert [name for name in named if f"`{name}`" not in known] == []


def test_every_page_is_reached_from_the_index() -> None:
    linked = {
        (index.parent / target.partition("#")[0]).resolve()
        for index in (DOCS / "index.md", *DOCS.glob("guide/*/index.md"))
        for target in LINK.findall(text_of(index))
    }
    assert [
        relative(page) for page in DOCS.rglob("*.md") if page.name != "index.md" and page not in linked
    ] == []


def statements() -> Iterator[tuple[str, str]]:
    for page in WRITTEN:
        for number, (language, body) in enumerate(FENCE.findall(text_of(page)), 1):
            if language == "sql":
                yield f"{relative(page)}:{number}", body


@pytest.mark.parametrize(("where", "sql"), [pytest.param(*item, id=item[0]) for item in statements()])
def test_every_statement_can_be_run(where: str, sql: str) -> None:
    connection = duck.connect()
    migrate(connection)
    connection.execute(VIEWS.read_text(encoding="utf-8"))
    duck.lock_down(connection)
    try:
        connection.execute(sql)
    finally:
        connection.close()


def test_every_view_has_an_example() -> None:
    page = text_of(DOCS / "sql.md")
    examples = " ".join(body for language, body in FENCE.findall(page) if language == "sql")
    names = [name for kind, name, *_ in documented_history.published() if kind == "view"]
    assert [name for name in names if not re.search(rf"\b{name}\b", examples)] == []


def test_the_readme_asks_what_the_demonstration_asks() -> None:
    from pipelines.demo.report import QUESTIONS

    readme = " ".join(text_of(ROOT / "README.md").split())
    for question, sql in QUESTIONS:
        assert question in readme
        assert " ".join(sql.split()) in readme


def test_every_argument_about_rows_is_documented_and_every_example_is_one() -> None:
    from pipelines.validation.custom.of_values import OfValues

    page = text_of(DOCS / "expectations-rows.md")
    sections = dict(re.findall(r"^## (expect_\w+)$(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL))
    examples = [json.loads(body) for language, body in FENCE.findall(page) if language == "json"]
    general = {"column", "mostly", "row_condition", "condition_parser", "ignore_row_if"}
    for kind, section in sections.items():
        function = (AGGREGATES | ROWWISE)[kind]
        named = inspect.signature(function).parameters.values()
        arguments = {item.name for item in named if item.kind is not item.VAR_KEYWORD} - general - {"view"}
        more = [item.name for item in named if item.kind is item.VAR_KEYWORD]
        bounds = {"min_value", "max_value", "strict_min", "strict_max"} if more else set()
        assert {name for name in arguments | bounds if f"`{name}`" not in section} == set(), kind
        assert kind in {example["type"] for example in examples}
    for example in examples:
        given = {name: value for name, value in example["kwargs"].items() if name not in general - {"column"}}
        inspect.signature((AGGREGATES | ROWWISE)[example["type"]]).bind(None, **given)
    about_rows = [item for item in documented_expectations.classes() if not issubclass(item, OfValues)]
    ours = [
        {"type": item.expectation_type, "kwargs": item.example}  # type: ignore[attr-defined]
        for item in about_rows
    ]
    assert set(sections) == {example["type"] for example in ours}
    assert [example for example in ours if example not in examples] == []


def test_twenty_questions_are_asked_and_answered() -> None:
    page = text_of(DOCS / "sql.md")
    asked = re.findall(r"^### \d+\. .+\?$", page, re.MULTILINE)
    shown = documented_answers.statements(page)
    assert len(asked) == len(shown) == 20
    assert [sql for sql, answer in shown if answer is None] == [], WRITE


def test_the_questions_are_those_of_the_site_s_page_of_sql() -> None:
    page = text_of(DOCS / "sql.md")
    site = questions()
    assert re.findall(r"^### \d+\. (.+)$", page, re.MULTILINE) == [it.titles["en"] for it in site], WRITE
    assert [sql for sql, _ in documented_answers.statements(page)] == [f"{it.sql}\n" for it in site], WRITE
    bare = documented_answers.asked(page)
    assert documented_answers.asked(bare) == bare
    assert documented_answers.statements(bare) == [(f"{it.sql}\n", None) for it in site]


def test_answers_are_written_under_each_statement_between_the_marks_and_nowhere_else() -> None:
    asked = "### Why?\n\n```sql\nselect 1\n```\n\n```sql\nselect 2\n```\n"
    page = f"```sql\nselect 0\n```\n{documented_answers.BEGIN}{asked}{documented_answers.END}\n"

    def ask(sql: str) -> tuple[list[str], list[tuple[object, ...]]]:
        return (["n"], [(1.50,), (None,)]) if "1" in sql else (["n"], [])

    written = documented_answers.answered(page, ask)
    assert written == page.replace("1\n```\n", "1\n```\n\n| n |\n|---|\n| 1.5 |\n| — |\n").replace(
        "2\n```\n", "2\n```\n\n*No rows.*\n"
    )
    assert documented_answers.answered(written, ask) == written
    with pytest.raises(ValueError, match="no questions between"):
        documented_answers.answered("```sql\nselect 0\n```\n", ask)


@pytest.mark.slow
def test_the_pages_show_what_the_demonstration_answers() -> None:
    with documented_answers.demonstrated() as ask:
        for page in documented_answers.PAGES:
            text = text_of(page)
            assert text == documented_answers.answered(text, ask), "run `python -m docs.tools.answers`"


def test_views_and_columns_are_as_they_were_promised() -> None:
    promised, current = documented_interface.promised(), documented_interface.current()
    assert documented_interface.broken(promised, current) == []
    assert current == promised, "run `python -m docs.tools.interface`"


def test_a_promise_is_broken_by_what_is_gone_renamed_or_of_another_type_and_not_by_what_is_new() -> None:
    before = {"one": {"night": "DATE", "score": "DOUBLE"}, "two": {"night": "DATE"}}
    more = {"one": {"new": "DATE", "score": "DOUBLE", "night": "DATE"}, "two": {"night": "DATE"}, "three": {}}
    assert documented_interface.broken(before, more) == []
    less = {"one": {"night": "TIMESTAMP", "points": "DOUBLE"}}
    assert documented_interface.broken(before, less) == [
        "one.night was DATE and is TIMESTAMP",
        "one.score is gone",
        "the view two is gone",
    ]


def test_every_dependency_has_its_reason() -> None:
    import tomllib

    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))
    names = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    page = text_of(ROOT / "CONTRIBUTING.md")
    bare = [re.split(r"[<>=!~ \[]", name)[0] for name in names]
    assert [name for name in bare if f"| `{name}` |" not in page] == []
