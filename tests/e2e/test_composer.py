"""The prompt box in a browser: files, commands, mentions, keys, long texts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import CDPSession, FilePayload, Page, expect

from tests.faults.proxy import FaultProxy

from .chat import box, messages, rest, until
from .conftest import PHONE, NewPage, Run, RunningApp

APP = """
from pathlib import Path
from swell import Q, app, data, main, ui

@app('/')
async def serve(q: Q):
    if not q.client.ready:
        q.page['talk'] = ui.chatbot_card(
            box='1 1 -1 -1', name='chatbot', data=data('content from_user', t='list'),
            events=['suggestion'], greeting='What shall we read?',
            attachments=ui.chat_attachments(
                accept=['.pdf', 'image/*', 'text/*'], max_files=3, max_file_mb=2),
            slash_commands=[
                ui.chat_command('summarize', 'Summarize', 'In three sentences', 'TextDocument'),
                ui.chat_command('translate', 'Translate', 'Into another language'),
            ],
            mentions=[ui.chat_mention('ann', 'Ann Smith'), ui.chat_mention('bob', 'Bob')],
            follow_ups=[ui.chat_suggestion('more', 'Tell me more')],
        )
        q.client.ready = True
    if q.events.chatbot and q.events.chatbot.submit:
        said = q.events.chatbot.submit
        talk = q.page['talk'].data
        talk += [said['text'], True]
        lines = [f"text {len(q.args.chatbot)}", f"command {said['command']}"]
        lines += [' '.join(['mentions', *said['mentions']])]
        for file in said['files']:
            size = len(Path(file['path']).read_bytes())
            lines.append(f"file {file['name']} {size} {file['mime']}")
        talk += ['; '.join(lines), False]
    if q.events.chatbot and q.events.chatbot.suggestion:
        q.page['talk'].data += ['picked ' + q.events.chatbot.suggestion, False]
    await q.page.save()
"""
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415408d763f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.fixture
def app(run: Run) -> RunningApp:
    return run(APP)


def attach(page: Page, *files: tuple[str, str, bytes]) -> None:
    """Choose files as through the button: their names, media types and bytes."""
    given = [FilePayload(name=name, mimeType=kind, buffer=body) for name, kind, body in files]
    page.locator("[data-test=chatbot-files]").set_input_files(given)


def forgive(new_page: NewPage, what: str) -> None:
    """Let the browser have written into its console that a request did not succeed."""
    problems: list[str] = new_page.problems  # type: ignore[attr-defined]
    problems[:] = [problem for problem in problems if what not in problem]


def expect_chips(page: Page, count: int, state: str | None = None) -> None:
    selector = "[data-test=chatbot-file]" + (f"[data-state={state}]" if state else "")
    expect(page.locator(selector)).to_have_count(count)


def expect_answer(page: Page, text: str) -> None:
    expect(messages(page, "assistant").last).to_contain_text(text)


DROP = """
([kind, files]) => {
  const from = new DataTransfer();
  for (const [name, type, content] of files) from.items.add(new File([content], name, { type }));
  const card = document.querySelector(".chat");
  const all = { dataTransfer: from, bubbles: true, cancelable: true };
  const drag = (type) => card.dispatchEvent(new DragEvent(type, all));
  if (kind === "drop") for (const type of ["dragenter", "dragover", "drop"]) drag(type);
  else if (kind === "over") for (const type of ["dragenter", "dragover"]) drag(type);
  else document.querySelector("[data-test=chatbot]").dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: from, bubbles: true, cancelable: true }));
}
"""
PASTE = """
(text) => {
  const from = new DataTransfer();
  from.setData("text/plain", text);
  const box = document.querySelector("[data-test=chatbot]");
  box.focus();
  const event = new ClipboardEvent("paste",
    { clipboardData: from, bubbles: true, cancelable: true });
  if (box.dispatchEvent(event)) document.execCommand("insertText", false, text);
}
"""


def test_chosen_files_arrive_with_the_prompt(app: RunningApp, page: Page) -> None:
    page.goto(app.url)
    attach(page, ("a.txt", "text/plain", b"hello"), ("b.png", "image/png", PNG))
    expect_chips(page, 2, "done")
    assert page.locator("[data-test=chatbot-file] img").get_attribute("src")
    box(page).fill("Read these")
    box(page).press("Enter")
    expect_answer(page, f"file a.txt 5 text/plain; file b.png {len(PNG)} image/png")
    expect_answer(page, "text 10; command None")
    expect_chips(page, 0)
    expect(box(page)).to_be_focused()


def test_files_are_pasted_and_dropped_anywhere_on_the_card(app: RunningApp, page: Page) -> None:
    page.goto(app.url)
    expect(page.locator("[data-test=chatbot-attach]")).to_be_visible()
    page.evaluate(DROP, ["over", [["a.txt", "text/plain", "x"]]])
    expect(page.get_by_text("Drop files here")).to_be_visible()
    page.evaluate(DROP, ["drop", [["a.txt", "text/plain", "x"]]])
    expect(page.get_by_text("Drop files here")).to_have_count(0)
    page.evaluate(DROP, ["paste", [["b.png", "image/png", "no picture"]]])
    expect_chips(page, 2, "done")
    # files alone are a prompt, too
    box(page).press("Enter")
    expect_answer(page, "text 0; command None; mentions; file a.txt 1 text/plain; file b.png 10")


def test_what_cannot_be_attached_is_said(app: RunningApp, page: Page) -> None:
    page.goto(app.url)
    big = ("big.txt", "text/plain", b"x" * 2_000_001)
    attach(page, ("x.exe", "application/x-msdownload", b"MZ"), big)
    note = page.locator("[data-test=chatbot-note]")
    expect(note).to_contain_text("“x.exe” cannot be attached here.")
    expect(note).to_contain_text("“big.txt” is 2 MB. Files of up to 2 MB can be attached.")
    attach(page, *[(f"{n}.txt", "text/plain", b"x") for n in range(5)])
    expect(note).to_have_text("At most 3 files can be attached at once. 2 were left out.")
    expect_chips(page, 3, "done")
    page.get_by_role("button", name="Remove 1.txt").click()
    expect(note).to_have_text("")
    expect(page.get_by_role("button", name="Remove 2.txt")).to_be_focused()
    expect_chips(page, 2)


def test_the_servers_limit_is_said_and_the_text_kept(run: Run, new_page: NewPage) -> None:
    page = new_page()
    page.goto(run(APP, env={"SWELL_UPLOAD_MAX_BYTES": "500K"}).url)
    attach(page, ("a.txt", "text/plain", b"x" * 600_000))
    box(page).fill("Read this")
    expect(page.locator("[data-test=chatbot-note]")).to_have_text(
        "“a.txt” is 600 kB. Files of up to 512 kB can be attached."
    )
    box(page).press("Enter")
    expect(page.locator("[data-test=chatbot-note]")).to_contain_text("Remove the files")
    page.get_by_role("button", name="Remove a.txt").click()
    box(page).press("Enter")
    expect_answer(page, "text 9")
    forgive(new_page, "status of 413")


def test_files_and_text_outlive_a_reload(app: RunningApp, page: Page) -> None:
    page.goto(app.url)
    attach(page, ("a.txt", "text/plain", b"hello"))
    box(page).fill("Read this")
    expect_chips(page, 1, "done")
    page.reload()
    expect_chips(page, 1, "done")
    expect(box(page)).to_have_value("Read this")
    page.locator("[data-test=chatbot-submit]").click()
    expect_answer(page, "file a.txt 5 text/plain")
    page.reload()
    expect_chips(page, 0)


def test_an_upload_shows_its_progress_waits_and_can_be_cancelled(
    app: RunningApp, page: Page
) -> None:
    port = int(re.search(r":(\d+)", app.url)[1])  # type: ignore[index]
    with FaultProxy(port) as proxy:
        page.goto(app.url.replace(str(port), str(proxy.port)))
        expect(page.locator("[data-test=chatbot-attach]")).to_be_visible()
        proxy.throttle(200_000)
        attach(page, ("slow.txt", "text/plain", b"x" * 1_900_000))
        box(page).fill("Read this")
        bar = page.get_by_role("progressbar", name="Uploading slow.txt")
        expect(bar).to_be_visible()
        box(page).press("Enter")
        note = page.locator("[data-test=chatbot-note]")
        expect(note).to_have_text("This can be sent when the files are uploaded.")
        assert messages(page).count() == 0
        until(page, lambda: float(bar.get_attribute("value") or 0) > 0.05)
        page.get_by_role("button", name="Cancel the upload of slow.txt").click()
        expect_chips(page, 0)
        proxy.throttle(0)
        box(page).press("Enter")
        expect_answer(page, "text 9; command None; mentions")


def test_an_upload_goes_on_when_the_network_is_back(app: RunningApp, new_page: NewPage) -> None:
    page = new_page()
    port = int(re.search(r":(\d+)", app.url)[1])  # type: ignore[index]
    with FaultProxy(port) as proxy:
        page.goto(app.url.replace(str(port), str(proxy.port)))
        expect(page.locator("[data-test=chatbot-attach]")).to_be_visible()
        proxy.throttle(400_000)
        attach(page, ("a.txt", "text/plain", b"x" * 1_000_000))
        expect(page.get_by_role("progressbar")).to_be_visible()
        proxy.cut()
        proxy.throttle(0)
        expect_chips(page, 1, "done")
        box(page).press("Enter")
        expect_answer(page, "file a.txt 1000000 text/plain")
    forgive(new_page, "net::ERR_CONNECTION_RESET")


def test_a_file_that_a_restart_took_is_said_and_the_text_kept(
    start: Run, new_page: NewPage
) -> None:
    page = new_page()
    app = start(APP)
    port = re.search(r":(\d+)", app.url)[1]  # type: ignore[index]
    page.goto(app.url)
    attach(page, ("a.txt", "text/plain", b"hello"))
    box(page).fill("Read this")
    expect_chips(page, 1, "done")
    app.stop()
    again = start(APP, "--port", port)
    page.goto(again.url)
    expect(box(page)).to_have_value("Read this")
    expect(page.get_by_text("No longer kept; attach it again")).to_be_visible()
    box(page).press("Enter")
    expect(page.locator("[data-test=chatbot-note]")).to_contain_text("Remove the files")
    page.get_by_role("button", name="Remove a.txt").click()
    attach(page, ("a.txt", "text/plain", b"hello"))
    expect_chips(page, 1, "done")
    box(page).press("Enter")
    expect_answer(page, "text 9; command None; mentions; file a.txt 5")
    forgive(new_page, "status of 404")


def test_enter_that_bounces_and_a_double_click_send_once(app: RunningApp, page: Page) -> None:
    page.goto(app.url)
    attach(page, ("a.txt", "text/plain", b"hello"))
    expect_chips(page, 1, "done")
    box(page).fill("One")
    page.locator("[data-test=chatbot-submit]").dblclick()
    expect(messages(page, "assistant")).to_have_count(1)
    box(page).fill("Two")
    box(page).press("Enter")
    box(page).press("Enter")
    expect(messages(page, "assistant")).to_have_count(2)
    page.reload()
    expect(messages(page, "assistant")).to_have_count(2)


def test_enter_in_a_composition_sends_nothing(app: RunningApp, page: Page) -> None:
    page.goto(app.url)
    box(page).focus()
    devtools: CDPSession = page.context.new_cdp_session(page)
    devtools.send(
        "Input.imeSetComposition", {"text": "にほん", "selectionStart": 3, "selectionEnd": 3}
    )
    expect(box(page)).to_have_value("にほん")
    key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    devtools.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **key})
    devtools.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})
    assert messages(page).count() == 0
    devtools.send("Input.insertText", {"text": "日本"})
    expect(box(page)).to_have_value("日本")
    box(page).press("Enter")
    expect_answer(page, "text 2")


def test_a_command_and_a_mention_by_keys_alone(app: RunningApp, page: Page) -> None:
    page.goto(app.url)
    expect(box(page)).to_have_attribute("aria-haspopup", "listbox")
    box(page).press("/")
    options = page.get_by_role("option")
    expect(options).to_have_count(2)
    expect(page.get_by_role("listbox", name="Commands")).to_be_visible()
    box(page).press("ArrowDown")
    active = box(page).get_attribute("aria-activedescendant")
    expect(page.locator(f'[id="{active}"]')).to_contain_text("Translate")
    box(page).press("Escape")
    expect(options).to_have_count(0)
    box(page).press("t")
    expect(options).to_have_count(0)  # closed is closed, for this one
    box(page).fill("")
    box(page).press_sequentially("/t")
    expect(options).to_have_count(1)
    box(page).press("Enter")
    expect(box(page)).to_have_value("/translate ")
    box(page).press_sequentially("for @sm")
    box(page).press("Tab")
    expect(box(page)).to_have_value("/translate for @Ann Smith ")
    expect(box(page)).to_be_focused()
    assert box(page).get_attribute("aria-activedescendant") is None
    box(page).press("Enter")
    expect_answer(page, "command translate; mentions ann")


def test_a_command_by_touch_on_a_phone(app: RunningApp, new_page: NewPage) -> None:
    page = new_page(viewport=PHONE, has_touch=True, is_mobile=True)
    page.goto(app.url)
    box(page).tap()
    box(page).press_sequentially("/")
    page.get_by_role("option", name="Summarize").tap()
    expect(box(page)).to_have_value("/summarize ")
    expect(box(page)).to_be_focused()
    attach(page, ("a very long name of a file that has no room.txt", "text/plain", b"x"))
    expect_chips(page, 1, "done")
    for button in page.locator(".composer button:visible").all():
        size = button.bounding_box()
        assert size is not None
        assert min(size["width"], size["height"]) >= 44, button
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= PHONE["width"]


def test_a_long_paste_becomes_a_file_or_text_again(app: RunningApp, page: Page) -> None:
    page.goto(app.url)
    expect(page.locator("[data-test=chatbot-attach]")).to_be_visible()
    text = "All work and no play. " * 500
    page.evaluate(PASTE, text)
    expect_chips(page, 1, "done")
    expect(box(page)).to_have_value("")
    page.get_by_role("button", name="Show as text").click()
    expect(box(page)).to_have_value(text)
    expect_chips(page, 0)
    page.evaluate(PASTE, text)
    box(page).fill("Read it")
    expect_chips(page, 1, "done")
    box(page).press("Enter")
    expect_answer(page, f"file Pasted text 2.txt {len(text)} text/plain")


KEYS = """
async ([selector, text]) => {
  const box = document.querySelector(selector) ?? document.body.appendChild(
    Object.assign(document.createElement("textarea"), { rows: 12, cols: 90 }));
  const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const times = [];
  box.focus();
  for (const words of [text, ..."keys and keys"]) {
    const start = performance.now();
    document.execCommand("insertText", false, words);
    await frame();
    times.push(performance.now() - start);
  }
  return [times[0], times.slice(1).sort((a, b) => a - b)[6]];
}
"""


def test_forty_thousand_tokens_in_the_box_stay_quick(run: Run, page: Page) -> None:
    """Beside a box that does nothing, on the same machine at the same time."""
    plain = re.sub(r"attachments=.*?max_file_mb=2\),", "", APP, flags=re.DOTALL)
    page.goto(run(plain).url)
    expect(box(page)).to_be_visible()
    text = "All work and no play makes it dull. " * 5600  # about 200 kB
    bare_paste, bare_key = page.evaluate(KEYS, ["#nothing", text])
    page.evaluate("document.querySelector('body > textarea').remove()")
    paste, key = page.evaluate(KEYS, ["[data-test=chatbot]", text])
    print(f"paste {paste:.0f} ms, bare {bare_paste:.0f}; key {key:.0f} ms, bare {bare_key:.0f}")
    assert paste < 8 * bare_paste + 300
    assert key < 4 * bare_key + 60
    height = box(page).bounding_box()
    assert height is not None
    assert height["height"] < 400
    box(page).press("Enter")
    expect_answer(page, f"text {len(text) + 13}")


def test_a_text_that_is_too_long_is_kept(app: RunningApp, page: Page) -> None:
    page.goto(app.url)
    text = "x" * 300_000
    box(page).fill(text)
    box(page).press("Enter")
    expect(page.get_by_text(re.compile("Not sent: .*too long"))).to_be_visible()
    page.get_by_role("button", name="Edit").click()
    expect(box(page)).to_have_value(text)


def test_suggestions_follow_an_answer_and_the_greeting_opens(app: RunningApp, page: Page) -> None:
    page.goto(app.url)
    expect(page.get_by_text("What shall we read?")).to_be_visible()
    expect(page.locator("[data-test=more]")).to_have_count(0)
    box(page).fill("Hi")
    box(page).press("Enter")
    expect(page.get_by_text("What shall we read?")).to_have_count(0)
    page.locator("[data-test=more]").click()
    expect_answer(page, "picked more")


def test_ctrl_enter_sends_where_the_app_wants_that(run: Run, page: Page) -> None:
    page.goto(run(APP.replace("greeting=", "submit_key='ctrl_enter', greeting=")).url)
    box(page).fill("a")
    box(page).press("End")
    box(page).press("Enter")
    box(page).press_sequentially("b")
    expect(box(page)).to_have_value("a\nb")
    assert messages(page).count() == 0
    box(page).press("Control+Enter")
    expect_answer(page, "text 3")


def test_stop_takes_exactly_the_place_of_send(run: Run, page: Page) -> None:
    page.goto(run(STOPPABLE).url)
    send = page.locator("[data-test=chatbot-submit]").bounding_box()
    box(page).fill("Go")
    box(page).press("Enter")
    stop = page.locator("[data-test=chatbot-stop]")
    expect(stop).to_be_visible()
    assert stop.bounding_box() is not None
    rest(page)  # the box moves down from the middle
    before = box(page).bounding_box()
    stopping = stop.bounding_box()
    assert send is not None
    assert stopping is not None
    assert (stopping["x"], stopping["width"]) == (send["x"], send["width"])
    stop.click()
    expect(stop).to_have_count(0)
    assert box(page).bounding_box() == before


STOPPABLE = """
from swell import Q, app, data, main, ui

@app('/')
async def serve(q: Q):
    if not q.client.ready:
        q.page['talk'] = ui.chatbot_card(box='1 1 -1 -1', name='chatbot', events=['stop'],
            data=data('content from_user', t='list'))
        q.client.ready = True
    if q.args.chatbot:
        q.page['talk'].data += [q.args.chatbot, True]
        q.page['talk'].data += ['Half of it', False]
        q.page['talk'].generating = True
    if q.events.chatbot and q.events.chatbot.stop:
        q.page['talk'].generating = False
    await q.page.save()
"""


SPEECH = """
window.SpeechRecognition = window.webkitSpeechRecognition = class {
  start() { window.__heard = this; }
  stop() { this.onend(); }
  abort() { this.onend(); }
  hear(...words) {
    const result = ([transcript, isFinal]) => Object.assign([{ transcript }], { isFinal });
    const results = words.map(result);
    this.onresult({ resultIndex: results.length - 1, results });
  }
};
"""


def test_what_is_spoken_follows_what_was_typed(run: Run, page: Page) -> None:
    source = APP.replace("greeting=", "speech=True, greeting=")
    page.add_init_script(SPEECH)
    page.goto(run(source).url)
    box(page).fill("Tell me")
    speak = page.locator("[data-test=chatbot-speak]")
    speak.click()
    expect(speak).to_have_attribute("aria-pressed", "true")
    page.evaluate("window.__heard.hear(['about', false])")
    expect(box(page)).to_have_value("Tell me about")
    page.evaluate("window.__heard.hear(['about the', true], [' sea', false])")
    expect(box(page)).to_have_value("Tell me about the sea")
    speak.click()
    expect(speak).to_have_attribute("aria-pressed", "false")
    box(page).press("Enter")
    expect_answer(page, "text 21")


def test_no_microphone_is_shown_where_the_browser_cannot_listen(run: Run, page: Page) -> None:
    page.add_init_script("delete window.SpeechRecognition; delete window.webkitSpeechRecognition")
    page.goto(run(APP.replace("greeting=", "speech=True, greeting=")).url)
    expect(page.locator("[data-test=chatbot-attach]")).to_be_visible()
    expect(page.locator("[data-test=chatbot-speak]")).to_have_count(0)
