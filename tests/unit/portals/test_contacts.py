"""One address that somebody reads, out of what portals write into their mail fields."""

from __future__ import annotations

import pytest

from pipelines.portals.contacts import first_address, first_page


@pytest.mark.parametrize(
    ("texts", "address"),
    [
        (["datos@dependencia.example"], "datos@dependencia.example"),
        (["Unidad de Datos <mailto:Datos@dependencia.example>"], "Datos@dependencia.example"),
        (["mailto:datos@dependencia.example?subject=hola"], "datos@dependencia.example"),
        (["uno@dependencia.example; dos@dependencia.example"], "uno@dependencia.example"),
        (["uno@dependencia.example/dos@dependencia.example"], "uno@dependencia.example"),
        (["Tel. 55 1234, datos@dependencia.example."], "datos@dependencia.example"),
        (["no-reply@dependencia.example, datos@dependencia.example"], "datos@dependencia.example"),
        (["", None, 7, ["x"], "datos@dependencia.example"], "datos@dependencia.example"),
        (["datos [at] dependencia.example"], None),
        (["datos@localhost"], None),
        (["noreply@dependencia.example"], None),
        (["noreply-datos@dependencia.example"], None),
        (["do_not_reply@dependencia.example"], None),
        (["no.responder@dependencia.example"], None),
        (["nao-responda@dependencia.example"], None),
        (["mailer-daemon@dependencia.example"], None),
        (["a" * 300 + "@dependencia.example"], None),
        (["datos@dependencia.example\r\nBcc: otro@dependencia.example"], "datos@dependencia.example"),
        ([], None),
    ],
)
def test_first_address(texts: list[object], address: str | None) -> None:
    assert first_address(texts) == address


@pytest.mark.parametrize(
    ("texts", "page"),
    [
        (["https://datos.example/contacto"], "https://datos.example/contacto"),
        (
            [None, 7, "datos@dependencia.example", "https://datos.example/contacto"],
            "https://datos.example/contacto",
        ),
        (["https://datos.example/datos@dependencia.example"], None),
        (["javascript:alert(1)", "mailto:datos@dependencia.example", "ver el sitio"], None),
        ([], None),
    ],
)
def test_first_page(texts: list[object], page: str | None) -> None:
    assert first_page(texts) == page
