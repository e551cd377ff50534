"""A real pseudo-terminal with a command in it, as a person at a keyboard has it.

Belongs here: starting, typing, waiting for words on the screen. Does not belong here: what any command does.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

# Colours, moves of the cursor, titles, modes: what a terminal obeys and does not show.
CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|\x1b[=>()][A-Z0-9]?|[\r\x07]")


class Terminal:
    """A running command behind a pseudo-terminal of 100 columns and 30 lines."""

    def __init__(self, process: subprocess.Popen[bytes], handle: int) -> None:
        self.process = process
        self.raw = b""
        self._handle = handle
        self._seen = 0

    @property
    def text(self) -> str:
        """Everything that was ever printed, without what a terminal obeys."""
        return CONTROL.sub("", self.raw.decode("utf-8", "replace"))

    def keys(self, keys: str) -> None:
        """Type `keys` as they are."""
        os.write(self._handle, keys.encode())

    def until(self, words: str, seconds: float = 10.0) -> str:
        """What was printed since the last `until`, up to `words`, once they came. Fails after `seconds`."""
        deadline = time.monotonic() + seconds
        while words not in self.text[self._seen :]:
            assert time.monotonic() < deadline, f"{words!r} did not come: {self.text[self._seen :]!r}"
            if not self._read(0.2):
                assert words in self.text[self._seen :], f"ended without {words!r}: {self.text!r}"
        end = self.text.index(words, self._seen) + len(words)
        found, self._seen = self.text[self._seen : end], end
        return found

    def end(self, seconds: float = 20.0) -> int:
        """The exit code, once the command has ended by itself."""
        deadline = time.monotonic() + seconds
        while self._read(0.1) and time.monotonic() < deadline:
            pass
        return self.process.wait(timeout=max(deadline - time.monotonic(), 0.1))

    def _read(self, seconds: float) -> bool:
        """Take over what is there; False when the command has closed its side."""
        ready, _, _ = select.select([self._handle], [], [], seconds)
        if not ready:
            return self.process.poll() is None
        try:
            got = os.read(self._handle, 65536)
        except OSError:  # how Linux tells the end of a pseudo-terminal
            return False
        self.raw += got
        return bool(got)


@contextmanager
def running(command: list[str], cwd: Path, environment: Mapping[str, str]) -> Iterator[Terminal]:
    """Run `command` in a terminal; it is killed when the block ends before it does."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    process = subprocess.Popen(
        command,
        cwd=cwd,
        # No terminal is there to answer where the cursor stands.
        env={**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", **environment},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # Ctrl-C is for the one whose terminal it is
    )
    os.close(theirs)
    try:
        yield Terminal(process, ours)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        os.close(ours)
