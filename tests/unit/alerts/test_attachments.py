"""The workbook that goes with a message: every failing row, harmless, masked, bounded, and the same each time."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import pyarrow
import pytest
from python_calamine import CalamineWorkbook

from pipelines.alerts import attachments
from pipelines.alerts.attachments import attach, attached
from pipelines.alerts.digest import digest
from pipelines.alerts.failing_rows import Found
from pipelines.alerts.items import Item
from pipelines.alerts.known import Attached, Known, Sheet
from pipelines.alerts.message import XLSX, compose
from pipelines.alerts.words import words
from pipelines.model import ExpectationResult, Outcome, Severity, Transition
from pipelines.validation.evidence.failing import Failing
from pipelines.validation.evidence.lines import Said
from tests.alerts_of import KEY, NIGHT, alert, datasets, incident, transition

Row = tuple[int, str | None, str | None]
PLACE = ("s/d", f"expectation:{KEY}")


def result(key: str) -> ExpectationResult:
    return ExpectationResult(key, "t", Outcome.FAILED, Severity.CRITICAL, "completeness", "P2")


@dataclass
class Rows:
    """Rows by expectation, a batch at a time, as the search in a table gives them. `read` counts what was taken."""

    by_key: dict[str, list[Row]]
    missing: dict[str, str] = field(default_factory=dict)
    counted: bool = True
    files: tuple[str, ...] = ("contratos.csv",)
    read: int = 0
    breaks: bool = False

    def counts(self, dataset: str) -> Mapping[str, int]:
        return {key: len(rows) * len(self.files) for key, rows in self.by_key.items()} if self.counted else {}

    def each(
        self, dataset: str, keys: frozenset[str], language: str, take: Callable[[Found], None]
    ) -> Mapping[str, str]:
        wanted = sorted(keys & set(self.by_key))
        for name in self.files:
            if not wanted:
                break
            lines = tuple(Said("Importe", (key, "la celda está vacía", "", "", "", key)) for key in wanted)
            take(Found(name, Failing(tuple(map(result, wanted)), frozenset(), self._batches(wanted)), lines))
        return self.missing

    def _batches(self, wanted: list[str]) -> Iterator[pyarrow.RecordBatch]:
        rows = [
            (row, at, value, record)
            for at, key in enumerate(wanted)
            for row, value, record in self.by_key[key]
        ]
        rows.sort(key=lambda it: it[:2])
        for start in range(0, len(rows), 1000):
            part = rows[start : start + 1000]
            self.read += len(part)
            yield pyarrow.RecordBatch.from_pydict(
                {name: [it[at] for it in part] for at, name in enumerate(("row", "place", "value", "record"))}
            )


def items(*transitions: Transition, known: Known | None = None) -> list[Item]:
    sections = digest(
        transitions or (transition(),), (), datasets(), NIGHT, words("es"), (known or Known()).incidents, {}
    )
    return [item for section in sections for item in section.items]


def made(rows: Rows | None, *transitions: Transition, language: str = "es") -> Attached:
    found = attached(alert(language=language), items(*transitions), {"s/d": "Contratos"}, rows)
    assert found is not None
    return found


def cells(found: Attached, sheet: str) -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(found.content))
    return book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)


def names(found: Attached) -> list[str]:
    return CalamineWorkbook.from_filelike(io.BytesIO(found.content)).sheet_names


def test_every_failing_row_stands_with_its_number_column_value_record_and_file() -> None:
    found = made(Rows({KEY: [(4, None, "C-3"), (7, "S/N", "C-6"), (9, "x", None)]}))
    assert names(found) == ["Todo", "1"]
    title, advice, headings, *rows = cells(found, "1")
    assert title[0] == "Ya no se cumple: El importe está presente: la celda está vacía"
    assert advice[0] == "Complételo. Bien: 12.50. Mal: «S/N»."
    assert headings == ["fila", "columna", "valor", "registro", "archivo"]
    assert rows == [
        [4.0, "Importe", "(vacío)", "C-3", "contratos.csv"],
        [7.0, "Importe", "S/N", "C-6", "contratos.csv"],
        [9.0, "Importe", "x", "", "contratos.csv"],
    ]
    assert found.sheets == {PLACE: Sheet("1", 3, 3)}


def test_the_first_sheet_lists_all_that_the_message_is_about() -> None:
    found = made(Rows({KEY: [(4, None, None)]}), transition(), transition("unusable", "recovered"))
    headings, first, second = cells(found, "Todo")
    assert len(headings) == len(first) == 10
    assert first[:4] == ["Contratos", "Fallas nuevas", "Ya no se cumple: El importe está presente", "Crítica"]
    assert first[8] == "hoja «1»: 1 de 1"
    assert second[1] == "Lo que quedó corregido"


def test_each_expectation_has_a_sheet_and_files_follow_one_another() -> None:
    other = transition("expectation:k.other", incident="j")
    rows = Rows(
        {KEY: [(4, "a", "r")], "k.other": [(5, "b", "r"), (6, "c", "r")]}, files=("uno.csv", "dos.csv")
    )
    found = made(rows, transition(), other)
    assert found.sheets == {PLACE: Sheet("1", 2, 2), ("s/d", "expectation:k.other"): Sheet("2", 4, 4)}
    assert [row[4] for row in cells(found, "2")[3:]] == ["uno.csv", "uno.csv", "dos.csv", "dos.csv"]


def test_consequences_have_their_rows_too() -> None:
    cause, other = transition("columns"), transition()
    known = Known(incidents={other.incident: incident(other, cause=cause.incident)})
    (item,) = items(cause, other, known=known)
    found = attached(alert(), [item], {}, Rows({KEY: [(4, "a", "r")]}))
    assert found is not None
    assert found.sheets == {PLACE: Sheet("1", 1, 1)}
    assert len(cells(found, "Todo")) == 3


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-1", "@SUM(A1)", "＝1", "\t=1", "\r\n=1"])
def test_nothing_is_computed_by_a_spreadsheet(text: str) -> None:
    rows = Rows({KEY: [(1, text, text)]}, files=(text,))
    found = made(rows, transition(column=text, summary={"es": text}, advice={"es": text}))
    told = [
        cell for name in names(found) for row in cells(found, name) for cell in row if isinstance(cell, str)
    ]
    assert not [cell for cell in told if cell.startswith(("=", "+", "-", "@", "＝", "\t", "\r"))]
    packed = zipfile.ZipFile(io.BytesIO(found.content))
    assert not [it for it in packed.namelist() if b"<f>" in packed.read(it)]


def test_what_cannot_be_seen_is_not_in_a_cell_and_no_sheet_is_named_by_a_stranger() -> None:
    nasty = "a\u202eb\u200b\x00\n<script>[x]:*?/\\"
    found = made(Rows({KEY: [(1, nasty, nasty)]}), transition(summary={"es": nasty}))
    assert names(found) == ["Todo", "1"]
    assert cells(found, "1")[3][2] == "ab <script>[x]:*?/\\"


def test_exposed_personal_data_are_not_passed_on() -> None:
    personal = transition("personal:k.not_personal")
    found = made(Rows({"k.not_personal": [(4, "Juana Invented", "Juana Invented")]}), personal)
    assert cells(found, "1")[3] == [4.0, "Importe", "(no se muestra)", "", "contratos.csv"]
    assert b"Juana" not in b"".join(
        zipfile.ZipFile(io.BytesIO(found.content)).read(it) for it in ("xl/worksheets/sheet2.xml",)
    )


def test_the_same_alert_gives_the_same_bytes() -> None:
    rows = {KEY: [(at, f"v{at}", f"r{at}") for at in range(2500)]}
    first = made(Rows(rows))
    assert made(Rows(rows)).content == first.content
    packed = zipfile.ZipFile(io.BytesIO(first.content))
    assert {it.date_time[0] for it in packed.infolist()} == {1980}
    assert b">2026-03-05T00:00:00Z</dcterms:created>" in packed.read("docProps/core.xml")


def test_many_rows_are_cut_fairly_and_counted_and_reading_ends_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MAX_ROWS", 3000)
    rows = Rows({KEY: [(at, "v", "r") for at in range(2, 20_000)], "k.few": [(5, "w", "r"), (9, "w", "r")]})
    found = made(rows, transition(), transition("expectation:k.few", incident="j"))
    assert found.sheets[PLACE] == Sheet("1", 2998, 19_998)
    assert found.sheets["s/d", "expectation:k.few"] == Sheet("2", 2, 2)
    assert rows.read < 5000
    assert "las primeras 2,998 de 19,998" in str(cells(found, "Todo")[1][8])


def test_where_nobody_counted_all_rows_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MAX_ROWS", 100)
    found = made(Rows({KEY: [(at, "v", "r") for at in range(5000)]}, counted=False))
    assert found.sheets[PLACE] == Sheet("1", 100, 5000)


def test_long_cells_are_cut_and_no_file_is_larger_than_a_mail_takes() -> None:
    noise = random.Random(7)  # noqa: S311  what cannot be packed
    text = "".join(chr(noise.randrange(0x21, 0x7F)) for _ in range(200_000))
    rows = [(at, text[at : at + 3000], text[at : at + 50]) for at in range(20_000)]
    found = made(Rows({KEY: rows}))
    assert len(found.content) < attachments.MAX_BYTES
    sheet = found.sheets[PLACE]
    assert 1000 < sheet.written < sheet.found == 20_000
    assert max(len(str(row[2])) for row in cells(found, "1")[3:]) <= attachments.MAX_CELL + 1


def test_a_file_that_became_too_large_all_the_same_has_no_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MAX_BYTES", 12_000)
    found = made(Rows({KEY: [(at, f"{hash(str(at))}", f"{at}") for at in range(3000)]}))
    assert found.sheets == {PLACE: Sheet(missing="large")}
    assert names(found) == ["Todo"]


@pytest.mark.parametrize("why", ["gone", "unreadable", "whole", "rules"])
def test_without_rows_the_file_says_why(why: str) -> None:
    found = made(Rows({}, missing={KEY: why}))
    assert found.sheets == {PLACE: Sheet(missing=why)}
    assert cells(found, "Todo")[1][8] == words("es")[f"missing_{why}"]


def test_rows_that_broke_off_are_not_called_all() -> None:
    class Breaking(Rows):
        def counts(self, dataset: str) -> Mapping[str, int]:
            return {KEY: 900}

    found = made(Breaking({KEY: [(1, "a", "r")]}, missing={KEY: "unreadable"}))
    assert found.sheets[PLACE] == Sheet("1", 1, 900)


def test_a_short_message_without_rows_has_no_file() -> None:
    assert attached(alert(), items(transition("stale")), {}, Rows({})) is None
    assert attached(alert(), items(transition()), {}, None) is None


def test_a_long_message_has_a_file_of_all_even_without_rows() -> None:
    many = items(*(transition("stale", dataset=f"s/{at}") for at in range(40)))
    found = attached(alert(language="en"), many, {}, None)
    assert found is not None
    assert names(found) == ["All"]
    assert len(cells(found, "All")) == 41


def test_more_expectations_than_sheets_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attachments, "MAX_SHEETS", 3)
    several = [transition(f"expectation:k{at}", incident=f"i{at}") for at in range(6)]
    found = made(Rows({f"k{at}": [(1, "a", "r")] for at in range(6)}), *several)
    assert len(names(found)) == 4
    assert len(cells(found, "Todo")) == 7


def test_a_message_carries_the_file_and_says_where_the_rows_are() -> None:
    known = Known(attach=attach(Rows({KEY: [(4, None, "C-3"), (7, "S/N", "C-6")]})))
    message = compose(alert(), datasets(), known)
    (file,) = message.attachments
    assert (file.name, file.media_type) == ("veedor-2026-03-05.xlsx", XLSX)
    assert "Las 2 filas que fallan están en el archivo adjunto, hoja «1»." in message.text
    assert message == compose(replace(alert()), datasets(), known)


def test_a_fault_while_rows_are_read_leaves_no_file_open() -> None:
    class Broken(Rows):
        def _batches(self, wanted: list[str]) -> Iterator[pyarrow.RecordBatch]:
            yield from super()._batches(wanted)
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        made(Broken({KEY: [(1, "a", "r")]}, counted=False))
