"""The bytes that the world's sources publish: contracts in the 20 columns of CompraNet (layout `mx_compranet_2018`).

Belongs here: rows, and how a version's file is put together: a header, twelve new rows for each version after the
first, and a body that all versions share. Does not belong here: who publishes which version (`world`). Every number is
drawn from a seed. Bodies are made from one block of rows in which marks stand for source, block and host, because
writing a million rows one by one would take longer than the night.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from benchmarks.nights.world import SEED

ROWS = 2_000
A_VERSION = 12
SOURCE, BLOCK, HOST = b"@SRC@", b"@BLK", b"@SERVERANDPORTNUMBER@"
HEADER = (
    "Institución,Clave de la UC,Número del procedimiento,Fecha de fallo,Tipo de procedimiento,Código del contrato,"
    "Título del contrato,Descripción del contrato,Fecha de inicio del contrato,Fecha de fin del contrato,"
    "Importe del contrato,Moneda del contrato,Estatus del contrato,Convenio modificatorio,Clave del programa federal,"
    "Clave CUCOP,Fecha de firma del contrato,RFC,Proveedor o contratista,Dirección del anuncio\n"
).encode()
METHODS = ("Licitación Pública", "Invitación a Cuando Menos 3 Personas", "Adjudicación Directa")
SUBJECTS = (
    "Adquisición de medicamentos y material de curación",
    "Servicio de limpieza, jardinería y fumigación",
    "Mantenimiento preventivo a equipo de cómputo",
    'Rehabilitación del camino rural "La Peñuela"',
    "Suministro de papelería y artículos de oficina",
)
FIRST_DAY = date(2024, 1, 2)


def small(number: int, host: str, version: int) -> bytes:
    """The file of 2,000 rows and more that source `number` publishes as `version`."""
    block = _block().replace(BLOCK, b"0000")
    return HEADER + _of_source(news(version) + block, number, host)


def large_head(number: int, host: str, version: int) -> bytes:
    """What a large source publishes before the body that all of them share."""
    return HEADER + _of_source(news(version), number, host)


def write_large(path: Path, rows: int, host: str) -> None:
    """The body of a large file, without its header: `rows` records, rounded up to whole blocks."""
    block = _of_source(_block(), 99_999, host)
    with path.open("wb") as handle:
        for number in range(-(-rows // ROWS)):
            handle.write(block.replace(BLOCK, b"%04d" % (number + 1)))


def news(version: int) -> bytes:
    """The rows that versions after the first have brought, newest first; those of the newest are still active."""
    found = []
    for each in range(version, 1, -1):
        rng = random.Random(f"{SEED}/{each}")  # noqa: S311 - test data, no secret
        status = "Activo" if each == version else "Terminado"
        found += [_row(rng, f"N{each:03}", row, status) for row in range(A_VERSION)]
    return "".join(found).encode()


def _of_source(content: bytes, number: int, host: str) -> bytes:
    return content.replace(SOURCE, b"%05d" % number).replace(HOST, host.encode())


@cache
def _block() -> bytes:
    rng = random.Random(SEED)  # noqa: S311 - test data, no secret
    return "".join(_rows(rng)).encode()


def _rows(rng: random.Random) -> Iterator[str]:
    for row in range(ROWS):
        yield _row(rng, BLOCK.decode(), row, rng.choice(("Activo", "Terminado", "Expirado")))


def _row(rng: random.Random, block: str, row: int, status: str) -> str:
    """One contract. Some lack what the suite asks for, as published ones do."""
    unit = rng.randrange(60)
    firm = rng.randrange(400)
    signed = FIRST_DAY + timedelta(days=rng.randrange(500))
    begins = signed + timedelta(days=rng.randrange(30))
    ends = begins + timedelta(days=rng.randrange(-1, 400))
    award = "" if rng.random() < 0.02 else f"{signed - timedelta(days=rng.randrange(20))}"
    born = date(1990, 1, 1) + timedelta(days=firm * 31)
    rfc = "" if rng.random() < 1 / 7 else f"CPT{born:%y%m%d}{firm % 10}A{firm % 10}"
    source = SOURCE.decode()
    return (
        f"Comisión de Obras y Servicios {unit},{12_000 + unit:06},LA-{unit:03}-E{block}{row:04}-2024,{award},"
        f"{rng.choice(METHODS)},C-{source}-{block}-{row:04},{_quoted(rng.choice(SUBJECTS))},"
        f"Contrato abierto para los bienes y servicios de la unidad {rng.randrange(10**4)},{begins},{ends},"
        f"{rng.randrange(10**5, 10**9) / 100:.2f},{'USD' if rng.random() < 0.02 else 'MXN'},{status},"
        f"{'' if rng.random() < 0.8 else 'Sí'},E{rng.randrange(90):03},{rng.randrange(10**7, 10**8)},"
        f"{'' if rng.random() < 0.01 else signed},{rfc},Proveedora Ejemplo {firm} SA de CV,"
        f"http://{HOST.decode()}/anuncio/{source}/{row % 500}\n"
    )


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text
