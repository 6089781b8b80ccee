"""S11, S12 and S13: files with scripts in them, names made of markup, keys that mean something."""

from __future__ import annotations

from contextlib import suppress

from playwright.sync_api import Error, Page

from .conftest import NewPage, Run

APP = """
from swell.chat import Turn, chat
from swell.parts import Source, Table, ToolCall

HIT = "fetch('/hit-' + document.contentType.replace(/[^a-z]/g, ''))"
FILES = {
    "a.svg": f'<svg xmlns="http://www.w3.org/2000/svg" onload="{HIT}"><script>{HIT}</script></svg>',
    "a.html": f"<!doctype html><body onload=\\"{HIT}\\"><script>{HIT}</script>",
    "a.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><body><script>{HIT}</script></body></html>',
    "a.xml": f'<x:script xmlns:x="http://www.w3.org/1999/xhtml">{HIT}</x:script>',
    "a.mhtml": f"MIME-Version: 1.0\\nContent-Type: text/html\\n\\n<script>{HIT}</script>",
    "a.js": HIT,
    "a.css": "@import '/hit-css';",
    "a.txt": f"<script>{HIT}</script>",
    "a": f"<!doctype html><script>{HIT}</script>",
    "a.png": f"<!doctype html><script>{HIT}</script>",
    "a.gif": f"GIF89a/*<svg><script>{HIT}</script>*/=1;{HIT}",
    "a.pdf": "%PDF-1.4\\n1 0 obj<</Type/Catalog/OpenAction"
    "<</S/JavaScript/JS(app.launchURL('/hit-pdf'))>>>>endobj",
}
MARKUP = '<img src=x onerror="window.__xss=1"><script>window.__xss=1</script>'


@chat("/", attachments=True, title=MARKUP)
async def answer(turn: Turn):
    if turn.prompt == "files":
        for name, content in FILES.items():
            yield await turn.file(content.encode(), name)
    elif turn.prompt == "names":
        yield await turn.file(b"x", MARKUP + ".txt")
        yield ToolCall(id="1", name=MARKUP, args={MARKUP: MARKUP}, state="done", result=MARKUP)
        yield Source(title=MARKUP, url="https://example.com/" + MARKUP, quote=MARKUP)
        yield Table(columns=[MARKUP], rows=[[MARKUP]])
        yield f"```{MARKUP}\\n{MARKUP}\\n```\\n\\n```\\"><script>window.__xss=1</script>\\nx\\n```"
        yield f"\\n\\n| {MARKUP} |\\n|---|\\n| {MARKUP} |\\n\\n[{MARKUP}]: https://example.com"
    else:
        raise ValueError(MARKUP)
    yield " done"
"""

STATE = """
() => ({
  ran: "__xss" in window,
  polluted: ({}).polluted !== undefined,
  wrong: [...document.querySelectorAll("*")].filter((one) =>
    (one.localName === "img" && one.getAttribute("src") === "x") ||
    (one.localName === "script" && /__xss|hit-/.test(one.textContent)) ||
    [...one.attributes].some((attribute) => attribute.name.startsWith("on"))).length,
})
"""


def say(page: Page, text: str) -> None:
    """Send a prompt and wait for its answer."""
    page.get_by_role("textbox").first.fill(text)
    page.keyboard.press("Enter")
    page.get_by_text("done").last.wait_for()


def test_s11_no_file_runs_a_script_wherever_it_is_opened(run: Run, new_page: NewPage) -> None:
    app = run(APP)
    page = new_page()
    page.goto(app.url)
    hits: list[str] = []
    page.context.on("request", lambda one: hits.append(one.url) if "/hit-" in one.url else None)
    say(page, "files")
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("[href*='/_f/'], [src*='/_f/']")]
            .map((one) => one.href ?? one.src)"""
    )
    assert len(set(found)) >= 10, found
    for address in sorted(set(found)):
        opened = page.context.new_page()
        with suppress(Error):  # a download begins
            opened.goto(address, wait_until="load")
        opened.close()
        page.evaluate(
            """async (address) => {
              for (const name of ["iframe", "object", "embed", "img", "script", "link"]) {
                const one = document.createElement(name);
                if (name === "link") one.rel = "stylesheet";
                one[{ object: "data", link: "href" }[name] ?? "src"] = address;
                document.body.append(one);
                await new Promise((done) => {
                  one.onload = one.onerror = done;
                  setTimeout(done, 200);
                });
                one.remove();
              }
            }""",
            address,
        )
    assert hits == []
    problems: list[str] = new_page.problems  # type: ignore[attr-defined]
    problems.clear()  # the policy's reports of what it has stopped


def test_s12_names_are_text_wherever_they_stand(run: Run, new_page: NewPage) -> None:
    app = run(APP)
    page = new_page()
    page.goto(app.url)
    say(page, "names")
    page.get_by_role("textbox").first.fill('<img src=x onerror="window.__xss=1">')
    page.keyboard.press("Enter")  # a title in the list of chats, and an error of the handler
    page.get_by_text("Something went wrong").first.wait_for()
    page.reload()
    page.get_by_text("Something went wrong").first.wait_for()
    for button in page.get_by_role("button").all()[:40]:
        assert "__xss" not in page.evaluate("() => Object.keys(window)")
        assert button is not None
    assert page.evaluate(STATE) == {"ran": False, "polluted": False, "wrong": 0}


KEYS = """
from contextlib import suppress

from swell import Q, app, data, ui


@app("/")
async def serve(q: Q):
    if not q.client.initialized:
        q.client.initialized = True
        q.page["seen"] = ui.chatbot_card(
            "1 1 6 6", name="chat", data=data("content from_user", t="map"))
        for name in ("__proto__", "constructor", "prototype", "toString", "polluted", "valueOf"):
            with suppress(KeyError):
                q.page["seen"].data[name] = [f"key {name}", True]
            with suppress(KeyError):
                q.page[name] = ui.markdown_card("7 1 2 2", "Card", f"card {name}")
            await q.page.save()
    await q.page.save()
"""


def test_s13_keys_of_every_object_change_no_object(run: Run, new_page: NewPage) -> None:
    page = new_page()
    page.goto(run(KEYS).url)
    page.get_by_text("key valueOf").wait_for()
    for name in ("toString", "polluted"):
        page.get_by_text(f"key {name}").wait_for()
    assert page.evaluate(STATE) == {"ran": False, "polluted": False, "wrong": 0}
    assert page.evaluate("() => [({}).toString(), Object.keys(Object.prototype).length]") == [
        "[object Object]",
        0,
    ]
