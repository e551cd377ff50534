"""A run folder as one file: it comes back byte for byte, and nothing else is ever unpacked."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import run_archive
from pipelines.errors import ArtifactDamaged
from pipelines.run_archive import LARGEST, SUMS

FILES = {"index.json": b"{}", "reads.jsonl": b"", "notes/a.txt": b"\x00\xff"}


def laid(folder: Path, files: Mapping[str, bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def files_in(folder: Path) -> dict[str, bytes]:
    return {it.relative_to(folder).as_posix(): it.read_bytes() for it in folder.rglob("*") if it.is_file()}


def archive(files: Mapping[str, bytes | tarfile.TarInfo], sums: bytes | None = None) -> bytes:
    """An archive as somebody else might make it."""
    plain = {name: it for name, it in files.items() if isinstance(it, bytes)}
    if sums is None:
        sums = "".join(f"{hashlib.sha256(it).hexdigest()}  {name}\n" for name, it in plain.items()).encode()
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as made:
        for name, it in {SUMS: sums, **files}.items():
            member = tarfile.TarInfo(name) if isinstance(it, bytes) else it
            content = it if isinstance(it, bytes) else b""
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def pack(folder: Path, *, largest: int = LARGEST) -> bytes:
    path = folder.with_suffix(".tar.gz")
    sha256 = run_archive.pack(folder, path, largest=largest)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    return path.read_bytes()


def unpack(content: bytes, folder: Path, where: str, *, largest: int = LARGEST) -> None:
    with tempfile.NamedTemporaryFile() as packed:
        packed.write(content)
        packed.flush()
        run_archive.unpack(Path(packed.name), folder, where, largest=largest)


def refused(content: bytes, folder: Path, *, largest: int = LARGEST) -> str:
    with pytest.raises(ArtifactDamaged) as caught:
        unpack(content, folder / "new", "the object", largest=largest)
    assert not (folder / "new").exists()
    return caught.value.message


def test_it_comes_back_as_it_was(tmp_path: Path) -> None:
    packed = pack(laid(tmp_path / "run", FILES))
    unpack(packed, tmp_path / "again", "the object")
    assert files_in(tmp_path / "again") == FILES
    assert pack(tmp_path / "again") == packed


def test_when_and_by_whom_it_was_written_is_not_told(tmp_path: Path) -> None:
    folder = laid(tmp_path / "run", FILES)
    packed = pack(folder)
    os.utime(folder / "index.json", (1, 1))
    (folder / "index.json").chmod(0o600)
    assert pack(folder) == packed


def test_what_was_being_written_is_left_out_and_notes_are_not(tmp_path: Path) -> None:
    folder = laid(
        tmp_path / "run", {**FILES, ".index.json.12.ab.tmp": b"half", ".pages.jsonl.under_way": b"1"}
    )
    unpack(pack(folder), tmp_path / "again", "the object")
    assert files_in(tmp_path / "again") == {**FILES, ".pages.jsonl.under_way": b"1"}


def test_the_tools_of_the_system_read_it(tmp_path: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(pack(laid(tmp_path / "run", FILES))), mode="r:gz") as made:
        assert made.getnames() == [SUMS, *sorted(FILES)]


@pytest.mark.parametrize(
    "name",
    ["../out", "/etc/passwd", "a/../../out", "..", "a//b", "a\\b", "año", "a\nb", "-rf", "a/", "x" * 101],
)
def test_a_name_that_no_run_folder_has(tmp_path: Path, name: str) -> None:
    assert "no run folder has a file named" in refused(archive({name: b"1"}), tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE]
)
def test_what_is_no_plain_file(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("index.json")
    member.type, member.linkname = kind, "/etc/passwd"
    assert "is no plain file" in refused(archive({"index.json": member}), tmp_path)


def test_what_is_not_vouched_for(tmp_path: Path) -> None:
    assert "is not what SHA256SUMS says" in refused(archive(FILES, sums=b""), tmp_path)
    assert "is not what SHA256SUMS says" in refused(archive({}, sums=b"0" * 64 + b"  index.json\n"), tmp_path)
    assert "is not what Veedor wrote" in refused(archive({}, sums=b"anything\n"), tmp_path)
    empty = io.BytesIO()
    tarfile.open(fileobj=empty, mode="w:gz").close()
    assert "has no SHA256SUMS" in refused(empty.getvalue(), tmp_path)


def test_a_file_inside_a_file(tmp_path: Path) -> None:
    assert "lies in what is a file" in refused(archive({"a": b"1", "a/b": b"2"}), tmp_path)


def test_a_file_that_is_there_twice(tmp_path: Path) -> None:
    content = gzip.decompress(archive({"a": b"1"}))
    doubled = content.rstrip(b"\0")
    doubled += b"\0" * (-len(doubled) % 512)
    member = io.BytesIO(doubled + content[1024:])  # `a` once more, after itself
    assert refused(gzip.compress(member.getvalue()), tmp_path)


def test_the_largest_that_is_packed_is_unpacked(tmp_path: Path) -> None:
    content = os.urandom(100_000)
    unpack(
        pack(laid(tmp_path / "run", {"a": content}), largest=100_000), tmp_path / "new", "it", largest=100_000
    )
    assert files_in(tmp_path / "new") == {"a": content}


def test_a_bomb(tmp_path: Path) -> None:
    assert "more follows its end" in refused(gzip.compress(b"\0" * 1_000_000), tmp_path)
    assert "too large" in refused(archive({"a": b"\0" * 10_000_000}), tmp_path, largest=100_000)
    assert "too large" in refused(archive({SUMS: b"0" * 10_000_000}), tmp_path)
    with pytest.raises(ArtifactDamaged, match="more than"):
        pack(laid(tmp_path / "run", {"reads.jsonl": b"\0" * 100_001}), largest=100_000)


@pytest.mark.often
@settings(deadline=None)
@given(at=st.integers(min_value=0), how=st.sampled_from(["cut", "flip", "add"]), bit=st.integers(0, 7))
def test_damage_is_refused_or_makes_no_difference(at: int, how: str, bit: int) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        packed = pack(laid(folder / "run", FILES))
        at %= len(packed)
        if how == "cut":
            damaged = packed[:at]
        elif how == "add":
            damaged = packed[:at] + b"x" + packed[at:]
        else:
            damaged = packed[:at] + bytes([packed[at] ^ (1 << bit)]) + packed[at + 1 :]
        try:
            unpack(damaged, folder / "new", "the object")
        except ArtifactDamaged:
            assert not (folder / "new").exists()
        else:  # the header of gzip says when and where it was made, which nobody asks
            assert files_in(folder / "new") == FILES
