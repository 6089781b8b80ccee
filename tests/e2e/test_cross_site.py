"""S6: pages of other origins, in a real browser that is signed in here, reach nothing."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from .conftest import NewPage, Run

SECRET = "kept-between-us"
APP = """
from swell.chat import Turn, chat


@chat("/", attachments=True)
async def answer(turn: Turn) -> str:
    return f"You said {turn.prompt}"
"""

ATTACK = """
async (target) => {
  const seen = [];
  const socket = (url) => new Promise((done) => {
    const one = new WebSocket(url);
    one.onopen = () => {
      seen.push("open");
      one.send(JSON.stringify({ t: "hello", v: 1, route: "/" }));
    };
    one.onmessage = (message) => {
      seen.push(message.data);
      if (seen.length > 20) done();
    };
    one.onclose = one.onerror = () => done();
    setTimeout(done, 3000);
  });
  const ask = async (path, options) => {
    try {
      const answer = await fetch(target + path, { credentials: "include", ...options });
      seen.push(`${options.method ?? "GET"} ${path} ${answer.type} ${answer.status}`);
      seen.push(await answer.text());
    } catch (error) {
      seen.push(`${options.method ?? "GET"} ${path} ${error.name}`);
    }
  };
  await socket(target.replace("http", "ws") + "_s/ws");
  const form = new FormData();
  form.append("files", new File(["planted"], "planted.txt"));
  const text = { "Content-Type": "text/plain" };
  for (const mode of ["cors", "no-cors"]) {
    await ask("_f/", { method: "POST", mode, body: form });
    await ask("_f/", { method: "POST", mode, body: '{"t":"act"}', headers: text });
    await ask("_f/", { method: "POST", mode, body: new URLSearchParams({ a: "b" }) });
    await ask("", { mode });
    await ask("_s/ready", { mode });
  }
  await ask("_f/x/y", { method: "DELETE" });
  await ask("_f/", { method: "POST", body: form, headers: { "Swell-Client": "x" } });
  navigator.sendBeacon(target + "_f/", form);
  const frame = document.createElement("iframe");
  frame.src = target;
  document.body.append(frame);
  await new Promise((done) => { frame.onload = done; setTimeout(done, 2000); });
  try {
    seen.push(frame.contentDocument?.body?.innerText ?? "nothing");
  } catch (error) {
    seen.push(error.name);
  }
  const opened = window.open(target);
  await new Promise((done) => setTimeout(done, 500));
  try {
    seen.push(opened?.document?.body?.innerText ?? "nothing");
  } catch (error) {
    seen.push(error.name);
  }
  return seen;
}
"""


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[int]:
    """Another server of this machine, with an empty page: another origin, and the same site."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Elsewhere</title><body></body>")

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"], ids=["same site", "another site"])
def test_s6_a_page_elsewhere_reaches_nothing(
    run: Run, new_page: NewPage, elsewhere: int, host: str
) -> None:
    app = run(APP)
    page = new_page()
    page.goto(app.url)
    page.get_by_role("textbox").first.fill(SECRET)
    page.keyboard.press("Enter")
    page.get_by_text(f"You said {SECRET}").first.wait_for()
    evil: Page = page.context.new_page()
    evil.goto(f"http://{host}:{elsewhere}/")
    seen = evil.evaluate(ATTACK, app.url)
    print(json.dumps(seen, indent=1))
    assert "open" not in seen
    assert not [one for one in seen if SECRET in one or "welcome" in one or "/_f/" in one]
    answers = [one for one in seen if one.startswith(("GET ", "POST ", "DELETE "))]
    assert len(answers) > 10
    for answer in answers:
        assert answer.endswith((" TypeError", " opaque 0")), answer
    evil.close()
    # the tab is as it was, and nothing was uploaded in it
    page.reload()
    page.get_by_text(f"You said {SECRET}").first.wait_for()
    problems: list[str] = new_page.problems  # type: ignore[attr-defined]
    problems[:] = [
        one
        for one in problems
        if not any(
            sign in one for sign in ("CORS", "403", "400", "frame", "localhost", "opener", "FAILED")
        )
    ]
    assert urlsplit(page.url).port == urlsplit(app.url).port
