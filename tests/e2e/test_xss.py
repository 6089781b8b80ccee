"""Hostile replies, streamed token by token into a real browser: nothing runs, nothing is fetched.

The texts are those of `web/src/markdown/xss.ts`, made by Node, so that the browser and the unit
tests see the same ones.
"""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

from .chat import until
from .conftest import ROOT, NewPage, Run

APP = """
import json
from pathlib import Path

from h2o_wave import Q, app, data, main, ui

PAYLOADS = json.loads(Path("payloads.json").read_text())


@app("/")
async def serve(q: Q):
    if not q.client.initialized:
        q.client.initialized = True
        q.page["chat"] = ui.chatbot_card(
            box="1 1 12 10", name="chatbot", data=data("content from_user", t="list")
        )
        q.page["form"] = ui.form_card(box="1 11 12 1", items=[ui.button("go", "Go")])
        q.client.next = 0
    elif q.args.go:
        chat = q.page["chat"]
        for payload in PAYLOADS[q.client.next : q.client.next + 40]:
            text = ""
            chat.data += [text, False]
            step = max(4, len(payload) // 60)
            for at in range(0, len(payload), step):
                text += payload[at : at + step]
                chat.data[-1] = [text, False]
                if at % (step * 6) == 0:
                    await q.page.save()
            chat.generating = False
            chat.data += [payload, True]
            await q.page.save()
        q.client.next += 40
        q.page["form"].items = [ui.button("go", f"Go {q.client.next}")]
    await q.page.save()
"""

WATCH = """
window.__reports = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__reports.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""

FOUND = """
() => {
  const wrong = [];
  const seen = document.querySelectorAll("[data-message] *");
  for (const element of seen) {
    const name = element.localName;
    if (/^(script|iframe|object|embed|link|style|base|meta|form|svg|video|audio)$/.test(name)) {
      const own = element.closest("button, [aria-hidden=true]");
      if (!own) wrong.push(element.outerHTML.slice(0, 200));
    }
    for (const { name: key, value } of element.attributes) {
      if (/^on/i.test(key)) wrong.push(`${key}=${value}`);
      if (/^(href|src|action|formaction|xlink:href|data|srcdoc)$/.test(key)) {
        const address = new URL(value, document.baseURI);
        const allowed = key === "src" ? ["http:", "blob:"] : ["http:", "https:", "mailto:", "tel:"];
        if (!allowed.includes(address.protocol)) wrong.push(`${key}=${value}`);
        if (key === "src" && address.origin !== location.origin) wrong.push(`${key}=${value}`);
      }
    }
  }
  return { wrong, seen: seen.length, ran: "__xss" in window, reports: window.__reports,
    polluted: {}.polluted !== undefined, place: location.href };
}
"""


# Brings diagrams into view that are neither drawn nor said to be wrong; returns their sources.
DRAW = """
() => [...document.querySelectorAll(".code")]
  .filter((code) => code.querySelector(".lang")?.textContent === "mermaid")
  .filter((code) => !code.querySelector(".diagram img, .diagram-note"))
  .map((code, at) => {
    if (at === 0) code.scrollIntoView({ block: "center" });
    return code.querySelector("pre").textContent;
  })
"""


def payloads() -> list[str]:
    """Return the hostile texts, from the module that the unit tests use."""
    # Node of any version that builds the client can do this with the bundler's parser
    script = (
        "import { build } from 'vite';"
        "const made = await build({ configFile: false, logLevel: 'silent', build: { write: false,"
        " minify: false, lib: { entry: 'src/markdown/xss.ts', formats: ['es'] } } });"
        "const code = [made].flat()[0].output[0].code;"
        "const module = await import("
        "'data:text/javascript;base64,' + Buffer.from(code).toString('base64'));"
        "console.log(JSON.stringify(module.payloads));"
    )
    command = ["node", "--input-type=module", "-e", script]
    made = subprocess.run(command, cwd=ROOT / "web", capture_output=True, check=True)
    found: list[str] = json.loads(made.stdout)
    return found


def test_nothing_hostile_runs_or_is_fetched(start: Run, new_page: NewPage, tmp_path: Path) -> None:
    texts = payloads()
    assert len(texts) > 250
    (tmp_path / "payloads.json").write_text(json.dumps(texts))
    app = start(APP)
    page = new_page(viewport={"width": 1280, "height": 4000})
    page.add_init_script(WATCH)
    page.goto(app.url)
    for done in range(40, len(texts) + 40, 40):
        page.locator('[data-test="go"]').click()
        page.get_by_role("button", name=f"Go {done}", exact=True).wait_for(timeout=120_000)
        scroll_through(page)
        found = page.evaluate(FOUND)
        assert found["wrong"] == []
        assert not found["ran"]
        assert not found["polluted"]
        assert found["reports"] == []
        assert found["seen"] > 100
        assert urlsplit(found["place"]).path == "/"
    # the frames that draw diagrams have not been left either
    for frame in page.frames[1:]:
        assert urlsplit(frame.url).path == "/_s/diagram"
        assert not frame.evaluate("'__xss' in window")
    # addresses without a scheme are of this site, which has no such pictures
    problems: list[str] = new_page.problems  # type: ignore[attr-defined]
    # Mermaid measures words as HTML. It does so in a frame without an origin, whose policy names
    # its host instead of 'self' and stops what such words would run: that is what is reported.
    stopped = re.compile(r"inline event handler violates .* 'script-src http://")
    problems[:] = [
        one for one in problems if "status of 404" not in one and not stopped.search(one)
    ]


def scroll_through(page: Page) -> None:
    """Bring every message onto the screen, since code and diagrams wait for that."""
    for message in page.locator(".code").all()[-40:]:
        message.scroll_into_view_if_needed()
    until(page, lambda: page.evaluate(DRAW) == [], lambda: page.evaluate(DRAW))
