"""Certificates for gateways, made once."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme


@dataclass(frozen=True)
class Authority:
    """A certificate authority of the test's own."""

    ca: trustme.CA
    file: Path

    def server(self, *names: str, expired: bool = False) -> ssl.SSLContext:
        """What a gateway with a certificate for these names serves with."""
        ended = datetime(2020, 1, 2, tzinfo=UTC) if expired else None
        began = datetime(2020, 1, 1, tzinfo=UTC) if expired else None
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.ca.issue_cert(*(names or ("localhost",)), not_before=began, not_after=ended).configure_cert(
            context
        )
        return context


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    ca = trustme.CA()
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    ca.cert_pem.write_to_path(str(file))
    return Authority(ca=ca, file=file)
