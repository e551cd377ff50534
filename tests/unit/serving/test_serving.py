"""The server by real HTTP: the form, moderation, owners' answers, links of alerts, and whoever means harm."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import time
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from pipelines.feedback import inbox, tokens
from pipelines.feedback.tokens import Purpose
from pipelines.model import FeedbackState
from tests.serving_process import KEY, Fields, Served, serving
from tests.unit.feedback.reports import DATASET
from tests.unit.serving.forms import FORM, TEXT, filled, form_token, moderation, stored


def test_a_report_goes_from_the_form_into_the_inbox(
    served: Served, data: Path, household: dict[str, str]
) -> None:
    page = served.get(f"{FORM}&column=Importe%20(MXN)&row=812&language=es")
    found = Fields(page.text)
    assert page.status_code == 200
    assert (found.values["column"], found.values["row"], found.values["website"]) == (
        "Importe (MXN)",
        "812",
        "",
    )
    (since,) = (tokens.read(Purpose.FORM, found.values["token"], KEY, datetime.now(UTC))[1],)
    assert datetime.now(UTC) - since < timedelta(minutes=1)
    fields = {**found.values, "text": TEXT, "email": "lectora@example.org", "token": form_token()}
    thanks = served.post(f"{FORM}&language=es", fields, headers=household)
    assert thanks.status_code == 200
    (one,) = [it for it in inbox.every(data / "runs") if it.item.id[:8] in thanks.text]
    assert (one.item.text, one.item.column, one.item.row) == (TEXT, "Importe (MXN)", "812")
    assert (one.item.email, one.item.language, one.item.dataset) == ("lectora@example.org", "es", DATASET)
    assert one.course.state is FeedbackState.RECEIVED


def test_twice_is_one_and_the_first_stays(served: Served, data: Path, household: dict[str, str]) -> None:
    fields, before = filled(), len(stored(data))
    first = served.post(FORM, fields, headers=household)
    second = served.post(FORM, {**fields, "text": "Otra cosa distinta."}, headers=household)
    assert (first.status_code, second.status_code) == (200, 200)
    assert len(stored(data)) == before + 1
    assert "Otra cosa distinta." not in stored(data).values()


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"text": ""}, 422),
        ({"text": "corto"}, 422),
        ({"text": "a" * 4_001}, 422),
        ({"kind": "nonsense"}, 422),
        ({"email": "nobody"}, 422),
        ({"evidence": "javascript:alert(1)"}, 422),
        ({"distribution": "federal/contratos/nonsense"}, 422),
        ({"token": ""}, 400),
        ({"token": "x" * 2_000}, 400),
        ({"token": "forged.forged.forged"}, 400),
        ({"token": form_token(ago=13 * 3600)}, 400),
        ({"token": form_token(dataset="estatal/obra")}, 400),
        ({"token": tokens.sign(Purpose.OWNER, ("n", DATASET), KEY, datetime.now(UTC))}, 400),
        ({"token": tokens.sign(Purpose.FORM, ("n", DATASET), "another-key-" * 4, datetime.now(UTC))}, 400),
        ({"token": "just now"}, 429),
    ],
)
def test_what_cannot_be_taken_is_told_and_nothing_that_was_written_is_lost(
    served: Served, data: Path, household: dict[str, str], more: dict[str, str], status: int
) -> None:
    before = stored(data)
    if more.get("token") == "just now":
        more = {"token": form_token(ago=0)}
    answer = served.post(FORM, filled(row="812", **more), headers=household)
    assert answer.status_code == status
    shown = Fields(answer.text)
    assert shown.values["row"] == "812"
    assert shown.values["text"].strip() == more.get("text", TEXT)
    assert 'class="fault"' in answer.text
    assert stored(data) == before
    assert "<script" not in answer.text


def test_a_bot_that_fills_every_field_is_thanked_and_forgotten(
    served: Served, data: Path, household: dict[str, str]
) -> None:
    before = stored(data)
    assert served.post(FORM, filled(website="https://spam.example"), headers=household).status_code == 200
    assert stored(data) == before


def test_who_sends_too_often_is_refused_and_others_are_not(served: Served, data: Path) -> None:
    crowd = {"x-forwarded-for": "203.0.113.7"}
    codes = [served.post(FORM, filled(), headers=crowd).status_code for _ in range(12)]
    assert codes == [200] * 10 + [429] * 2
    # A client that writes addresses of its own before the proxy's stays who it is.
    feigned = {"x-forwarded-for": "198.51.100.1, 203.0.113.7"}
    assert served.post(FORM, filled(), headers=feigned).status_code == 429
    assert served.post(FORM, filled(), headers={"x-forwarded-for": "203.0.113.8"}).status_code == 200


def test_without_a_trusted_proxy_nobody_is_believed(data: Path) -> None:
    with serving(data, data.parent / "sources.yaml") as it:
        codes = [
            it.post(FORM, filled(), headers={"x-forwarded-for": f"203.0.113.{number}"}).status_code
            for number in range(12)
        ]
    assert codes == [200] * 10 + [429] * 2


def test_it_is_one_process_whose_limits_hold_for_all(data: Path) -> None:
    """Several workers, which uvicorn takes from this variable, would each count for themselves."""
    with serving(data, data.parent / "sources.yaml", WEB_CONCURRENCY="4") as it:
        codes = [it.post(FORM, filled()).status_code for _ in range(12)]
        assert codes == [200] * 10 + [429] * 2
        children = Path(f"/proc/{it.process.pid}/task/{it.process.pid}/children")
        assert not children.exists() or children.read_text() == ""  # Linux alone tells


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"a=" + b"x" * 70_000, {}, 413),
        (b"&".join(b"a%d=1" % number for number in range(100)), {}, 400),
        (b"text=%FF%FE", {}, 400),
        (b"\xff\xfe", {}, 400),
        (b"{}", {"content-type": "application/json"}, 415),
        (b"--x\r\n", {"content-type": "multipart/form-data; boundary=x"}, 415),
    ],
)
def test_bodies_have_limits(served: Served, body: bytes, headers: dict[str, str], status: int) -> None:
    assert served.post(FORM, body, headers=headers).status_code == status


@pytest.mark.slow
def test_a_body_without_an_end_is_ended(served: Served) -> None:
    place = urlsplit(served.url)
    connection = http.client.HTTPConnection(str(place.hostname), place.port or 0, timeout=30)
    connection.putrequest("POST", FORM)
    connection.putheader("content-type", "application/x-www-form-urlencoded")
    connection.putheader("transfer-encoding", "chunked")
    connection.endheaders()
    sent = 0
    with suppress(BrokenPipeError, ConnectionResetError):
        for sent in range(20_000):  # noqa: B007
            connection.send(b"400\r\n" + b"x" * 1024 + b"\r\n")
    connection.close()
    assert sent < 19_999
    with socket.create_connection((str(place.hostname), place.port or 0), timeout=30) as raw:
        raw.sendall(
            b"POST /feedback/new?dataset=federal/contratos HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\nkind="
        )
        assert b" 408 " in raw.recv(200)


HARM = "<script>alert(1)</script> =cmd|' /C calc'!A0 \u202egnp.exe\u2066 {{ 7 * 7 }} \x00\x1b[31m"


def test_planted_html_formulas_and_directions_do_nothing(
    served: Served, data: Path, household: dict[str, str]
) -> None:
    answer = served.post(
        FORM, filled(text=HARM, column=f'"><b>{HARM}', row="=1+1", evidence=HARM[:60]), headers=household
    )
    assert answer.status_code == 200
    (one,) = [it for it in inbox.every(data / "runs") if "calc" in it.item.text]
    assert not set("\u202e\u2066\x00\x1b") & set(one.item.text + one.item.column)
    page = served.get(f"/moderate/{moderation()}").text
    assert "<script" not in page
    assert "<b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7 * 7 }}" in page
    again = served.post(FORM, filled(text="x", column=f'"><b>{HARM}'), headers=household).text
    assert "<b>" not in again
    assert "\u202e" not in again
    hostile = served.get("/feedback/new?dataset=federal/declaraciones").text
    assert "\u202e" not in hostile
    assert "<script>" not in served.get(f"{FORM}&column={quote(HARM)}").text


def test_the_public_folder_is_served_with_ranges_and_marks(served: Served, data: Path) -> None:
    page = served.get("/")
    assert page.status_code == 200
    assert "Veedor" in page.text
    whole = served.get("/quality.duckdb")
    part = served.get("/quality.duckdb", headers={"range": "bytes=0-99"})
    assert (part.status_code, part.content) == (206, whole.content[:100])
    assert whole.headers["access-control-allow-origin"] == "*"
    assert served.get("/quality.duckdb", headers={"if-none-match": whole.headers["etag"]}).status_code == 304
    (data / "public" / ".site-x").mkdir(exist_ok=True)
    (data / "public" / ".site-x" / "index.html").write_text("secreto")
    (data / "public" / ".quality.duckdb.1.ab.tmp").write_text("secreto")
    for path in (
        *("/.site-x/index.html", "/.quality.duckdb.1.ab.tmp", "/../history.duckdb", "/%2e%2e/history.duckdb"),
        *("/..%2fhistory.duckdb", "/%00", "/es/%2e%2e/%2e%2e/sources.yaml", "/" + "a" * 3000, "//etc/passwd"),
    ):
        answer = raw(served, path)
        assert (answer[0], "secreto" in answer[1]) == (404, False), path


def raw(served: Served, path: str, method: str = "GET") -> tuple[int, str]:
    """Without a client that tidies addresses."""
    place = urlsplit(served.url)
    connection = http.client.HTTPConnection(str(place.hostname), place.port or 0, timeout=20)
    with closing(connection):
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")


@pytest.mark.parametrize(
    "path", ["/", FORM, "/nowhere", "/moderate/x", "/quality.duckdb", "/serve/style.css", "/health"]
)
def test_every_answer_says_how_it_may_be_used(served: Served, path: str) -> None:
    headers = served.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert "server" not in headers


@pytest.mark.parametrize(
    "path", [FORM, "/nowhere", f"/moderate/{moderation()}"], ids=["form", "nowhere", "moderate"]
)
@pytest.mark.parametrize("language", ["es", "en"])
def test_pages_need_neither_script_nor_style_of_their_own(served: Served, path: str, language: str) -> None:
    text = served.get(path, headers={"accept-language": language}).text
    assert f'<html lang="{language}">' in text
    for tag, of in Fields(text).tags:
        assert tag not in ("script", "style", "iframe", "object")
        assert not [name for name in of if name == "style" or name.startswith("on")]
        assert not str(of.get("href", "")).startswith(("http:", "//", "javascript:"))


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "POST", "TRACE"])
def test_other_methods_are_refused(served: Served, method: str) -> None:
    assert raw(served, "/index.html", method)[0] == 405


def test_unknown_datasets_have_no_form(served: Served) -> None:
    for key in ("federal/nonsense", "", "../../x", "a" * 5_000):
        assert served.get(f"/feedback/new?dataset={quote(key)}").status_code == 404


def test_words_are_the_same_in_both_languages() -> None:
    folder = Path(__file__).resolve().parents[3] / "pipelines/serving/words"
    spanish, english = (json.loads((folder / f"{name}.json").read_text()) for name in ("es", "en"))
    assert spanish.keys() == english.keys()
    assert not [key for key in spanish if spanish[key].count("{") != english[key].count("{")]


def test_history_is_never_opened(served: Served, data: Path, household: dict[str, str]) -> None:
    (data / "history.duckdb").chmod(0)
    before = (data / "history.duckdb").stat().st_atime_ns
    try:
        served.post(FORM, filled(), headers=household)
        served.get("/")
        opened = {
            str(it.readlink()) for it in Path(f"/proc/{served.process.pid}/fd").iterdir() if it.exists()
        }
    finally:
        (data / "history.duckdb").chmod(0o644)
    assert not [it for it in opened if "history.duckdb" in it]
    assert (data / "history.duckdb").stat().st_atime_ns == before


def test_it_ends_gracefully_and_what_was_begun_is_finished(data: Path) -> None:
    with serving(data, data.parent / "sources.yaml") as it:
        place = urlsplit(it.url)
        body = "&".join(f"{name}={quote(text)}" for name, text in filled(text=f"{TEXT} al final").items())
        with socket.create_connection((str(place.hostname), place.port or 0), timeout=30) as begun:
            head = f"POST {FORM} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            begun.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:40].encode())
            time.sleep(0.5)
            it.process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            begun.sendall(body[40:].encode())
            assert b" 200 " in begun.recv(100)
    assert f"{TEXT} al final" in stored(data).values()


def test_an_operator_without_a_key_is_told(data: Path) -> None:
    with (
        pytest.raises(AssertionError, match="VEEDOR_LINK_KEY"),
        serving(data, data.parent / "sources.yaml", VEEDOR_LINK_KEY=""),
    ):
        pass


def test_the_page_of_sql_and_its_worker_alone_may_run_scripts_and_webassembly(served: Served) -> None:
    for path in ("/es/sql.html", "/en/sql.html", "/engine/duckdb.worker.js"):
        policy = served.get(path).headers["content-security-policy"]
        assert "script-src 'self' 'wasm-unsafe-eval'" in policy, path
        assert "unsafe-inline" not in policy
        assert "default-src 'none'" in policy
    others = (
        "/es/index.html",
        "/en/data.html",
        "/engine/duckdb.js",
        "/sql/page.js",
        "/feedback/new",
        "/es/sql.html/",
    )
    for path in others:
        assert "script-src" not in served.get(path).headers["content-security-policy"], path
