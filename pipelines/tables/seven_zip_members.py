"""A 7z archive's members, written out by a process of its own.

Belongs here: what runs in the child process: py7zr. It imports the standard library and `py7zr` only, because it
is started by its path. Why a process: a header of a hundred bytes can ask for gigabytes of dictionary.

    python -P seven_zip_members.py <archive> <folder> <megabytes of memory> <members> <bytes>

writes `<folder>/0`, `1`, ... (the name of a member is never used as a path) and `<folder>/done.json`: the names of
the members in that order, and whether the last is `cut` short. Exit status 3: nothing can be read, 4: the machine
refused a file; the last line of standard error says why, after `REJECTED` when there are too many bytes or members.
Any other status is a fault of ours.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

REJECTED = "REJECTED"


def _limit_memory(megabytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; the parent still survives the child
        return
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class _TooMuch(Exception):
    """More bytes than the archive declared or is allowed."""


def _writers(folder: Path, names: list[str], room: int) -> Any:
    from py7zr.io import Py7zIO, WriterFactory

    left = room

    class Writer(Py7zIO):
        def __init__(self, path: Path) -> None:
            self.handle = path.open("w+b")

        def write(self, s: bytes | bytearray) -> int:
            nonlocal left
            left -= len(s)
            if left < 0:
                raise _TooMuch
            return self.handle.write(s)

        def read(self, size: int | None = None) -> bytes:
            return self.handle.read(-1 if size is None else size)

        def seek(self, offset: int, whence: int = 0) -> int:
            return 0 if self.handle.closed else self.handle.seek(offset, whence)

        def flush(self) -> None:
            self.handle.flush()

        def size(self) -> int:
            return self.handle.tell()

        def close(self) -> None:
            self.handle.close()

    class Factory(WriterFactory):
        def create(self, filename: str) -> Py7zIO:
            names.append(filename)
            return Writer(folder / str(len(names) - 1))

    return Factory()


def _is_ours(error: BaseException) -> bool:
    """Whether an error began in this file: what the library raises is the archive's fault, what we do is not."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename == __file__


def main(archive: Path, folder: Path, megabytes: int, members: int, room: int) -> int:
    """Write the members of `archive` into `folder`."""
    import py7zr
    import py7zr.exceptions

    _limit_memory(megabytes)
    names: list[str] = []
    cut = ""
    try:
        with py7zr.SevenZipFile(archive) as opened:
            if opened.needs_password():
                print("a password is needed", file=sys.stderr)
                return 3
            listed = [each for each in opened.list() if each.is_file]
            declared = sum(each.uncompressed or 0 for each in listed)
            if len(listed) > members or declared > room:
                print(f"{REJECTED} {len(listed)} files of {declared} bytes", file=sys.stderr)
                return 3
            targets = [each.filename for each in listed]
            opened.extract(targets=targets, factory=_writers(folder, names, room))
    except _TooMuch:
        print(f"{REJECTED} more than {room} bytes", file=sys.stderr)
        return 3
    except MemoryError:
        print("MemoryError", file=sys.stderr)
        return 1
    except py7zr.exceptions.PasswordRequired:
        print("a password is needed", file=sys.stderr)
        return 3
    except OSError as error:
        if error.errno not in (None, 22):
            print(error.errno, file=sys.stderr)
            return 4
        cut = str(error)
    except Exception as error:  # py7zr lets every error of its decoders and of its own arithmetic through
        if _is_ours(error):
            raise
        cut = f"{type(error).__name__}: {error}"
    if cut and len(names) < 2:
        print(" ".join(cut.split()), file=sys.stderr)
        return 3
    (folder / "done.json").write_text(json.dumps({"names": names, "cut": bool(cut)}), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), *map(int, sys.argv[3:])))
