import signal
import subprocess
import sys
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

COMMAND = [sys.executable, "-m", "probes.simulator"]


@contextmanager
def started(*options: str) -> Generator[tuple[subprocess.Popen[str], str]]:
    command = [*COMMAND, "--listen", "127.0.0.1:0", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on ")
        try:
            yield process, line.removeprefix("listening on ").strip()
        finally:
            process.kill()


def test_it_says_where_it_listens_and_ends_on_sigterm():
    with started("--speed", "20") as (process, url):
        with urllib.request.urlopen(f"{url}/__sim/stats", timeout=5) as answer:  # noqa: S310 - loopback
            assert answer.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0


def test_it_ends_with_its_standard_input():
    with started("--until-eof") as (process, _):
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(5) == 0


def test_without_until_eof_standard_input_means_nothing():
    with started() as (process, _):
        assert process.stdin is not None
        process.stdin.close()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.5)


def test_it_speaks_tls(tmp_path: Path):
    issued = trustme.CA().issue_cert("127.0.0.1")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    issued.cert_chain_pems[0].write_to_path(cert)
    issued.private_key_pem.write_to_path(key)
    with started("--tls-cert", str(cert), "--tls-key", str(key)) as (_, url):
        assert url.startswith("https://127.0.0.1:")


@pytest.mark.parametrize("options", [("--speed", "0"), ("--speed", "fast"), ("--nonsense",)])
def test_wrong_options_are_told(options: tuple[str, ...]):
    done = subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=10, check=False)
    assert done.returncode == 2
    assert "usage:" in done.stderr


@pytest.mark.parametrize("listen", ["8898", ":8898", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:65536"])
def test_an_address_without_host_or_port_is_told_in_one_line(listen: str):
    command = [*COMMAND, "--listen", listen]
    done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    expected = f"simulator: --listen {listen}: write HOST:PORT, such as 127.0.0.1:8899\n"
    assert (done.returncode, done.stderr) == (1, expected)


def test_a_taken_port_is_told_in_one_line():
    with started() as (_, url):
        command = [*COMMAND, "--listen", url.removeprefix("http://")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"simulator: --listen {url.removeprefix('http://')}: ")
    assert done.stderr.count("\n") == 1
    assert "in use" in done.stderr


def test_the_catalogue_can_be_printed():
    done = subprocess.run([*COMMAND, "--list"], capture_output=True, text=True, timeout=10, check=True)
    assert "| `banana-g15` |" in done.stdout
