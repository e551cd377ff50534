"""Symptoms of the history: missing, damaged, held by somebody, of newer software.

Belongs here: opening it for a moment, read-only and within a second; a night that wants to write meanwhile waits for
that moment, as it waits for other readers. `veedor history verify` proves what it holds, which takes longer.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.errors import HistoryDamaged, HistoryLocked, HistoryMissing, VeedorError
from pipelines.history.database import reading
from pipelines.history.migrate import available
from pipelines.operation.doctor.symptom import Symptom
from pipelines.operation.status import Status
from pipelines.settings import Settings

SECONDS = 1.0
NOTHING = "A night can record nothing."
REBUILD = "`veedor history rebuild` makes it anew from the run folders, row for row."


def symptoms(found: Status, settings: Settings) -> Iterator[Symptom]:
    """What the history shows. While a night is at work it may be held, which is no symptom."""
    try:
        with reading(settings.history, deadline_seconds=SECONDS) as connection:
            row = connection.execute("SELECT max(version) FROM schema_migration").fetchone()
            connection.execute("SELECT count(*) FROM run").fetchone()
        version, newest = int(row[0] or 0) if row else 0, max(number for number, _, _ in available())
        if version > newest:
            yield Symptom(
                "history_newer",
                f"The history was written by newer software (migration {version}; this one knows {newest}).",
                "This software would spoil it, and refuses to write to it.",
                "Update the software on this machine, or rebuild the history with this one.",
            )
    except HistoryMissing:
        if found.last_finished is not None:
            yield Symptom(
                "history_missing",
                f"There is no history at {settings.history}, but nights have been finished.",
                "Nothing can be compared with the past, and the published copy cannot be made.",
                f"Is VEEDOR_DATA the right folder? Otherwise {REBUILD}",
            )
    except HistoryLocked as error:
        if not found.at_work:
            yield Symptom(
                "history_locked",
                error.message,
                "A night can record nothing while another process holds the history.",
                "End that process; read data/public/quality.duckdb instead of history.duckdb.",
            )
    except HistoryDamaged as error:
        yield Symptom(
            "history_damaged",
            error.message,
            NOTHING,
            f"Look at the disk, then {REBUILD}",
        )
    except VeedorError as error:
        yield Symptom("history_unusable", error.message, NOTHING, error.advice)
    except Exception as error:  # whatever DuckDB says of a file that is not quite one
        kind = type(error).__name__
        yield Symptom(
            "history_unusable",
            f"The history cannot be read ({kind}).",
            NOTHING,
            REBUILD,
        )
