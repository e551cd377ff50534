"""Reading in a process of its own: what the file did is told from what we or the machine did."""

from __future__ import annotations

import errno

import pytest

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import apart, old_workbook, seven_zip_members
from tests.published_files import CSV, seven_zip
from tests.unit.tables.test_spreadsheet import biff2


def run(tmp_path, code):
    module = tmp_path / "module.py"
    module.write_text(f"import json, os, signal, sys\nfrom pathlib import Path\n{code}\n", encoding="utf-8")
    return apart.run(str(module), "Inventado", tmp_path / "file", tmp_path)


def test_what_it_wrote_is_given(tmp_path):
    assert run(tmp_path, "(Path(sys.argv[2]) / 'done.json').write_text(json.dumps([1]))") == [1]


def test_a_refusal(tmp_path):
    with pytest.raises(apart.Unreadable, match="it is no such file"):
        run(tmp_path, "print('it is no such file', file=sys.stderr); sys.exit(3)")


@pytest.mark.parametrize("signal", ["SIGSEGV", "SIGABRT", "SIGFPE"])
def test_a_crash_is_the_fault_of_the_file(tmp_path, signal):
    with pytest.raises(ReadFault, match="damaged") as caught:
        run(tmp_path, f"os.kill(os.getpid(), signal.{signal})")
    assert caught.value.kind is FaultKind.BROKEN_FILE


@pytest.mark.parametrize(
    "code", ["os.kill(os.getpid(), signal.SIGKILL)", "raise TypeError('ours')", "sys.exit(7)"]
)
def test_any_other_end_is_not(tmp_path, code):
    """Whoever runs the machine, or it for want of memory, ended the process; or it is a mistake of ours."""
    with pytest.raises(RuntimeError, match="reading Inventado ended with status"):
        run(tmp_path, code)


def test_the_machine_refused_it_something(tmp_path):
    with pytest.raises(OSError, match="space") as caught:
        run(tmp_path, f"print({errno.ENOSPC}, file=sys.stderr); sys.exit(4)")
    assert caught.value.errno == errno.ENOSPC


def mistake(*_):
    raise TypeError("a mistake of ours")


def test_a_mistake_of_ours_is_no_damaged_archive(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(seven_zip({"a.csv": CSV}))
    monkeypatch.setattr(seven_zip_members, "_limit_memory", lambda _: None)
    assert seven_zip_members.main(path, tmp_path, 1, 10, 1_000) == 0
    assert (tmp_path / "0").read_bytes() == CSV
    mistake.__code__ = mistake.__code__.replace(co_filename=seven_zip_members.__file__)
    monkeypatch.setattr(seven_zip_members, "_writers", mistake)
    with pytest.raises(TypeError, match="a mistake of ours"):
        seven_zip_members.main(path, tmp_path, 1, 10, 1_000)


def test_a_mistake_of_ours_is_no_damaged_workbook(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_bytes(biff2((0, 0, "id"), (1, 0, 7.0)))
    monkeypatch.setattr(old_workbook, "_limited", lambda *_: None)
    assert old_workbook.main(path, tmp_path, 1, 9) == 0
    mistake.__code__ = mistake.__code__.replace(co_filename=old_workbook.__file__)
    monkeypatch.setattr(old_workbook, "text", mistake)
    with pytest.raises(TypeError, match="a mistake of ours"):
        old_workbook.main(path, tmp_path, 1, 9)
    path.write_bytes(path.read_bytes()[:9])
    assert old_workbook.main(path, tmp_path, 1, 9) in (0, old_workbook.UNREADABLE)
