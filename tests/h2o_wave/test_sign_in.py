"""Sign-in with the settings of H2O Wave, for an app that imports `h2o_wave`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from tests.auth.openid import CLIENT, SECRET, OpenIdServer, free_port, openid_server

APP = """
from h2o_wave import main, app, Q, ui

@app("/")
async def serve(q: Q):
    system = q.events["@system"]
    if system:
        print("logout" if system.logout else "gone", flush=True)
        return
    before = q.auth.access_token
    fresh = await q.auth.ensure_fresh_token()
    blocking = q.auth.ensure_fresh_token_sync()
    print(
        "auth", q.auth.username, q.auth.subject, bool(before), bool(fresh), bool(blocking),
        bool(q.auth.refresh_token), flush=True,
    )
    q.page["hello"] = ui.markdown_card(box="1 1 2 2", title="", content="Hello")
    await q.page.save()
"""


class WaveApp:
    """`swell run` with settings of H2O Wave alone."""

    def __init__(self, folder: Path, port: int, **settings: str) -> None:
        (folder / "app.py").write_text(APP)
        environ = {name: value for name, value in os.environ.items() if "SWELL" not in name}
        environ |= {f"H2O_WAVE_OIDC_{name}": value for name, value in settings.items()}
        environ |= {"H2O_WAVE_LISTEN": f"127.0.0.1:{port}", "XDG_DATA_HOME": str(folder)}
        self.host = f"127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "swell", "run", "app.py"],
            cwd=folder,
            env=environ,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def wait_for(self, pattern: str) -> str:
        """Return the next line of the log that matches."""
        assert self.process.stdout is not None
        seen = []
        for line in self.process.stdout:
            seen.append(line)
            if re.search(pattern, line):
                return line.strip()
        raise AssertionError("".join(seen))

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.communicate(timeout=60)


@pytest.fixture
def wave(tmp_path: Path) -> Iterator[tuple[WaveApp, OpenIdServer]]:
    """An app and its provider, with the four settings that Wave needs."""
    here, there = free_port(), free_port()
    app = WaveApp(
        tmp_path,
        here,
        CLIENT_ID=CLIENT,
        CLIENT_SECRET=SECRET,
        PROVIDER_URL=f"http://127.0.0.1:{there}",
        REDIRECT_URL=f"http://127.0.0.1:{here}/_auth/callback",
        SCOPES="openid,profile",
        SKIP_LOGIN="true",
    )
    try:
        app.wait_for("running at")
        with openid_server(f"http://{app.host}", port=there, access=1) as provider:
            yield app, provider
    finally:
        app.stop()


def test_an_app_of_wave_signs_users_in_and_hears_of_their_logout(
    wave: tuple[WaveApp, OpenIdServer],
) -> None:
    app, provider = wave
    with ExitStack() as browsers:
        browser = browsers.enter_context(httpx.Client(base_url=f"http://{app.host}"))
        url = str(browser.get("/", follow_redirects=False).headers["location"])
        for _ in range(2):  # to the sign-in page, which is skipped
            url = browser.get(url).headers["location"]
        back = provider.sign_in(url, "ada")
        assert "/_auth/callback?" in back
        assert browser.get(back).headers["location"] == "/"
        cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        headers = {"origin": f"http://{app.host}", "cookie": cookie}
        tab = browsers.enter_context(
            connect(f"ws://{app.host}/_s/ws", additional_headers=headers, compression=None)
        )
        tab.send('{"t": "hello", "v": 1, "route": "/"}')
        assert app.wait_for("^auth") == "auth ada ada True True True True"
        browser.post("/_auth/logout", headers={"origin": f"http://{app.host}"}, data={"a": ""})
        app.wait_for("^logout")


def test_a_partial_set_stops_the_start(tmp_path: Path) -> None:
    app = WaveApp(tmp_path, free_port(), CLIENT_ID=CLIENT, CLIENT_SECRET=SECRET)
    said, _ = app.process.communicate(timeout=60)
    assert app.process.returncode != 0
    assert "sign-in needs `oidc_issuer`, `oidc_client_id`, `oidc_client_secret`" in said
    assert SECRET not in said
