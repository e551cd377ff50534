"""Certificates for the test portal, good and bad, signed by an authority that lives for one test run."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True)
class Authority:
    """A certificate authority; `bundle` is what a client that trusts it is given."""

    certificate: x509.Certificate
    key: Key
    bundle: Path


def authority(folder: Path, issuer: Authority | None = None, name: str = "Root") -> Authority:
    """A new authority, its own issuer unless one is given."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = _sign(
        name, key, issuer.certificate if issuer else None, issuer.key if issuer else key, ca=True
    )
    bundle = folder / f"{name}.pem"
    bundle.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(certificate, key, bundle)


def certificate(
    folder: Path, issuer: Authority | None, *, host: str = "127.0.0.1", days: int = 1
) -> tuple[Path, Path]:
    """PEM files of a server's certificate and key: self-signed without `issuer`, expired when `days` < 0."""
    key = ec.generate_private_key(ec.SECP256R1())
    signed = _sign(
        "Portal",
        key,
        issuer.certificate if issuer else None,
        issuer.key if issuer else key,
        host=host,
        days=days,
    )
    files = folder / "server.pem", folder / "server.key"
    files[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


def _sign(
    name: str,
    key: Key,
    issuer: x509.Certificate | None,
    issuer_key: Key,
    *,
    host: str = "127.0.0.1",
    days: int = 1,
    ca: bool = False,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    try:
        alternative: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        alternative = x509.DNSName(host)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if not ca:
        builder = builder.add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())
