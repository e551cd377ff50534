"""An invalid sources.yaml stops before any work, with file, line and remedy."""

from __future__ import annotations

import contextlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import SourcesError
from pipelines.guide import load_guide
from pipelines.settings import packaged_expectations
from pipelines.sources import load, parse
from pipelines.sources_alerts import AlertPolicy
from pipelines.tables.layouts import load_layouts
from pipelines.tools import check

GOOD = """\
version: 1
time_zone: America/Mexico_City
language: es
schedule: "0 3 * * *"
sources:
  - id: compras
    portal: ckan
    url: https://datos.example
    publisher: {name: Compras, country: MX}
    owner: {name: Unidad de datos, email: datos@dependencia.example}
    datasets:
      - id: contratos
        guide_dataset: contracts_register
"""


def test_a_good_file_gives_its_sources() -> None:
    sources = parse(GOOD)
    assert sources.sources[0].datasets[0].guide_dataset == "contracts_register"
    assert sources.sources[0].language == "es"
    assert [source.id for source in sources.enabled] == ["compras"]
    off = parse(GOOD.replace("    portal: ckan", "    enabled: false\n    portal: ckan"))
    assert off.enabled == ()


def test_every_address_that_it_names_is_known() -> None:
    files = """
  - id: archivos
    portal: direct
    publisher: {name: P}
    owner: {name: O}
    datasets:
      - {id: uno, distributions: [{id: csv, url: "https://archivos.example/uno.csv"}]}
"""
    assert parse(GOOD).addresses == ("https://datos.example",)
    assert parse(GOOD + files).addresses == ("https://datos.example", "https://archivos.example/uno.csv")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("    owner:", "    ownr:", 6, "owner is missing"),
        ("    owner: {name: Unidad de datos, email: datos@dependencia.example}\n", "", 6, "owner is missing"),
        ('"0 3 * * *"', '"0 33 * * *"', 4, "not between 0 and 23"),
        ('"0 3 * * *"', '"often"', 4, "not a cron line"),
        ("America/Mexico_City", "Mexico/Nowhere", 2, "time zone"),
        ("    portal: ckan", "    portal: fax", 7, "portal"),
        ("    url: https://datos.example", "    url: ftp://datos.example", 8, "http"),
        ("    url: https://datos.example\n", "", 6, "needs `url`"),
        ("datos@dependencia.example", "nobody", 10, "mail address"),
        ("- id: contratos", "- id: Los Contratos", 12, "slug"),
        ("guide_dataset: contracts_register", "guide_dateset: contracts_register", 13, "not a key"),
        ("        guide_dataset", "        id: twice\n        guide_dataset", 13, "stands twice"),
        ("    datasets:", "  datasets:", 11, "not valid YAML"),
        ("language: es", "language: NO", 3, "language"),
        ("version: 1", "version: 2", 1, "version"),
    ],
)
def test_each_fault_is_named_with_line_and_remedy(old: str, new: str, line: int, words: str) -> None:
    assert old in GOOD
    with pytest.raises(SourcesError) as caught:
        parse(GOOD.replace(old, new, 1), "sources.yaml")
    assert caught.value.line == line
    assert str(caught.value).startswith(f"sources.yaml:{line}: ")
    assert words in str(caught.value)
    assert caught.value.advice


def test_a_file_is_understood_once_and_again_when_it_says_something_else(tmp_path: Path) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text(GOOD, encoding="utf-8")
    found = load(path)
    assert load(path) is found
    path.write_text(GOOD.replace("id: compras", "id: obras"), encoding="utf-8")
    assert [it.id for it in load(path).sources] == ["obras"]
    path.write_text(GOOD.replace("version: 1", "version: 0"), encoding="utf-8")
    for _ in range(2):  # a fault is no value, and is told again
        with pytest.raises(SourcesError):
            load(path)


def test_two_sources_with_one_id_are_refused() -> None:
    entry = GOOD[GOOD.index("  - id") :]
    with pytest.raises(SourcesError, match="two entries have the source id 'compras'"):
        parse(GOOD + entry)


def test_text_stays_text_where_yaml_would_guess() -> None:
    sources = parse(GOOD.replace("country: MX", "country: NO").replace("Unidad de datos", "0123"))
    assert sources.sources[0].publisher.country == "NO"
    assert sources.sources[0].owner.name == "0123"


def test_direct_needs_addresses() -> None:
    text = GOOD.replace("portal: ckan", "portal: direct")
    with pytest.raises(SourcesError, match="needs `distributions`"):
        parse(text)


def test_a_guide_dataset_that_does_not_exist_is_refused() -> None:
    guide, layouts = load_guide(packaged_expectations()), load_layouts(packaged_expectations())
    check(parse(GOOD), guide, layouts, "sources.yaml")
    with pytest.raises(SourcesError, match="no dataset 'contracts'"):
        check(parse(GOOD.replace("contracts_register", "contracts")), guide, layouts, "sources.yaml")


def test_one_layout_is_a_list_of_one() -> None:
    assert parse(GOOD).sources[0].datasets[0].layout is None
    assert parse(GOOD + "        layout: a\n").sources[0].datasets[0].layout == ("a",)
    assert parse(GOOD + "        layout: [a, b]\n").sources[0].datasets[0].layout == ("a", "b")
    with pytest.raises(SourcesError, match="layout"):
        parse(GOOD + "        layout: []\n")


@pytest.mark.parametrize(
    ("declared", "complaint", "remedy"),
    [
        ("mx_compranet_2010", None, None),
        ("[mx_compranet_2002, mx_compranet_2010, mx_compranet_2018]", None, None),
        ("mx_compranet_2011", "layout 'mx_compranet_2011' does not exist", "there are: mx_compranet_20"),
        ("[mx_compranet_2010, x]", "layout 'x' does not exist", "leave `layout` out"),
        ("ocds_tenders", "layout 'ocds_tenders' is for tenders_awards", "there are: ocds_contracts"),
    ],
)
def test_a_layout_that_can_never_be_laid_is_refused_with_those_that_can(
    declared: str, complaint: str | None, remedy: str | None
) -> None:
    guide, layouts = load_guide(packaged_expectations()), load_layouts(packaged_expectations())
    sources = parse(f"{GOOD}        layout: {declared}\n")
    if complaint is None or remedy is None:
        check(sources, guide, layouts, "sources.yaml")
        return
    with pytest.raises(SourcesError) as caught:
        check(sources, guide, layouts, "sources.yaml")
    assert complaint in str(caught.value)
    assert remedy in caught.value.advice


def test_a_layout_without_guide_dataset_or_for_one_without_layouts_is_refused() -> None:
    guide, layouts = load_guide(packaged_expectations()), load_layouts(packaged_expectations())
    alone = GOOD.replace("        guide_dataset: contracts_register\n", "        layout: ocds_contracts\n")
    with pytest.raises(SourcesError, match="says nothing without `guide_dataset`"):
        check(parse(alone), guide, layouts, "sources.yaml")
    others = tuple(layout for layout in layouts if layout.guide_dataset != "contracts_register")
    with pytest.raises(SourcesError, match="does not exist") as caught:
        check(parse(GOOD + "        layout: mx_compranet_2010\n"), guide, others, "sources.yaml")
    assert "no layout for contracts_register yet" in caught.value.advice


def test_a_missing_or_binary_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(SourcesError, match="no such file"):
        load(tmp_path / "sources.yaml")
    (tmp_path / "sources.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourcesError, match="cannot be read"):
        load(tmp_path / "sources.yaml")


@given(st.text(max_size=200))
def test_no_text_raises_anything_else(text: str) -> None:
    with pytest.raises(SourcesError):
        parse(text)


@given(st.integers(0, len(GOOD) - 1), st.text(max_size=3))
def test_a_mutilated_file_is_read_or_refused(position: int, inserted: str) -> None:
    text = GOOD[:position] + inserted + GOOD[position + 1 :]
    with contextlib.suppress(SourcesError):
        assert parse(text).version == 1


@pytest.mark.parametrize(
    ("path", "good"), [("data.items", True), ("/data/items", True), ("a..b", False), ("", False)]
)
def test_a_record_path_is_checked_when_the_file_is_loaded(path: str, good: bool) -> None:
    text = f"""version: 1
time_zone: America/Mexico_City
sources:
  - id: s
    portal: direct
    publisher: {{name: P}}
    owner: {{name: O}}
    datasets:
      - id: d
        distributions:
          - id: json
            url: https://datos.example/a.json
            record_path: "{path}"
"""
    if good:
        (file,) = parse(text).sources[0].datasets[0].distributions
        assert file.record_path == path
    else:
        with pytest.raises(SourcesError) as caught:
            parse(text)
        assert caught.value.line == 13


@pytest.mark.parametrize(
    ("schedule", "nights"),
    [
        ("0 3 * * *", "1 2 3 4 5 6 7 8"),
        ("30 23 * * 1", "5"),
        ("0 3 * * 1,4", "1 5 8"),
        ("0 3 * * 7", "4"),
        ("0 3 1 * *", "1"),
        ("0 3 1,5 7 *", ""),
        ("0 3 3 * 1", "3 5"),
        ("*/5 * */4 1 *", "1 5"),
    ],
)
def test_a_source_is_visited_on_the_days_of_its_own_schedule(schedule: str, nights: str) -> None:
    """2026-01-01 is a Thursday. Day of month and day of week are either-or when both are given, as in cron."""
    text = GOOD.replace("    portal: ckan", f'    schedule: "{schedule}"\n    portal: ckan')
    declared = parse(text)
    due = [day for day in range(1, 9) if declared.sources[0].visited_on(date(2026, 1, day))]
    assert due == [int(day) for day in nights.split()]


def test_without_a_schedule_every_night_is_one_on_which_a_source_may_be_visited() -> None:
    source = parse(GOOD).sources[0]
    assert source.visited_on(date(2026, 2, 28))
    assert source.next_on(date(2026, 2, 28)) == date(2026, 3, 1)


def test_a_schedule_that_no_day_has_is_refused() -> None:
    with pytest.raises(SourcesError, match="names no day"):
        parse(GOOD.replace("    portal: ckan", '    schedule: "0 3 31 2 *"\n    portal: ckan'))


def test_the_sources_that_come_with_it_are_sixty_at_least_and_a_few_are_visited() -> None:
    declared = load(Path(__file__).resolve().parent.parent.parent / "sources.yaml")
    datasets = [dataset for source in declared.sources for dataset in source.datasets]
    assert len(datasets) >= 60
    assert all(dataset.guide_dataset for dataset in datasets)
    assert 5 <= len(declared.enabled) <= 12
    assert len({dataset.guide_dataset for dataset in datasets}) >= 18


def test_nobody_says_anything_of_alerts_and_the_defaults_hold() -> None:
    policy = parse(GOOD).policy("compras", "contratos")
    assert policy == AlertPolicy()
    assert (policy.enabled, policy.minimum_drop, policy.minimum_percent, policy.confirmations) == (
        True,
        5,
        1,
        2,
    )
    assert (policy.recovery_nights, policy.rows_change, policy.grace) == (1, 0.3, 1.5)
    assert (policy.remind_after_days, policy.reminders, policy.escalate_after_days) == (14, 2, 30)
    assert (policy.settle_after_days, policy.ignore, policy.summary) == (90, (), "weekly")


WITH_ALERTS = """\
version: 1
time_zone: America/Mexico_City
alerts: {minimum_drop: 10, confirmations: 3, ignore: [stale]}
subscribers: [todo@lectores.example]
sources:
  - id: compras
    portal: ckan
    url: https://datos.example
    publisher: {name: Compras, country: MX}
    owner:
      name: Unidad de datos
      email: datos@dependencia.example
      second: {name: Dirección, email: direccion@dependencia.example}
    alerts: {confirmations: 4, minimum_percent: "2.5"}
    subscribers: compras@lectores.example
    datasets:
      - id: contratos
        alerts:
          ignore: ["score:*", "expectation:contracts_register.title.*"]
          minimum_drop: 7.5
      - id: licitaciones
        subscribers: [licitaciones@lectores.example, todo@lectores.example]
"""


def test_policies_are_merged_field_by_field_the_inner_block_over_the_outer() -> None:
    sources = parse(WITH_ALERTS)
    inner = sources.policy("compras", "contratos")
    assert (inner.minimum_drop, inner.minimum_percent, inner.confirmations) == (7.5, 2.5, 4)
    assert inner.ignore == ("score:*", "expectation:contracts_register.title.*")
    outer = sources.policy("compras", "licitaciones")
    assert (outer.minimum_drop, outer.minimum_percent, outer.ignore) == (10, 2.5, ("stale",))
    assert sources.policy("compras", "gone") == outer
    assert sources.policy("gone", "contratos").confirmations == 3


@pytest.mark.parametrize(
    ("pattern", "ignored", "followed"),
    [
        ("score:*", "score:validity", "stale"),
        ("stale", "stale", "score:validity"),
        ("rows*", "rows_removed", "unreachable"),
        ("expectation:a.title.*", "expectation:a.title.present", "expectation:a.amount.present"),
        ("*", "personal:a.b", None),
        ("*:a.*", "expectation:a.b", "expectation:b.a"),
    ],
)
def test_what_is_ignored(pattern: str, ignored: str, followed: str | None) -> None:
    policy = parse(GOOD + f'        alerts: {{ignore: "{pattern}"}}\n').policy("compras", "contratos")
    assert policy.ignores(ignored)
    assert followed is None or not policy.ignores(followed)
    off = parse(GOOD + "        alerts: {enabled: false}\n").policy("compras", "contratos")
    assert off.ignores(ignored)
    assert off.ignores("unreachable")


def test_each_subscriber_gets_what_it_asked_for_once() -> None:
    assert parse(WITH_ALERTS).subscriptions == {
        "compras@lectores.example": ("compras/contratos", "compras/licitaciones"),
        "licitaciones@lectores.example": ("compras/licitaciones",),
        "todo@lectores.example": ("compras/contratos", "compras/licitaciones"),
    }
    assert parse(WITH_ALERTS).sources[0].owner.second.name == "Dirección"
    off = WITH_ALERTS.replace("    portal: ckan", "    enabled: false\n    portal: ckan")
    assert parse(off).subscriptions == {}


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("confirmations: 3", "confirmation: 3", 3, "alerts.confirmation is not a key"),
        ("confirmations: 3", "confirmations: 0", 3, "greater than or equal to 1"),
        ("confirmations: 3", "confirmations: two", 3, "valid integer"),
        ("minimum_drop: 10", "minimum_drop: nan", 3, "finite"),
        ("minimum_drop: 10", "minimum_drop: 101", 3, "less than or equal to 100"),
        ("[stale]", "[stael]", 3, "'stael' matches no condition; there are unreachable"),
        ("[stale]", "[score]", 3, "write 'score:*'"),
        ('"score:*"', '"scores:*"', 19, "matches no condition"),
        ("[todo@lectores.example]", "[todo]", 4, "'todo' is not a mail address"),
        ("direccion@dependencia", "datos@dependencia", 10, "the owner's own address"),
        (", email: direccion@dependencia.example", "", 13, "owner.second.email is missing"),
        (
            "          minimum_drop: 7.5",
            "          settle_after_days: 20",
            20,
            "settles after 20 days is never escalated after 30",
        ),
        (
            'minimum_percent: "2.5"',
            "settle_after_days: 30",
            14,
            "compras/contratos: what settles after 30 days",
        ),
        ("confirmations: 3", "remind_after_days: 90", 3, "never reminded"),
    ],
)
def test_each_fault_of_a_policy_is_named_with_line_and_remedy(
    old: str, new: str, line: int, words: str
) -> None:
    assert old in WITH_ALERTS
    with pytest.raises(SourcesError) as caught:
        parse(WITH_ALERTS.replace(old, new, 1), "sources.yaml")
    assert words in str(caught.value)
    assert caught.value.line == line
    assert caught.value.advice
