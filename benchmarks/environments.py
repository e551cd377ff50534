"""Environments of their own for other people's libraries, so that their versions do not touch ours.

Belongs here: making one from a list in `benchmarks/requirements/`, once. Such a list holds every package with its
version, those that others bring along too, and is installed as it stands: a library's wish for another version of
one of them is not asked. Does not belong here: what is done with it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = Path(__file__).resolve().parent / "requirements"


def python_of(name: str) -> str:
    """The interpreter of the environment of `requirements/<name>.txt`, which is made when missing or of another list.

    Raises `CalledProcessError` when the packages cannot be had.
    """
    listed, folder = REQUIREMENTS / f"{name}.txt", ROOT / ".tools" / name
    python, ready = folder / "bin" / "python", folder / ".ready"
    wanted = f"{sys.version}\n{listed.read_text(encoding='utf-8')}"
    if not ready.exists() or ready.read_text(encoding="utf-8") != wanted:
        uv = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
        # Compiled, as ours is: the first run of a benchmark must not take longer than the others
        packages = ["--no-deps", "--compile-bytecode", "-r", str(listed)]
        for command in (
            ["venv", "--clear", "--python", sys.executable, str(folder)],
            ["pip", "install", "--python", str(python), *packages],
        ):
            subprocess.run([uv, "--quiet", *command], check=True, stdout=sys.stderr)
        ready.write_text(wanted, encoding="utf-8")
    return str(python)
