"""Every state a chat can be in, by day on a desktop and by night on a phone.

Each is a claim about what the person sees; its picture, in `test-results/images`, is for eyes.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, WebSocketRoute, expect

from .chat import box, messages, say
from .conftest import PHONE, ROOT, NewPage, Run

PICTURES = ROOT / "test-results" / "images"

APP = """
import sys
from swell import Q, app, data, ui

FIELDS = 'content from_user id status error'
SHORT = 'Three days are enough for **the old town** and'
ROWS = {
    'empty': [],
    'pending': [['', False, 'a', 'pending', None]],
    'streaming': [[SHORT, False, 'a', 'streaming', None]],
    'stopped': [[SHORT, False, 'a', 'stopped', None]],
    'interrupted': [[SHORT, False, 'a', 'interrupted', None]],
    'failed': [['', False, 'a', 'failed', 'The model is overloaded.']],
    'long': [[(SHORT + ' more words. ') * 2000 + 'x' * 3000, False, 'a', 'done', None]],
    'rtl': [['لشبونة مدينة **جميلة**.', False, 'a', 'done', None]],
}

@app('/')
async def serve(q: Q):
    if not q.client.ready:
        q.client.ready = True
        state = q.args['#'] or ''
        rows = ROWS.get(state, [['Three days are enough.', False, 'a', 'done', None]])
        if rows:
            rows = [['Plan three days in Lisbon', True, 'q', None, None], *rows]
        if state == 'many':
            rows = [[f'Message {i}', i % 2 == 0, i, None, None] for i in range(10_000)]
        q.page['meta'] = ui.meta_card('', title='Travel desk', theme='auto')
        q.page['talk'] = ui.chatbot_card(
            box='1 1 -1 -1', name='chatbot', data=data(FIELDS, t='list', rows=rows),
            generating=state in ('pending', 'streaming'), events=['stop', 'regenerate'],
            greeting='Where to?', suggestions=[ui.chat_suggestion('a', label='Plan a weekend')]
            if state == 'empty' else None, read_only=state == 'read_only',
            attachments=ui.chat_attachments(max_file_mb=1) if state == 'upload' else None)
    if q.args.chatbot == 'boom':
        raise RuntimeError('boom')
    await q.page.save()
"""

LOOKS: dict[str, dict[str, object]] = {
    "desktop": {},
    "phone": {"viewport": PHONE, "has_touch": True, "is_mobile": True, "color_scheme": "dark"},
    "zoomed": {"viewport": {"width": 640, "height": 400}, "device_scale_factor": 2},
    "forced": {"forced_colors": "active", "color_scheme": "dark"},
}


class Wire:
    """The page's connection, to be cut."""

    def __init__(self, page: Page) -> None:
        self.sockets: list[WebSocketRoute] = []
        self.up = True
        page.route_web_socket(re.compile("."), self._opened)

    def _opened(self, socket: WebSocketRoute) -> None:
        if not self.up:
            socket.close()
            return
        socket.connect_to_server()
        self.sockets.append(socket)

    def cut(self, code: int, *, for_good: bool) -> None:
        self.up = not for_good
        for socket in self.sockets:
            socket.close(code=code)


def _sees(text: str) -> Callable[[Page, Wire], None]:
    def check(page: Page, _wire: Wire) -> None:
        expect(page.get_by_text(text).first).to_be_visible()

    return check


def _pending(page: Page, _wire: Wire) -> None:
    expect(page.locator(".waiting span")).to_be_visible()
    expect(page.get_by_role("button", name="Stop generating")).to_be_visible()


def _retry(page: Page, _wire: Wire) -> None:
    expect(page.get_by_role("button", name="Retry")).to_be_visible()


def _offline(page: Page, wire: Wire) -> None:
    box(page).fill("What I typed")
    wire.cut(4001, for_good=True)
    expect(page.get_by_text("Reconnecting… What you type is kept.")).to_be_visible()
    expect(box(page)).to_have_value("What I typed")
    first = messages(page).first.bounding_box()
    bar = page.locator(".notice").bounding_box()
    assert first is not None
    assert bar is not None
    assert bar["width"] == page.viewport_size["width"]  # type: ignore[index]
    assert bar["y"] + bar["height"] <= first["y"] + 2, "it is beside the words, not over them"


def _ended(page: Page, wire: Wire) -> None:
    box(page).fill("What I typed")
    wire.cut(4506, for_good=True)
    expect(page.get_by_text("You have been signed out.")).to_be_visible()
    expect(page.get_by_role("button", name="Reload")).to_be_visible()
    expect(messages(page)).to_have_count(0)  # the next person at this screen sees nothing


def _error(page: Page, _wire: Wire) -> None:
    say(page, "boom")
    expect(page.get_by_role("alert")).to_contain_text("Something went wrong")


def _read_only(page: Page, _wire: Wire) -> None:
    expect(messages(page)).to_have_count(2)
    expect(page.locator("textarea")).to_have_count(0)


def _upload(page: Page, _wire: Wire) -> None:
    file = FilePayload(name="big.txt", mimeType="text/plain", buffer=b"x" * 2_000_000)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_text("Files of up to 1 MB can be attached.")).to_be_visible()


STATES: dict[str, Callable[[Page, Wire], None]] = {
    "empty": _sees("Plan a weekend"),
    "pending": _pending,
    "streaming": _sees("the old town"),
    "stopped": _sees("Stopped"),
    "interrupted": _retry,
    "failed": _retry,
    "offline": _offline,
    "ended": _ended,
    "error": _error,
    "read_only": _read_only,
    "upload": _upload,
    "long": _sees("more words."),
    "many": _sees("Message 9999"),
    "rtl": _sees("لشبونة مدينة"),
}


@pytest.mark.parametrize("look", LOOKS)
def test_states(run: Run, new_page: NewPage, look: str) -> None:
    url = run(APP).url
    PICTURES.mkdir(parents=True, exist_ok=True)
    context = new_page(**LOOKS[look]).context
    for name, check in STATES.items():
        page = context.new_page()
        wire = Wire(page)
        page.goto(f"{url}#{name}")
        expect(page.locator("[data-message], textarea").first).to_be_visible()
        check(page, wire)
        page.screenshot(path=PICTURES / f"state-{name}-{look}.png", animations="disabled")
        size = page.evaluate(
            "[document.documentElement.scrollWidth - innerWidth,"
            " document.documentElement.scrollHeight - innerHeight]"
        )
        assert size == [0, 0], f"{name}: the page itself scrolls"
        page.close()
