"""The files of `deploy/`: that the programs they are for take them, and that all they name exists.

Belongs here: what can be seen without systemd or Docker at work. Tools that are not on the machine are asked where they
are: `.ci/run` brings them.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs.tools.commands import commands
from pipelines.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("systemd/*.service"))
TIMERS = sorted(DEPLOY.glob("systemd/*.timer"))
BIN = Path(sys.executable).parent
# Made by the operator from files of ours, as the first lines of compose.yaml say.
COPIED = {"./sources.yaml": ROOT / "sources.yaml", "veedor.env": DEPLOY / "veedor.env"}
# Exposure as `systemd-analyze security` counts it, from 0 to 10: 2 and less is well protected.
MOST_EXPOSED = 20


def lines(path: Path, key: str) -> list[str]:
    """The values of a key of a unit."""
    found = re.findall(rf"^{key}=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    assert all(isinstance(it, str) for it in found)
    return list(found)


def ours(words: list[str]) -> None:
    """Fails unless a command line is one that this version knows."""
    name, *rest = words
    if name == "python":
        assert rest[0] in ("-m", "-c")
        assert rest[0] == "-c" or (ROOT / rest[1].replace(".", "/")).with_suffix(".py").is_file()
        return
    assert (BIN / name).is_file(), f"{name} is no program of ours"
    if name != "veedor":
        return
    if rest == ["doctor"]:  # says by its exit code whether all is well
        return
    known = {full.removeprefix("veedor ").strip(): command for full, command in commands()}
    command = next((" ".join(rest[:n]) for n in (2, 1) if " ".join(rest[:n]) in known), None)
    assert command, f"there is no command {words}"
    options = {form for item in known[command].params for form in item.opts}
    assert {word for word in rest if word.startswith("--")} <= options


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units, with the programs of this checkout."""
    folder = Path(shutil.copytree(DEPLOY / "systemd", tmp_path / "units"))
    for path in folder.glob("*.service"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("/opt/veedor/.venv/bin/", f"{BIN}/"), encoding="utf-8")
    return folder


def analyze(*arguments: str) -> str:
    tool = shutil.which("systemd-analyze")
    if tool is None:
        pytest.skip("systemd-analyze is not installed here")
    done = subprocess.run([tool, *arguments], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_systemd_takes_every_unit_without_a_word(units: Path) -> None:
    assert (
        analyze("verify", *(str(path) for path in [*units.glob("*.service"), *units.glob("*.timer")])) == ""
    )


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_every_unit_is_shut_off_from_the_machine(path: Path) -> None:
    analyze("security", "--offline=true", "--no-pager", f"--threshold={MOST_EXPOSED}", str(path))


@pytest.mark.parametrize("path", TIMERS, ids=lambda path: path.name)
def test_every_timer_has_its_unit_and_a_time(path: Path) -> None:
    assert path.with_suffix(".service") in UNITS
    for when in lines(path, "OnCalendar"):
        assert "Next elapse" in analyze("calendar", when)


@pytest.mark.parametrize("path", TIMERS, ids=lambda path: path.name)
def test_the_tries_of_one_day_do_not_count_against_the_next(path: Path) -> None:
    """systemd starts nothing that used its tries up before their time is over, and a timer may come early by chance."""
    (limit,) = lines(path.with_suffix(".service"), "StartLimitIntervalSec")
    (chance,) = lines(path, "RandomizedDelaySec")
    assert hours(limit) + hours(chance) < 24


def hours(span: str) -> float:
    number, unit = re.fullmatch(r"(\d+)(d|h|min)", span).groups()  # type: ignore[union-attr]
    return int(number) * {"d": 24, "h": 1, "min": 1 / 60}[unit]


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_every_unit_runs_programs_of_ours_in_the_right_place(path: Path) -> None:
    started = [*lines(path, "ExecStartPre"), *lines(path, "ExecStart")]
    assert started
    for line in started:
        program, *rest = shlex.split(line)
        assert program.startswith("/opt/veedor/.venv/bin/")
        ours([Path(program).name, *rest])
    text = path.read_text(encoding="utf-8")
    for wanted in (
        "User=veedor",
        "StateDirectory=veedor",
        "EnvironmentFile=/etc/veedor/veedor.env",
        "LANG=C.UTF-8",
    ):
        assert wanted in text
    assert lines(path, "MemoryMax")
    assert lines(path, "TimeoutStartSec" if "Type=oneshot" in text else "TimeoutStopSec")


def test_only_settings_that_exist_are_named(settings: Settings) -> None:
    from dataclasses import fields

    known = {item.metadata["env"] for item in fields(settings)}
    for path in sorted(DEPLOY.rglob("*")):
        if path.is_file():
            named = set(re.findall(r"\bVEEDOR_[A-Z_]+\b", path.read_text(encoding="utf-8")))
            assert named <= known, path


def test_the_settings_that_are_handed_out_can_be_used_and_hold_no_value_of_anybody() -> None:
    text = (DEPLOY / "veedor.env").read_text(encoding="utf-8")
    entries = dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))
    assert Settings.from_env(entries) == Settings.from_env({})
    assert all(entries[name] == "" for name in ("VEEDOR_CONTACT", "VEEDOR_OPERATOR", "VEEDOR_MAIL_URL"))


def test_dagsters_home_is_where_the_units_and_the_image_say() -> None:
    home = Path("/var/lib/veedor/data/dagster")
    for path in (*UNITS, DEPLOY / "docker" / "Dockerfile"):
        text = path.read_text(encoding="utf-8")
        if "DAGSTER_HOME" in text:
            assert f"DAGSTER_HOME={home}" in text
            assert f"VEEDOR_DATA={home.parent}" in text


# --- Docker ------------------------------------------------------------------------------------------------


def instructions() -> Iterator[tuple[str, str]]:
    """The instructions of the Dockerfile, each on one line."""
    text = (DEPLOY / "docker" / "Dockerfile").read_text(encoding="utf-8")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for line in text.replace("\\\n", " ").splitlines():
        if line.strip():
            name, _, rest = line.partition(" ")
            yield name, " ".join(rest.split())


def test_all_that_is_copied_into_the_image_is_there_and_nothing_else_is_sent() -> None:
    sources = [
        word
        for name, rest in instructions()
        if name == "COPY" and not rest.startswith("--from")
        for word in rest.split()[:-1]
    ]
    assert sources
    assert all((ROOT / source).exists() for source in sources)
    sent = (DEPLOY / "docker" / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in sent
    assert {line[1:] for line in sent if line.startswith("!")} == set(sources)


def test_the_image_runs_as_nobody_in_particular_and_with_commands_of_ours() -> None:
    found = list(instructions())
    last = max(number for number, (name, _) in enumerate(found) if name == "FROM")
    stage = found[last:]
    assert dict(stage)["USER"] == "10001:10001"
    ours(json.loads(dict(stage)["CMD"]))
    ours(json.loads(dict(stage)["HEALTHCHECK"].partition("CMD ")[2]))
    python = re.search(r"python:3\.(\d+)-", dict(stage)["FROM"])
    assert python
    assert 11 <= int(python[1]) <= 14
    minimum = re.search(
        r"^UV_MINIMUM := (\S+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert minimum
    assert ("ARG", f"UV_VERSION={minimum[1]}") in found


def test_a_judge_of_dockerfiles_has_nothing_to_say() -> None:
    tool = shutil.which("hadolint") or shutil.which("hadolint", path=str(ROOT / ".tools" / "bin"))
    if tool is None:
        pytest.skip("hadolint is not installed here")
    done = subprocess.run(
        [tool, "--no-color", str(DEPLOY / "docker/Dockerfile")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "docker" / "compose.yaml").read_text(encoding="utf-8"))
    return found


def test_every_service_runs_programs_of_ours_shut_off_from_the_machine() -> None:
    for name, service in compose()["services"].items():
        if "build" not in service:
            continue
        command = service["command"]
        parts = command[2].split("&&") if command[:2] == ["sh", "-c"] else [shlex.join(command)]
        for part in parts:
            ours([word for word in shlex.split(part) if word != "exec"])
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["mem_limit"], name
        assert (DEPLOY / "docker" / service["build"]["context"]).resolve() == ROOT
        assert (ROOT / service["build"]["dockerfile"]).is_file()
        if check := service.get("healthcheck", {}).get("test"):
            ours(check[1:])


def test_every_volume_and_file_of_the_services_is_there() -> None:
    found = compose()
    for service in found["services"].values():
        for volume in service["volumes"]:
            source = volume.split(":")[0]
            if source.startswith("."):
                assert COPIED.get(source, DEPLOY / "docker" / source).is_file(), source
            else:
                assert source in found["volumes"]
        for file in service.get("env_file", []):
            assert COPIED[file].is_file()
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:")


def test_the_workspace_leads_to_the_service_that_holds_the_definitions() -> None:
    workspace = yaml.safe_load((DEPLOY / "docker" / "workspace.yaml").read_text(encoding="utf-8"))
    (location,) = (it["grpc_server"] for it in workspace["load_from"])
    service = compose()["services"][location["host"]]
    assert f"-p {location['port']} " in service["command"][-1]
    assert service["expose"] == [str(location["port"])]
