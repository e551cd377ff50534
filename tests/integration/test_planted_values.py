"""What must never be public, planted in every private place of real nights, and looked for in every public file."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines import artifacts, duck
from pipelines.clock import FixedClock
from pipelines.demo import story
from pipelines.demo.files import zip_bytes
from pipelines.demo.officials import HEADER
from pipelines.demo.portal import DemoPortal
from pipelines.history.publish import PRIVATE_TABLES
from pipelines.model import Notification
from pipelines.night import run_night
from pipelines.settings import Settings
from pipelines.sources import parse
from pipelines.tools import opened_tools
from tests.receivers import Receiver, said
from tests.receivers import running as receiving
from tests.smtp_server import Inbox, running

SEED = 23
OWNER, OPERATOR, SENDER, INSIDE = (
    f"{name}@planted.example" for name in ("zqowner", "zqoperator", "zqsender", "zqinside")
)
TOKEN, APP_TOKEN, USER, PHONE = "zqtoken-4f1d9c", "zqapptoken-77b0", "zquser-31aa", "+52 55 0199 7731"
# What delivering knows and nothing may keep, not even in private: log-in, path and secret of a webhook.
PASSWORD, HOOK = "zqpassword-9c2e", "zqhook-5b7d"
SECRET = base64.b64encode(b"zqsecret" * 4).decode()
KEPT_NOWHERE = (PASSWORD, HOOK, SECRET)
ANSWER = f"451 4.7.1 <{INSIDE}> is away, token {TOKEN}, call {PHONE}, {PASSWORD}"
CHANNELS = """
channels:
  tablero: {kind: webhook, url_env: ZQ_HOOK_URL, secret_env: ZQ_HOOK_SECRET, for: owners}
"""
# In cells of personal columns of the register of officials: as they should be, and such as break a rule.
PERSON, MAIL, BAD_MAIL, NUMBER = (
    "Zqnombre Zqapellido",
    "zqcell@planted.example",
    "zqcell(at)planted",
    "55 0199 4482",
)
PLANTED = (
    *KEPT_NOWHERE,
    *(OWNER, OPERATOR, SENDER, INSIDE, TOKEN, APP_TOKEN, USER, PHONE),
    *(PERSON, MAIL, BAD_MAIL, NUMBER, "Zqnombre", "zqcell"),
)


def officials(number: int) -> bytes:
    """The register of that night with persons of ours in every third row, well and badly written."""
    import zipfile

    content = zipfile.ZipFile(io.BytesIO(story.edition(SEED, number)["servidores.zip"])).read(
        "servidores.csv"
    )
    header, *rows = csv.reader(io.StringIO(content.decode("utf-8")))
    assert tuple(header) == HEADER
    name, mail = HEADER.index("Nombre completo"), HEADER.index("Correo institucional")
    for at, row in enumerate(rows[::3]):
        row[name] = (PERSON, MAIL, f"{PERSON} {NUMBER}", f"{PERSON} �")[at % 4]
        row[mail] = (MAIL, BAD_MAIL, NUMBER, "")[at % 4]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return zip_bytes({"servidores.csv": text.getvalue().encode("utf-8")})


def edition(number: int) -> dict[str, bytes]:
    return {**story.edition(SEED, number), "servidores.zip": officials(number)}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Nights 1, 4 and 5 of the demonstration: an alert to the owner, whose server tells more than it should."""
    data = tmp_path_factory.mktemp("planted")
    settings = Settings(
        sources=data / "sources.yaml",
        data=data,
        allow_private_addresses=True,
        host_pause_seconds=0.0,
        retries=0,
        delivery="live",
        operator=OPERATOR,
        mail_from=SENDER,
        socrata_app_token=APP_TOKEN,
    )
    inbox = Inbox(refuse_message=ANSWER, login=(USER, PASSWORD))
    hook = Receiver(lambda request: said(503, {"message": f"busy at {request.path}, {SECRET}"}))
    first = story.night_date(1)
    with (
        DemoPortal(edition(1), datetime(first.year, first.month, first.day, 3, tzinfo=UTC)) as portal,
        running(inbox) as url,
        receiving(hook) as hook_url,
        pytest.MonkeyPatch.context() as environment,
    ):
        environment.setenv("ZQ_HOOK_URL", f"{hook_url}/{HOOK}")
        environment.setenv("ZQ_HOOK_SECRET", f"whsec_{SECRET}")
        text = story.sources(portal.url).replace("contrataciones@dependencia.example", OWNER)
        text = text.replace("Dirección de Contrataciones (demostración)", f"Contrataciones {OWNER} {PHONE}")
        assert OWNER in text
        text = text.replace("\nsources:", f"{CHANNELS}\nsources:", 1)
        live = replace(settings, mail_url=url)
        for number in (1, 4, 5):
            day = story.night_date(number)
            portal.publish(edition(number), datetime(day.year, day.month, day.day, 3, tzinfo=UTC))
            clock = FixedClock(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
            sources = parse(text)
            with opened_tools(live, sources, clock=clock) as tools:
                assert run_night(sources, day, tools).failures == ()
    assert hook.requests
    return live


def public_texts(public: Path) -> Iterator[tuple[str, bytes]]:
    """Every public file as it lies there, and what the compressed ones say when they are opened."""
    connection = duck.connect()
    for path in sorted(it for it in public.rglob("*") if it.is_file()):
        name = path.relative_to(public).as_posix()
        yield name, path.read_bytes()
        if path.suffix == ".parquet":
            rows = connection.execute(f"FROM read_parquet({duck.literal(str(path))})").fetchall()
            yield f"{name}, read", repr(rows).encode()
    connection.execute(f"ATTACH {duck.literal(str(public / 'quality.duckdb'))} AS quality (READ_ONLY)")
    connection.execute("USE quality")
    for (relation,) in connection.execute("SELECT table_name FROM information_schema.tables").fetchall():
        rows = connection.execute(f'FROM "{relation}"').fetchall()
        yield f"quality.duckdb, {relation}", repr(rows).encode()
    connection.close()


def spellings(value: str) -> set[bytes]:
    """A value as it stands, and as pages, addresses and messages write it."""
    from html import escape
    from urllib.parse import quote

    return {
        *(it.encode() for it in (value, escape(value), quote(value), value.replace("@", "&#64;"))),
        value.replace(" ", "").encode(),
        base64.b64encode(value.encode()).rstrip(b"="),
    }


@pytest.mark.slow
def test_what_was_planted_is_in_the_private_places(installation: Settings) -> None:
    """A search that finds nothing must be one that could find something."""
    history = installation.history.read_bytes()
    for value in (OWNER, INSIDE, TOKEN):
        assert value.encode() in history, value
    folder = artifacts.night_folder(installation.runs, story.night_date(4)) / artifacts.NOTIFICATIONS
    told = [artifacts.read_value(path, Notification).error for path in folder.glob("*-mail-*.json")]
    assert any(INSIDE in error for error in told)
    assert {OWNER.encode() in it.read_bytes() for it in installation.outbox.glob("*.eml")} == {True}


@pytest.mark.slow
def test_what_channels_are_set_up_with_is_kept_nowhere(installation: Settings) -> None:
    sought = {it: value for value in KEPT_NOWHERE for it in spellings(value)}
    files = [it for it in installation.data.rglob("*") if it.is_file()]
    assert [(str(it), sought[one]) for it in files for one in sought if one in it.read_bytes()] == []
    told = [it for it in files if it.parent.name == artifacts.NOTIFICATIONS and "-tablero-" in it.name]
    assert told
    assert all("503" in artifacts.read_value(it, Notification).error for it in told)


@pytest.mark.slow
def test_nothing_planted_is_in_any_public_file(installation: Settings) -> None:
    texts = dict(public_texts(installation.public))
    suffixes = {Path(name.partition(",")[0]).suffix for name in texts}
    assert {".duckdb", ".parquet", ".html", ".json", ".ttl", ".jsonld"} <= suffixes
    assert b"contracts_register" in texts["quality.duckdb, latest_score"]
    assert not {f"quality.duckdb, {table}" for table in PRIVATE_TABLES} & set(texts)
    sought = {it: value for value in PLANTED for it in spellings(value)}
    found = [(name, sought[it]) for name, text in texts.items() for it in sought if it in text]
    assert found == []
