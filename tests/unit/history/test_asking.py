"""`pipelines.history.query` as it is documented, and answers kept as Parquet."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from pyarrow import parquet

from pipelines import history
from pipelines.errors import QueryError
from pipelines.history import publish
from pipelines.history.answer_file import BATCH_ROWS, unequal, write_parquet

ROOT = Path(__file__).resolve().parents[3]
NOTEBOOK = ROOT / "docs" / "notebook.ipynb"


@pytest.fixture(scope="module")
def public(recorded_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "public"
    publish.publish(recorded_once / "history.duckdb", folder)
    return folder


def test_parameters_go_by_order_or_by_name(public: Path) -> None:
    by_order = history.query(
        "select count(*) as n from verdict where dataset = ?", ["federal/contratos"], public=public
    )
    by_name = history.query(
        "select count(*) as n from verdict where dataset = $dataset",
        {"dataset": "federal/contratos"},
        public=str(public),
    )
    assert by_order["n"].tolist() == by_name["n"].tolist() == [5]
    with pytest.raises(QueryError):
        history.query("select count(*) from verdict where dataset = $dataset", {"x": 1}, public=public)
    with pytest.raises(QueryError, match="Only SELECT"):
        history.query("drop table verdict", public=public)


def test_the_function_is_still_there_when_everything_was_imported() -> None:
    code = "import pipelines.history.asking, pipelines.cli.sql; from pipelines.history import query; print(query)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.stdout.startswith("<function query"), done.stderr


def test_parquet_keeps_types_and_every_column(public: Path, tmp_path: Path) -> None:
    path = tmp_path / "new" / "answer.parquet"
    sql = "select date '2026-03-02' as night, [1, 2] as l, null as night, sum(range) as s from range(4) group by all"
    assert write_parquet(sql, path, public=public) == 1
    assert parquet.read_table(path).to_pylist() == [
        {"night": date(2026, 3, 2), "l": [1, 2], "night_1": None, "s": 6}
    ]
    rows = 3 * BATCH_ROWS + 1
    assert write_parquet("from range($n)", path, {"n": rows}, public=public) == rows
    assert parquet.read_metadata(path).num_rows == rows
    assert write_parquet("from verdict where false", path, public=public) == 0
    assert "outcome" in parquet.read_schema(path).names


@pytest.mark.parametrize(
    ("sql", "limits", "words"),
    [
        ("select interval 1 day as i", {}, "Parquet cannot hold"),
        ("from range(1000000000000)", {"max_rows": 100_000}, "more than 100,000 rows"),
        (
            "select range, random() from range(1000000000000)",
            {"seconds": 0.5, "max_rows": 10**12},
            "longer than",
        ),
        ("select if(range = 90000, 'a', '1')::int from range(100000)", {}, "Could not convert"),
        ("select 1; select 2", {}, "one statement"),
        ("from read_text('/etc/hostname')", {}, "disabled"),
    ],
)
def test_what_fails_midway_leaves_the_file_of_before(
    public: Path, tmp_path: Path, sql: str, limits: dict[str, int], words: str
) -> None:
    path = tmp_path / "answer.parquet"
    write_parquet("select 1 as one", path, public=public)
    before = path.read_bytes()
    with pytest.raises(QueryError, match=words):
        write_parquet(sql, path, public=public, **limits)  # type: ignore[arg-type]
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_names_are_made_unequal_whatever_they_are() -> None:
    assert unequal(["a", "a", "a_1", "a"]) == ["a", "a_1", "a_1_1", "a_2"]
    assert unequal([]) == []


def test_the_notebook_runs_and_holds_nobodys_data(public: Path) -> None:
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    cells = notebook["cells"]
    assert len({cell["id"] for cell in cells}) == len(cells)
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    # As Jupyter does it: one cell after the other in one namespace, the last expression of each shown.
    program = """
import ast, json, sys
space = {}
for number, source in enumerate(json.load(sys.stdin), 1):
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, f"cell {number}", "exec"), space)
    if last is not None:
        value = eval(compile(ast.Expression(last.value), f"cell {number}", "eval"), space)
        print(number, type(value).__name__, len(value))
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        input=json.dumps(["".join(cell["source"]) for cell in code]),
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "VEEDOR_DATA": str(public.parent)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    shown = [line.split() for line in done.stdout.splitlines()]
    assert [kind for _, kind, _ in shown] == ["DataFrame"] * len(code)
    assert [int(count) for _, _, count in shown[:3]] == [1, 6, 5]
