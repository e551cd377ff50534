"""Settings from the environment: what cannot be used is refused before any work, naming the variable."""

from __future__ import annotations

from dataclasses import fields

import pytest

from pipelines import duck
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings
from pipelines.settings_values import part_of

LIVE = {"VEEDOR_DELIVERY": "live"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("VEEDOR_MEMORY_LIMIT", value)
            for value in ("lots", "1", "0GB", "-1GB", "GB", "1GB; x", "1 GB\n2")
        ),
        *(("VEEDOR_THREADS", value) for value in ("0", "-2", "many", "1.5")),
        *(("VEEDOR_MAX_BYTES", value) for value in ("0", "-1")),
        ("VEEDOR_RETRIES", "-1"),
        *(("VEEDOR_KEEP_SNAPSHOTS_DAYS", value) for value in ("-1", "ever", "1.5")),
        *(("VEEDOR_DEADLINE_SECONDS", value) for value in ("0", "-1", "nan", "inf")),
        ("VEEDOR_HOST_PAUSE_SECONDS", "-0.5"),
        *(("VEEDOR_MAIL_FROM", value) for value in ("nobody", "Veedor <veedor>", "a@b\r\nBcc: c@d", "<>")),
        *(("VEEDOR_OPERATOR", value) for value in ("us", "a b@example.org", "@example.org", "a@", "a@b@c")),
        ("VEEDOR_OPERATOR", "Team <team@example.org>"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=name):
        Settings.from_env({name: value})


@pytest.mark.parametrize("size", ["1GB", "512MB", "2GiB", "1.5 gb", "64MiB", "80%"])
def test_a_size_that_is_accepted_is_one_that_duckdb_accepts(size: str) -> None:
    settings = Settings.from_env({"VEEDOR_MEMORY_LIMIT": size})
    duck.connect(memory_limit=settings.memory_limit).close()
    duck.connect(memory_limit=part_of(size, 3)).close()


def test_a_part_of_a_size_is_so_much_of_it() -> None:
    def megabytes(size: str) -> str:
        with duck.connect(memory_limit=size) as connection:
            ((found,),) = connection.execute("SELECT current_setting('memory_limit')").fetchall()
        return str(found)

    assert megabytes(part_of("512MB", 2)) == megabytes("256MB")
    assert megabytes(part_of("1.5 GiB", 4)) == megabytes("384MiB")
    assert megabytes(part_of("512MB", 1)) == megabytes("512MB")


@pytest.mark.parametrize(
    "url",
    [
        "datos.example.org",
        "ftp://h/",
        "https:///a",
        "https://h/?a",
        "https://h/#a",
        "https://u@h/",
        "https://h/a b",
    ],
)
def test_an_address_below_which_nothing_can_be_named_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="VEEDOR_PUBLIC_URL"):
        Settings.from_env({"VEEDOR_PUBLIC_URL": url})


@pytest.mark.parametrize("url", ["https://datos.example.org/veedor", "https://datos.example.org/veedor/"])
def test_the_public_address_ends_in_a_slash(url: str) -> None:
    assert Settings.from_env({"VEEDOR_PUBLIC_URL": url}).public_url == "https://datos.example.org/veedor/"


def test_zero_is_a_number_of_retries_and_a_pause() -> None:
    settings = Settings.from_env({"VEEDOR_RETRIES": "0", "VEEDOR_HOST_PAUSE_SECONDS": "0"})
    assert (settings.retries, settings.host_pause_seconds) == (0, 0.0)


@pytest.mark.parametrize(
    "url",
    [
        "smtp.example.org",
        "https://user:hunter2@smtp.example.org",
        "mailtos://",
        "mailtos://user:hunter2#x@smtp.example.org",
        "mailtos://user:hunter2/x@smtp.example.org",
        "mailtos://user:hunter2@[smtp",
    ],
)
def test_live_delivery_needs_a_mail_server_and_the_password_is_never_told(url: str) -> None:
    with pytest.raises(ConfigurationError, match="VEEDOR_MAIL_URL") as caught:
        Settings.from_env({**LIVE, "VEEDOR_MAIL_URL": url})
    assert "hunter2" not in str(caught.value) + caught.value.advice
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "url", ["mailto://127.0.0.1:2525?mode=insecure", "mailtos://user:p%40ss@smtp.example.org:587"]
)
def test_usable_addresses_are_taken_as_they_are(url: str) -> None:
    environment = {
        **LIVE,
        "VEEDOR_MAIL_URL": url,
        "VEEDOR_MAIL_FROM": "Vigilancia <veedor@example.org>",
        "VEEDOR_OPERATOR": "root@localhost",
    }
    settings = Settings.from_env(environment)
    assert (settings.mail_url, settings.operator) == (url, "root@localhost")


@pytest.mark.parametrize(
    "token", ["short", "with a blank in it", "accentuée-token", "x" * 201, "token\r\nX: y"]
)
def test_what_is_no_app_token_is_refused_and_never_told(token: str) -> None:
    with pytest.raises(ConfigurationError, match="VEEDOR_SOCRATA_APP_TOKEN") as caught:
        Settings.from_env({"VEEDOR_SOCRATA_APP_TOKEN": token})
    assert token not in str(caught.value) + caught.value.advice


def test_secrets_are_not_in_what_settings_say_of_themselves() -> None:
    url = "mailtos://user:hunter2@smtp.example.org"
    settings = Settings.from_env({"VEEDOR_SOCRATA_APP_TOKEN": "k9Qw-Zx81", "VEEDOR_MAIL_URL": url})
    assert (settings.socrata_app_token, settings.mail_url) == ("k9Qw-Zx81", url)
    assert "k9Qw" not in f"{settings!r}{settings}"
    assert "hunter2" not in f"{settings!r}{settings}"
    secret = {it.name for it in fields(Settings) if it.metadata.get("secret")}
    assert secret == {it.name for it in fields(Settings) if not it.repr}


def test_an_empty_environment_is_enough() -> None:
    assert Settings.from_env({}) == Settings()
