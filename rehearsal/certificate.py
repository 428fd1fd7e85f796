"""A certificate for Discord's hosts, made at start, that nobody else trusts."""

from __future__ import annotations

import ssl
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOSTS = (
    "discord.com",
    "discord.gg",
    "*.discord.gg",
    "*.discord.media",
    "cdn.discordapp.com",
    "media.discordapp.net",
)
LIFE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Certificate:
    """Both ends of TLS."""

    server: ssl.SSLContext
    public: str
    """What a client needs to trust it, in PEM."""


def trusting(public: str) -> ssl.SSLContext:
    """The context of a client that trusts the certificate `public` and nothing else."""
    return ssl.create_default_context(cadata=public)


def make_certificate() -> Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A Discord on loopback")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - LIFE)
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in HOSTS]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory(prefix="rehearsal-") as folder:
        chain = Path(folder, "chain.pem")  # the ssl module reads keys from files only
        chain.touch(mode=0o600)
        chain.write_bytes(public + private)
        server.load_cert_chain(chain)
    return Certificate(server, public.decode())
