"""Output: files into the public folder, each whole, and only those that say something else than before.

Belongs here: what stays, what is replaced, what goes. Does not belong here: what is in a file.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pipelines.site.words import LANGUAGES

_TEMPORARY = ".site-"
# Folders that hold nothing but files of a build: what a build does not keep there is gone.
OURS = (*LANGUAGES, "dqv/dataset", "engine", "json", "sql")


class Output:
    """Files of one build, in a folder of their own until `replace`.

    A killed build changes nothing, or leaves whole files, some older, and the next build finishes the work.
    """

    def __init__(self, public: Path) -> None:
        self.public = public
        self._root = f"{public}{os.sep}"  # tens of thousands of times: a text, and no `Path`
        for leftover in public.glob(f"{_TEMPORARY}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        self._temporary = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir=public))
        self._kept: set[str] = set()
        self._made: list[str] = []
        self._folders: set[Path] = set()

    def before(self, path: str) -> str:
        """The file as it stands, "" when there is none or it is not to be read."""
        try:
            with open(f"{self._root}{path}", "rb") as handle:  # noqa: PTH123
                return handle.read().decode("utf-8")  # line ends and all
        except (OSError, UnicodeDecodeError):
            return ""

    def has(self, *paths: str) -> bool:
        """Whether all of these files are there."""
        return all(os.path.isfile(f"{self._root}{path}") for path in paths)  # noqa: PTH113

    def keep(self, path: str) -> None:
        """The file stays as it stands."""
        self._kept.add(path)

    def kept(self) -> list[str]:
        """Every file of this build, by name."""
        return sorted(self._kept)

    def write(self, path: str, text: str, before: str | None = None) -> None:
        """The file shall say `text`; `before` is what it says now, when that is known."""
        self.keep(path)
        if text != (self.before(path) if before is None else before):
            self._place(path).write_text(text, encoding="utf-8")

    def write_bytes(self, path: str, content: bytes) -> None:
        """The file shall be `content`, which is no text."""
        self.keep(path)
        try:
            if (self.public / path).read_bytes() == content:
                return
        except OSError:
            pass  # there is none, or none to be read
        self._place(path).write_bytes(content)

    def copy(self, path: str, source: Path) -> None:
        """The file shall be the same as `source`, byte for byte."""
        self.keep(path)
        target = self.public / path
        if not (target.is_file() and filecmp.cmp(source, target, shallow=False)):
            shutil.copyfile(source, self._place(path))

    def _place(self, path: str) -> Path:
        """Where a file of this build waits for `replace`."""
        place = self._temporary / path
        if place.parent not in self._folders:
            place.parent.mkdir(parents=True, exist_ok=True)
            (self.public / path).parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(place.parent)
        self._made.append(path)
        return place

    def replace(self) -> int:
        """Put every file in its place, what links to others last; remove what is gone; gives how many were written."""
        for path in sorted(self._made, key=_order):
            (self._temporary / path).replace(self.public / path)
        for folder in OURS:
            for path in _files(self.public, folder):
                if path not in self._kept:
                    (self.public / path).unlink()
        return len(self._made)

    def discard(self) -> None:
        """Leave nothing that is half done."""
        shutil.rmtree(self._temporary, ignore_errors=True)


def _order(path: str) -> tuple[bool, bool, str]:
    name = path.rpartition("/")[2]
    return name == "index.html", name.endswith(".html"), path


def _files(public: Path, folder: str) -> Iterator[str]:
    """The files in `folder`, however deep, by their names in the public folder."""
    try:
        with os.scandir(public / folder) as entries:
            found = list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in found:
        path = f"{folder}/{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _files(public, path)
        else:
            yield path
