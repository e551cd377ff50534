"""The command line as a person meets it: one clear line for an error, JSON on demand, exit codes."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines import duck
from pipelines.settings import Settings
from pipelines.tables.table import SMALL

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "tests" / "samples"


def veedor(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pipelines", *arguments],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "160", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_help_names_every_command(tmp_path: Path) -> None:
    done = veedor("--help", cwd=tmp_path)
    assert done.returncode == 0
    for command in ("run", "read", "validate", "sql", "sources", "snapshots", "demo", "site", "export"):
        assert command in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run",), "sources.yaml: there is no such file."),
        (("sources", "check"), "VEEDOR_SOURCES"),
        (("sql", "select 1"), "no published history"),
        (("site",), "no published history"),
        (("export", "dqv", "--output", "dqv"), "no published history"),
        (("export", "dqv", "--dataset", "a/b"), "no published history"),
        (("export", "dqv"), "--output"),
    ],
)
def test_an_error_is_one_line_with_what_to_do_and_never_a_traceback(
    tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    done = veedor(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") == 2
    assert "→" in done.stderr
    as_json = veedor(*arguments, "--json", cwd=tmp_path)
    assert json.loads(as_json.stdout)["advice"]


def test_the_shipped_sources_are_valid(tmp_path: Path) -> None:
    done = veedor("sources", "check", "--json", cwd=tmp_path, VEEDOR_SOURCES=str(ROOT / "sources.yaml"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["valid"]


def test_guide_lists_the_thirty_and_answers_each_check_of_one(tmp_path: Path) -> None:
    done = veedor("guide", "--json", cwd=tmp_path)
    rows = json.loads(done.stdout)
    assert [row["no."] for row in rows] == list(range(1, 31))
    lobbying = rows[1]
    assert lobbying["guide dataset"].startswith("lobbying_register (")
    assert lobbying["checks answered"] == "19/19"
    assert lobbying["watched"] == ""
    one = json.loads(veedor("guide", "lobbying_register", "--json", cwd=tmp_path).stdout)
    assert len(one) == 19
    assert {row["answered by"] for row in one} == {"expectation", "link", "metric"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(("no_such_dataset",), "lists its 30"), (("lobbying_register", "--language", "fr"), "en or es")],
)
def test_guide_says_what_it_cannot_use(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    done = veedor("guide", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr


def test_a_wrong_setting_names_the_variable(tmp_path: Path) -> None:
    done = veedor("sources", "check", cwd=tmp_path, VEEDOR_THREADS="many")
    assert done.returncode == 2
    assert "VEEDOR_THREADS" in done.stderr


def test_validate_passes_the_good_file_and_fails_the_bad_one(tmp_path: Path) -> None:
    for name, code in (("good", 0), ("bad", 1)):
        file = SAMPLES / "debarred_contractors" / f"{name}.csv"
        done = veedor("validate", str(file), "--suite", "debarred_contractors", "--json", cwd=tmp_path)
        assert done.returncode == code, done.stderr
        assert json.loads(done.stdout)["suite"] == "debarred_contractors"


def test_validate_tells_an_officer_which_rows_and_what_to_do(tmp_path: Path) -> None:
    file = SAMPLES / "debarred_contractors" / "bad.csv"
    spanish = veedor("validate", str(file), "--suite", "debarred_contractors", cwd=tmp_path).stdout
    english = veedor(
        "validate", str(file), "--suite", "debarred_contractors", "--language", "en", cwd=tmp_path
    ).stdout
    assert spanish.splitlines()[0].endswith("suite debarred_contractors 1.1.0")
    assert "filas, disposición roles@1" in spanish.splitlines()[0]
    assert "rows, layout roles@1" in english.splitlines()[0]
    for word, other in (("fila 2: ", "row 2: "), ("✗ no cumple", "✗ failed"), ("gravedad", "severity")):
        assert word in spanish
        assert word not in english
        assert other in english
        assert other not in spanish
    assert " filas no cumplen" in spanish
    assert " rows do not meet it" in english


def test_validate_lists_what_passed_only_when_asked(tmp_path: Path) -> None:
    given = ("validate", str(SAMPLES / "debarred_contractors" / "bad.csv"), "--suite", "debarred_contractors")
    short = veedor(*given, "--language", "en", cwd=tmp_path).stdout
    long = veedor(*given, "--language", "en", "--all", cwd=tmp_path).stdout
    passed = next(line for line in short.splitlines() if line.startswith("✓ passed: "))
    assert short.count("✓ passed") == 1
    assert long.count("✓ passed") == 1 + int(passed.removeprefix("✓ passed: "))


def test_validate_writes_every_failing_row_and_the_result_for_great_expectations(tmp_path: Path) -> None:
    file = SAMPLES / "debarred_contractors" / "bad.csv"
    given = ("validate", str(file), "--suite", "debarred_contractors", "--json")
    done = veedor(*given, "--rows", "rows.csv", "--gx", "gx.json", "--data-docs", "page.html", cwd=tmp_path)
    assert done.returncode == 1
    counted = sum(item["unexpected_count"] or 0 for item in json.loads(done.stdout)["results"])
    with (tmp_path / "rows.csv").open(encoding="utf-8-sig", newline="") as handle:
        assert len(list(csv.DictReader(handle))) == counted > 0
    assert f"Los {counted} incumplimientos están en rows.csv." in done.stderr
    assert json.loads((tmp_path / "gx.json").read_text(encoding="utf-8"))["success"] is False
    assert "Expectation Suite" in (tmp_path / "page.html").read_text(encoding="utf-8")
    english = veedor(*given, "--rows", "rows.xlsx", "--language", "en", cwd=tmp_path)
    assert f"All {counted} failures are in rows.xlsx." in english.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--rows", "rows.txt"), ".xlsx or .csv or .parquet"),
        (("--gx", "out.xml"), ".json"),
        (("--rows", "f.csv"), "is the file to look at"),
        (("--rows", "folder.csv"), "is a folder"),
        (("--rows", "there/is/a/file.csv/rows.csv"), "cannot be written"),
    ],
)
def test_validate_says_where_it_cannot_write(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    file = tmp_path / "f.csv"
    content = (SAMPLES / "debarred_contractors" / "bad.csv").read_bytes()
    file.write_bytes(content)
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "there" / "is" / "a").mkdir(parents=True)
    (tmp_path / "there" / "is" / "a" / "file.csv").touch()
    done = veedor("validate", str(file), "--suite", "debarred_contractors", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr.replace("\n", " ")
    assert file.read_bytes() == content


def test_an_interrupt_while_a_file_is_read_or_validated_is_told_as_one(tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    with file.open("w", encoding="utf-8") as handle:
        handle.write(f"{ROLES}\n")
        for number in range(0, 3_000_000):
            handle.write(f"2026-{number},Obra {number},Secretaría,Proveedora,1.5,MXN,2026-01-02\n")
    running = subprocess.Popen(
        [sys.executable, "-m", "pipelines", "validate", str(file), "--suite", "contracts_register"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        started = time.monotonic()
        while not list(tmp_path.glob("veedor-tables-*")) and time.monotonic() - started < 30:
            time.sleep(0.02)
        time.sleep(0.5)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode == 130, said
    assert "Interrupted." in said
    assert list(tmp_path.glob("veedor-*")) == []


def test_the_memory_limit_of_the_settings_reaches_what_reads_and_validates(tmp_path: Path) -> None:
    sample = (SAMPLES / "debarred_contractors" / "bad.csv").read_text(encoding="utf-8")
    header, *rows = sample.splitlines()
    times = SMALL // (len(rows) * len(header.split(","))) + 1  # of a small table all is held in memory
    file = tmp_path / "f.csv"
    file.write_text("\n".join([header, *rows * times, ""]), encoding="utf-8")
    given = ("validate", str(file), "--suite", "debarred_contractors")
    done = veedor(*given, cwd=tmp_path, VEEDOR_MEMORY_LIMIT="1MB")
    assert done.returncode == 2
    assert "memory" in done.stderr


ROLES = "contract_id,title,buyer_name,supplier_name,value_amount,currency,date_signed"


@pytest.mark.parametrize("layout", [(), ("--layout", "roles")])
def test_a_file_with_a_few_of_the_suites_role_names_can_be_validated(
    tmp_path: Path, layout: tuple[str, ...]
) -> None:
    file = tmp_path / "f.csv"
    file.write_text(f"{ROLES}\n2026-1,Obra,Secretaría,Proveedora,1.5,MXN,2026-01-02\n", encoding="utf-8")
    given = ("validate", str(file), "--suite", "contracts_register", "--json", *layout)
    assert json.loads(veedor(*given, cwd=tmp_path).stdout)["layout"] == "roles@1"
    file.write_text("contract_id,title,other\n1,2,3\n", encoding="utf-8")  # fewer than the suite's minimum
    assert veedor(*given, cwd=tmp_path).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--suite", "nothing"), "Use one of: advisory_board_members"),
        (("--suite", "contracts_register", "--layout", "nothing"), "no layout"),
        (("--suite", "contracts_register"), "fits the columns: uno, dos"),
        (("--suite", "contracts_register", "--language", "fr"), "Use es or en"),
    ],
)
def test_validate_says_what_it_cannot_use(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    file = tmp_path / "f.csv"
    file.write_text("uno,dos\n1,2\n3,4\n", encoding="utf-8")
    done = veedor("validate", str(file), *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr.replace("\n", " ")


def test_read_reports_and_html_is_told_as_such(tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_bytes("Código;Importe\n1;2,5\n2;3,5\n".encode("latin-1"))
    report = json.loads(veedor("read", str(file), "--json", cwd=tmp_path).stdout)[0]
    assert (report["delimiter"], report["rows"], report["columns"]) == (";", 2, ["Código", "Importe"])
    assert "Código, Importe" in veedor("read", str(file), cwd=tmp_path).stdout
    file.write_text("<!doctype html><html><body>Error</body></html>", encoding="utf-8")
    done = veedor("read", str(file), cwd=tmp_path)
    assert done.returncode == 2
    assert "web page" in done.stderr
    assert veedor("read", "nothing.csv", cwd=tmp_path).returncode == 2


def test_read_shows_what_was_lost_and_where(tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text("a,b,c\n1,2,3\n4,5\n6,7,8\n", encoding="utf-8")
    shown = veedor("read", str(file), cwd=tmp_path).stdout
    assert "Of another width: row 3." in shown
    assert "certainty" in shown
    assert "records lost" not in shown
    file = tmp_path / "f.json"
    file.write_text('[{"a": 1}, null, {"a": 2}, {"a"', encoding="utf-8")
    shown = " ".join(veedor("read", str(file), cwd=tmp_path).stdout.split())
    assert "partly read" in shown
    assert "records lost 2 (number" in shown


def test_read_shows_the_part_that_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "f.json"
    file.write_text('{"uno": [{"a": 1}, {"a": 2}], "dos": [{"b": 1}]}', encoding="utf-8")
    assert "records 2" in " ".join(veedor("read", str(file), cwd=tmp_path).stdout.split())
    assert "records 1" in " ".join(
        veedor("read", str(file), "--record-path", "dos", cwd=tmp_path).stdout.split()
    )
    done = veedor("read", str(file), "--record-path", "tres", cwd=tmp_path)
    assert done.returncode == 2
    assert "There are: uno (2), dos (1)." in done.stderr
    assert "`record_path`" in done.stderr
    done = veedor("read", str(file), "--record-path", "a..b", cwd=tmp_path)
    assert done.returncode == 2
    assert "is not a path to records" in done.stderr


def test_cell_values_cannot_write_markup_or_escape_codes(tmp_path: Path) -> None:
    file = tmp_path / "f.csv"
    file.write_text("[red]a[/red],b\x1b[2J\n1,2\n3,4\n", encoding="utf-8")
    shown = veedor("read", str(file), cwd=tmp_path).stdout
    assert "[red]a[/red]" in shown
    assert "\x1b" not in shown


BROKEN = """
from pipelines.cli import app
@app.app.command("break")
def broken() -> None:
    raise KeyError("[/b]\\x1b[2J\\n" + "who")
app.run()
"""


def broken(*options: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The real command line with one more command, in which there is a bug."""
    return subprocess.run(
        [sys.executable, "-c", BROKEN, *options, "break"],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_bug_is_one_line_with_a_code_of_its_own_and_its_traceback_is_kept(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    done = broken(cwd=tmp_path)
    assert done.returncode == 4
    assert done.stderr.count("\n") == 2
    assert "KeyError" in done.stderr
    assert "[/b]" in done.stderr
    assert "this is a fault of ours" in done.stderr
    assert "data/veedor-failure.log" in done.stderr
    assert "\x1b" not in done.stderr
    kept = tmp_path / "data" / "veedor-failure.log"
    assert "Traceback" in kept.read_text(encoding="utf-8")
    assert kept.stat().st_mode & 0o077 == 0
    assert "Traceback" in broken("--verbose", cwd=tmp_path).stderr


@pytest.mark.parametrize("setting", [{}, {"VEEDOR_THREADS": "0"}])
def test_without_a_usable_data_folder_the_traceback_is_in_the_temporary_one(
    tmp_path: Path, setting: dict[str, str]
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    done = broken(cwd=tmp_path, TMPDIR=str(temporary), **setting)
    assert done.returncode == 4
    (kept,) = temporary.glob("veedor-failure-*.log")
    assert str(kept) in done.stderr
    assert "Traceback" in kept.read_text(encoding="utf-8")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("kept", [0.0, 0.9])
def test_a_damaged_published_history_is_one_clear_line(tmp_path: Path, kept: float) -> None:
    path = tmp_path / "data" / "public" / "quality.duckdb"
    path.parent.mkdir(parents=True)
    connection = duck.connect(path)
    connection.execute("create table t as select md5(range::varchar) s from range(100000)")
    connection.close()
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    done = veedor("sql", "select max(s) from t", cwd=tmp_path)
    assert done.returncode == 2
    assert "damaged" in done.stderr
    assert "Run the night again: `veedor run`" in done.stderr
    assert done.stderr.count("\n") == 2
    middle = len(content) // 2
    path.write_bytes(content[:middle] + bytes(4096) + content[middle + 4096 :])  # opens, cannot be read
    done = veedor("sql", "select max(s) from t", cwd=tmp_path)
    assert done.returncode == 2
    assert "is damaged" in done.stderr
    assert "Run the night again" in done.stderr


def test_memory_threads_and_temporary_folder_of_the_settings_reach_the_connection(tmp_path: Path) -> None:
    from pipelines.cli.read import opened_file, part

    file = tmp_path / "f.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    names = ("memory_limit", "threads", "temp_directory", "enable_progress_bar")
    asked = "SELECT " + ", ".join(f"current_setting('{name}')" for name in names)
    given = Settings.from_env({"VEEDOR_MEMORY_LIMIT": "300MiB", "VEEDOR_THREADS": "1"})
    for settings, memory, threads in ((given, "300.0 MiB", 1), (Settings.from_env({}), "488.2 MiB", 2)):
        with opened_file(file, settings, part(None, None, None)) as content:
            (found,) = content.tables[0].connection.execute(asked).fetchall()
        assert found[:2] == (memory, threads)
        assert "veedor-tables-" in found[2]
        assert found[3] is False
