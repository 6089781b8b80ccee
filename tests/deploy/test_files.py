"""The files of deploy/ are valid, as far as that can be said without running them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.attacks.rig import target
from tests.programs import Program

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKER = DEPLOY / "docker"


def passes(*command: str | Path) -> None:
    """Run a command that has to succeed."""
    ended = subprocess.run(command, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def python(*command: str | Path) -> None:
    """Run a program of this Python's packages."""
    passes(Path(sys.executable).with_name(str(command[0])), *command[1:])


@pytest.mark.parametrize("name", ["swell.service", "swell@.service"])
def test_systemd_accepts_the_units(program: Program, tmp_path: Path, name: str) -> None:
    app = Path(sys.executable).parents[1]  # there the commands of the unit are
    text = (DEPLOY / "systemd" / name).read_text().replace("/opt/chat/.venv", str(app))
    unit = tmp_path / name.replace("@.", "@10101.")
    unit.write_text(text)
    ended = subprocess.run(
        [program("systemd-analyze"), "verify", "--man=no", "--recursive-errors=one", unit],
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    assert unit.name not in ended.stderr


def test_the_units_wait_longer_than_a_process_may_take_to_end() -> None:
    from swell.cli.serve import CLOSE_S, LAST_S
    from swell.cli.workers import SLACK_S
    from swell.server.broker import HOOK_GRACE_S
    from swell.settings.table import Settings

    longest = Settings().drain_s + HOOK_GRACE_S + CLOSE_S + LAST_S + SLACK_S
    texts = [file.read_text() for file in DEPLOY.rglob("*") if file.is_file()]
    named = r"(?:TimeoutStopSec=|stop_grace_period: |terminationGracePeriodSeconds: )(\d+)"
    found = [int(seconds) for text in texts for seconds in re.findall(named, text)]
    assert len(found) == 4
    assert min(found) >= longest


def test_the_compose_file_follows_its_schema() -> None:
    python("check-jsonschema", "--builtin-schema", "vendor.compose-spec", DOCKER / "compose.yaml")


def test_the_kubernetes_objects_follow_their_schemas() -> None:
    python("kubernetes-validate", "--strict", DEPLOY / "kubernetes" / "swell.yaml")


def test_the_dockerfile_passes_its_linter() -> None:
    python("hadolint", DOCKER / "Dockerfile")


@pytest.mark.parametrize("file", [DEPLOY / "Caddyfile", DOCKER / "Caddyfile"], ids=str)
def test_caddy_accepts_its_files(program: Program, file: Path) -> None:
    passes(program("caddy"), "validate", "--adapter", "caddyfile", "--config", file)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Make a certificate, in one file with its key."""
    key, file = tmp_path / "key", tmp_path / "crt"
    made = ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256")
    passes(*made, "-nodes", "-subj", "/CN=chat.example.com", "-keyout", key, "-out", file)
    file.write_text(file.read_text() + key.read_text())
    return file


def test_nginx_accepts_its_file(program: Program, tmp_path: Path, certificate: Path) -> None:
    site = re.sub(r"/etc/ssl/\S+(?=;)", str(certificate), (DEPLOY / "nginx.conf").read_text())
    config = tmp_path / "nginx.conf"
    config.write_text(f"pid {tmp_path}/pid; events {{}}\nhttp {{ access_log off;\n{site}}}\n")
    passes(program("nginx"), "-t", "-c", config, "-p", tmp_path, "-e", tmp_path / "log")


def test_haproxy_accepts_its_file(program: Program, tmp_path: Path, certificate: Path) -> None:
    config = tmp_path / "haproxy.cfg"
    text = (DEPLOY / "haproxy.cfg").read_text()
    config.write_text(text.replace("/etc/haproxy/chat.example.com.pem", str(certificate)))
    passes(program("haproxy"), "-c", "-f", config)


def instruction(name: str) -> list[str]:
    """Return the command of an instruction of the Dockerfile."""
    text = (DOCKER / "Dockerfile").read_text().replace("\\\n", "")
    [found] = re.findall(rf"^{name}\b.*?(\[.*\])$", text, re.MULTILINE)
    command: list[str] = json.loads(found)
    return command


def test_the_health_check_of_the_image_follows_the_process(tmp_path: Path) -> None:
    """The command of the image serves its app, and its check passes as long as it does."""
    assert instruction("CMD") == ["swell", "run", "app.py"]
    program, *check = instruction("HEALTHCHECK .*?CMD")
    assert program == "python"

    def healthy(port: int) -> bool:
        command = [one.replace(":10101", f":{port}") for one in check]
        return not subprocess.run([sys.executable, *command], stderr=subprocess.DEVNULL).returncode

    with target(tmp_path, app=DOCKER / "app.py", host="0.0.0.0") as running:
        assert healthy(running.port)
        with urllib.request.urlopen(f"http://127.0.0.1:{running.port}/") as page:
            assert page.status == 200
    assert not healthy(running.port)
