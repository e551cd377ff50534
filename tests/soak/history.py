"""Eight writers, two publishers and eight readers of one history at once; or one that is killed again and again.

    python -m tests.soak.history [--seconds 300] [--kills 200] [--seed 1]

Belongs here: the command and the account of it, one JSON object on standard output. Exit status 1: something was
torn, lost, doubled or refused. Does not belong here: what is done (`together`, `killing`).
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

from tests.soak import killing, together


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    asked = parser.parse_args()
    account: dict[str, object] = {"seed": asked.seed, "processors": os.cpu_count()}
    folder = Path(tempfile.mkdtemp(prefix="veedor-soak-"))
    wrong: list[str] = []
    if asked.seconds:
        account["together"], found = together.run(folder / "together", asked.seconds, asked.seed)
        wrong += found
    if asked.kills:
        account["killing"], found = killing.run(folder / "killing", asked.kills, asked.seed)
        wrong += found
    account["wrong"] = wrong
    if wrong:
        account["kept"] = str(folder)
    else:
        shutil.rmtree(folder)
    print(json.dumps(account, indent=1))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
