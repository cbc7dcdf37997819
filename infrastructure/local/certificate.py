"""Self-signed certificate for local hosts: ``python -m infrastructure.local.certificate FOLDER HOST…``."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

VALIDITY = timedelta(days=365)
RENEW_BEFORE = timedelta(days=7)


def self_signed(folder: Path, hosts: list[str]) -> tuple[Path, Path]:
    """Return the PEM files of certificate and key for ``hosts``; create them in ``folder`` if necessary."""
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    if certificate_file.exists() and _is_valid(certificate_file):
        return certificate_file, key_file
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    key_file.unlink(missing_ok=True)
    key_file.touch(mode=0o600)
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    certificate_file.write_bytes(_create(key, hosts).public_bytes(serialization.Encoding.PEM))
    return certificate_file, key_file


def _create(key: ec.EllipticCurvePrivateKey, hosts: list[str]) -> x509.Certificate:
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0])]), datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALIDITY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )


def _is_valid(certificate_file: Path) -> bool:
    certificate = x509.load_pem_x509_certificate(certificate_file.read_bytes())
    return certificate.not_valid_after_utc - datetime.now(UTC) > RENEW_BEFORE


if __name__ == "__main__":
    self_signed(Path(sys.argv[1]), sys.argv[2:])
