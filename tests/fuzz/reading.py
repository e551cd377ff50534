"""Sniffing and reading under coverage-guided fuzzing: nothing but `ReadFault` may come out.

    pip install atheris && python -m tests.fuzz.reading FOLDER -max_total_time=300

Not part of the tests: atheris is no dependency and runs for as long as it is left to. FOLDER keeps the inputs that
reached new code. What it finds becomes a test. The options after the folder are libFuzzer's.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path


def main() -> None:
    """Fuzz until told to stop."""
    import atheris

    with atheris.instrument_imports(include=["pipelines.tables"]):
        from pipelines.errors import ReadFault
        from pipelines.tables.read import opened
        from pipelines.tables.table import Hint

    path = Path(tempfile.mkdtemp()) / "file"

    def once(content: bytes) -> None:
        path.write_bytes(content)
        try:
            with opened(path, Hint("a/b/c", "0" * 64, format="csv")) as result:
                for table in result.tables:
                    count = f'SELECT count(*) FROM "{table.relation}"'
                    assert table.connection.execute(count).fetchall()[0][0] == table.report.rows
        except ReadFault:
            pass

    atheris.Setup(sys.argv, once)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
