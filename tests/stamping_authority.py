"""A time-stamping authority (RFC 3161) of one's own, by openssl, without any network."""

from __future__ import annotations

import subprocess
from pathlib import Path

_CONFIG = """
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = here
[here]
serial = serial
signer_cert = signer.pem
certs = root.pem
signer_key = signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
"""


def openssl(folder: Path, *arguments: object) -> None:
    """Run openssl in a folder; CalledProcessError where it objects."""
    command = ["openssl", *map(str, arguments)]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)


class StampingAuthority:
    """An authority whose files lie in `folder`; `root` is the certificate to trust."""

    def __init__(self, folder: Path, name: str = "Test") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.root = folder / "root.pem"
        (folder / "tsa.cnf").write_text(_CONFIG)
        (folder / "serial").write_text("01\n")
        new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        config = ("-config", "tsa.cnf")
        root = ("-x509", "-days", 2, "-extensions", "root", "-subj", f"/CN={name} root")
        openssl(folder, "req", *config, *new, *root, "-keyout", "root.key", "-out", "root.pem")
        signer = ("-subj", f"/CN={name} authority", "-keyout", "signer.key", "-out", "signer.csr")
        openssl(folder, "req", *config, *new, *signer)
        by_root = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", 2)
        extended = ("-extfile", "tsa.cnf", "-extensions", "signer", "-out", "signer.pem")
        openssl(folder, "x509", "-req", "-in", "signer.csr", *by_root, *extended)

    def answer(self, request: Path, response: Path) -> Path:
        """Stamp a request (.tsq) into a response (.tsr)."""
        asked = ("-queryfile", request.resolve(), "-out", response.resolve())
        openssl(self._folder, "ts", "-reply", "-config", "tsa.cnf", *asked)
        return response
