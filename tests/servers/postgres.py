"""PostgreSQL on loopback, in a folder of its own. It refuses to run as root, who then hands it to another account."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.processes import free_port, program, started

# Where Debian puts what is for servers only, the newest version first.
FOLDERS = [str(it) for it in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
ACCOUNTS = ("postgres", "nobody")


@contextmanager
def postgres_server(folder: Path) -> Iterator[str]:
    """The address of a PostgreSQL server of our own, in SQLAlchemy's form. `folder` must be one that all may enter."""
    initdb, server = program("initdb", *FOLDERS), program("postgres", *FOLDERS)
    data = folder / "postgres"
    data.mkdir()
    account = _account()
    if account is not None:
        shutil.chown(data, account)
    as_account = (
        ["setpriv", f"--reuid={account}", f"--regid={_group(account)}", "--clear-groups"] if account else []
    )
    made = subprocess.run(
        [*as_account, initdb, "-D", str(data), "-U", "veedor", "-A", "trust", "-E", "UTF8", "--no-sync"],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise RuntimeError(f"initdb: {made.stderr[-2000:]}")
    port = free_port()
    options = ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off"]
    command = [*as_account, server, "-D", str(data), "-p", str(port), *options]
    # SIGINT ends its sessions and then itself; setpriv becomes the server, so that the pid is the server's.
    with started(command, lambda: _answers(port), folder / "postgres.log", stop=signal.SIGINT):
        yield f"postgresql+psycopg2://veedor@127.0.0.1:{port}/postgres"


def _answers(port: int) -> bool:
    """Whether it takes sessions: it listens before it does."""
    import psycopg2

    try:
        psycopg2.connect(f"postgresql://veedor@127.0.0.1:{port}/postgres").close()
    except psycopg2.OperationalError:
        return False
    return True


def _account() -> str | None:
    """Whom root runs the server as; None for anybody else, who runs it as himself."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in ACCOUNTS if name in known)


def _group(account: str) -> int:
    return pwd.getpwnam(account).pw_gid
