"""Sniffing and reading under damaged files of every format: nothing but `ReadFault` may come out.

    python -m tests.fuzz.reading [--seconds 60] [--seed 1] [--formats json,xlsx] [--keep FOLDER] [FILE ...]

Belongs here: the loop, its limits, and the account of it. Formats get equal shares of the time, so that those that
are read in a process of their own get fewer inputs. The readers run in a process that may crash, hang or be filled:
an input that does that is found, like one that takes over SLOW seconds or MEGABYTES of memory. Files named at the end
are read once more instead. Exit status 1: something was found; the inputs are in the folder, and become tests.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from pipelines.tables import spreadsheet
from tests.fuzz import database, trial
from tests.fuzz import seeds as all_seeds
from tests.fuzz.mutations import mutated
from tests.published_files import SAMPLES

SLOW = 10.0
MEGABYTES = 1_000
HANGS = 120.0
_INPUTS_PER_WORKER = 3_000  # afterwards memory is measured anew
_KEPT = 3  # inputs for one finding


@dataclass
class Account:
    """`inputs` and `read` (those that gave tables) by format and way, `faults` by kind, `found` by what was found."""

    inputs: Counter[str] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)

    def add(self, other: Account) -> None:
        for name, counter in vars(other).items():
            getattr(self, name).update(counter)


def fuzz(seconds: float, seed: int, folder: Path, formats: tuple[str, ...] = ()) -> Account:
    """Fuzz for `seconds`, leaving what is found in `folder`; the same `seed` begins with the same inputs."""
    account = Account()
    until = time.monotonic() + seconds
    number = 0
    while (left := until - time.monotonic()) > 1:
        account.add(_worked(left, f"{seed}.{number}", folder, formats))
        number += 1
    return account


def _worked(seconds: float, seed: str, folder: Path, formats: tuple[str, ...]) -> Account:
    """One process that reads; when it dies or hangs, that is a finding."""
    current, told = folder / "current", folder / "account.json"
    told.unlink(missing_ok=True)
    command = [sys.executable, "-m", __name__ if __name__ != "__main__" else "tests.fuzz.reading", "--worker"]
    command += [
        "--seconds",
        str(seconds),
        "--seed",
        seed,
        "--keep",
        str(folder),
        "--formats",
        ",".join(formats),
    ]
    current.write_bytes(b"")
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, stderr=log, cwd=Path(__file__).parents[2])
        hangs = False
        while process.poll() is None:
            time.sleep(0.2)
            if time.time() - current.stat().st_mtime > HANGS:
                hangs = True
                process.kill()
                process.wait()
    account = (
        Account(**{name: Counter(value) for name, value in json.loads(told.read_text()).items()})
        if told.exists()
        else Account()
    )
    if hangs or process.returncode:
        what = f"hangs for {HANGS:.0f} s" if hangs else f"the process died with status {process.returncode}"
        _keep(
            account, what, current.read_bytes(), folder, (folder / "worker.log").read_text(errors="replace")
        )
    return account


def _work(seconds: float, seed: str, folder: Path, formats: tuple[str, ...]) -> None:
    known = all_seeds.with_corpus()
    names = [format for format in known if not formats or format in formats]
    # Of its own for each format, whose inputs are then the same however fast the others are read
    chances = {name: Random(f"{seed} {name}") for name in names}  # noqa: S311
    every = [content for contents in known.values() for content in contents]
    account = Account(seconds=Counter(dict.fromkeys(names, 0)))
    current = folder / "current"
    until = time.monotonic() + seconds
    written = 0.0
    for _ in range(_INPUTS_PER_WORKER):
        if time.monotonic() > until:
            break
        format = min(names, key=lambda name: account.seconds[name])
        chance = chances[format]
        other = chance.choice(every if chance.random() < 0.3 else known[format])
        content = mutated(format, chance.choice(known[format]), other, chance)
        way = "opened"
        if format in ("text", "json") and chance.random() < 0.3:
            way = "fast" if format == "text" else "streamed"
        elif chance.random() < 0.1:
            way = "asked"
        suffix = SAMPLES[format][0] if format in SAMPLES else format
        name = (
            f"datos.{suffix}" if chance.random() < 0.9 else chance.choice(("datos", "datos.xls", "datos.csv"))
        )
        current.write_bytes(content)
        began, processor = time.monotonic(), sum(_processor())
        _once(account, format, current, name, way, folder)
        account.seconds[format] += time.monotonic() - began
        if sum(_processor()) - processor > SLOW:
            _keep(account, f"{format}, {way}: over {SLOW:.0f} s", content, folder)
        if _megabytes() > MEGABYTES:
            _keep(account, f"{format}, {way}: over {MEGABYTES} MB", content, folder)
            break
        if time.monotonic() - written > 2:
            written = time.monotonic()
            _tell(account, folder)
    _tell(account, folder)


def _once(account: Account, format: str, path: Path, name: str, way: str, folder: Path) -> None:
    kind = format if way == "opened" else f"{format}, {way}"
    account.inputs[kind] += 1
    try:
        fault = trial.read(path, name, way)
    except Exception as error:
        frames = [
            frame for frame in traceback.extract_tb(error.__traceback__) if "/pipelines/" in frame.filename
        ]
        where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"
        what = f"{type(error).__name__} at {where}"
        _keep(account, what, path.read_bytes(), folder, f"{name}, {way}\n{traceback.format_exc()}")
    else:
        account.read[kind] += fault is None
        account.faults[fault or "none"] += 1


def _keep(account: Account, what: str, content: bytes, folder: Path, told: str = "") -> None:
    account.found[what] += 1
    plain = "".join(letter if letter.isalnum() else "-" for letter in what)
    for number in range(_KEPT):
        path = folder / f"found-{plain}-{number}"
        if not path.exists():
            path.write_bytes(content)
            path.with_name(f"{path.name}.txt").write_text(told, encoding="utf-8")
            return


def _tell(account: Account, folder: Path) -> None:
    partial = folder / "account.partial"
    partial.write_text(json.dumps(vars(account)), encoding="utf-8")
    partial.replace(folder / "account.json")


def _processor() -> tuple[float, float, float, float]:
    """Seconds of the processor, in this process and its children: the clock also counts what others do."""
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return own.ru_utime, own.ru_stime, children.ru_utime, children.ru_stime


def _megabytes() -> float:
    peaks = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return max(peaks) / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _again(files: list[Path]) -> None:
    for path in files:
        for way in trial.WAYS:
            began = time.monotonic()
            try:
                said = trial.read(path, "datos", way) or "tables"
            except Exception:
                said = traceback.format_exc()
            print(f"{path.name}, {way}: {said} ({time.monotonic() - began:.1f} s)")


def main() -> int:
    """Fuzz as the command line says, and print the account."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", default=str(time.time_ns()))
    parser.add_argument("--formats", default="")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("files", nargs="*", type=Path)
    asked = parser.parse_args()
    formats = tuple(filter(None, asked.formats.split(",")))
    if asked.files:
        _again(asked.files)
        return 0
    folder = asked.keep or Path(tempfile.mkdtemp(prefix="veedor-fuzz-"))
    folder.mkdir(parents=True, exist_ok=True)
    if asked.worker:
        # Over some damage calamine comes to no end; the limit is what is tried then
        spreadsheet.SECONDS = round(SLOW / 2)
        with database.shared(folder):
            _work(asked.seconds, asked.seed, folder, formats)
        return 0
    account = fuzz(asked.seconds, int(asked.seed), folder, formats)
    print(f"{account.inputs.total():,} inputs from seed {asked.seed}")
    for kind, count in sorted(account.inputs.items()):
        print(f"  {kind:16} {count:8,} inputs {account.read[kind]:8,} gave tables")
    print("faults: " + ", ".join(f"{kind} {count:,}" for kind, count in account.faults.most_common()))
    for what, count in account.found.most_common():
        print(f"FOUND {count:,} times: {what}")
    print(f"{'what was found is' if account.found else 'nothing was found; the last input is'} in {folder}")
    return 1 if account.found else 0


if __name__ == "__main__":
    sys.exit(main())
