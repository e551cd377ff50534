"""The same readers under coverage-guided fuzzing, which keeps the inputs that reach new code.

    pip install atheris && python -m tests.fuzz.guided FOLDER -max_total_time=300

Not part of the tests: atheris is no dependency, and has no wheels for every Python. FOLDER is begun with the seeds.
What comes out of a reader and is no `ReadFault` ends the run, with the input in a file. The options after the folder
are those of libFuzzer.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from random import Random


def main() -> None:
    """Fuzz until told to stop."""
    import atheris

    with atheris.instrument_imports(include=["pipelines.tables"]):
        from tests.fuzz import database, seeds, trial
        from tests.fuzz.mutations import blind

    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    known = seeds.with_corpus()
    seeds.written(known, folder)
    lent = [content for contents in known.values() for content in contents]
    work = Path(tempfile.mkdtemp(prefix="veedor-fuzz-"))
    path = work / "file"

    def once(content: bytes) -> None:
        path.write_bytes(content)
        for way in trial.WAYS:
            trial.read(path, "datos", way)

    def changed(content: bytes, most: int, seed: int) -> bytes:
        chance = Random(seed)  # noqa: S311
        if chance.random() < 0.5:
            return bytes(atheris.Mutate(content, most))
        return blind(content, chance.choice(lent), chance)[:most]

    with database.shared(work):
        atheris.Setup([*sys.argv, "-max_len=100000", "-rss_limit_mb=0"], once, custom_mutator=changed)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
