"""Nights replayed with everything that can go wrong, beside the same nights undisturbed.

    python -m tests.soak.nights [--nights 100] [--kills 3] [--seed 1] [--only "disk full"]

Belongs here: the command and the account of it, one JSON object on standard output; each night is told on standard
error as it is through. Exit status 1: the history is another one, a mail was lost or doubled, or something was left.
Does not belong here: what is done (`replay`).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.soak.nights import disk, replay
from tests.soak.nights.troubles import Trouble


def main() -> int:
    """Do it, and tell what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--nights", type=int, default=100, help="8 or more")
    parser.add_argument("--kills", type=int, default=3, help="the most kills of one night")
    parser.add_argument(
        "--only", choices=[*Trouble], default="", help="one kind of trouble (and the daemon's nights)"
    )
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    asked = parser.parse_args()
    if asked.nights < 8 or asked.kills < 1:
        parser.error("there have to be 8 nights and one kill at least")
    disk.apart()
    folder = Path(tempfile.mkdtemp(prefix="veedor-nights-"))
    account: dict[str, object] = {"seed": asked.seed, "kills": asked.kills, "processors": os.cpu_count()}

    def told(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    found, wrong = replay.run(folder / "nights", asked.nights, asked.seed, asked.kills, asked.only, told)
    account |= {**found, "wrong": wrong}
    if wrong:
        account["kept"] = str(folder)
    else:
        shutil.rmtree(folder)
    print(json.dumps(account, indent=1))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
