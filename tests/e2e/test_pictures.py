"""Pictures in messages: whole, and never higher than 60 % of the chat."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .chat import messages
from .conftest import Run

APP = """
    from pathlib import Path
    from swell import Q, app, data, main, ui
    from swell.parts import Image

    @app("/")
    async def serve(q: Q):
        (url,) = await q.site.upload(["{file}"])
        q.page["talk"] = ui.chatbot_card(
            box="1 1 -1 -1", name="chatbot",
            data=data("content from_user parts", t="list", rows=[
                ["", False, [Image(url, alt="A picture")]],
                ["Two of mine", True, [Image(url, alt="One"), Image(url, alt="Two")]],
            ]))
        await q.page.save()
"""


def png(width: int, height: int) -> bytes:
    """Return a picture, black above and white below."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + bytes([y * 255 // height]) * width for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("width", "height"), [(600, 600), (300, 2000), (2000, 300), (40, 30)], ids=str
)
def test_a_picture_without_a_size_is_shown_whole(
    run: Run, page: Page, tmp_path: Path, width: int, height: int
) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(png(width, height))
    page.goto(run(APP.replace("{file}", str(file))).url)
    picture = messages(page, "assistant").get_by_role("img", name="A picture")
    expect(picture).to_have_js_property("complete", True)
    frame = messages(page, "assistant").locator(".picture.sized")
    shown, around = picture.bounding_box(), frame.bounding_box()
    view = page.viewport_size
    assert shown
    assert around
    assert view
    assert shown["height"] <= 0.6 * view["height"]
    assert shown["width"] <= around["width"] + 0.5
    assert shown["height"] <= around["height"] + 0.5
    assert shown["width"] / shown["height"] == pytest.approx(width / height, rel=0.05)
    assert shown["width"] <= width + 0.5

    mine = [one.bounding_box() for one in messages(page, "user").get_by_role("img").all()]
    assert mine[0]
    assert mine[1]
    assert mine[0]["height"] <= 220.5
    if width <= 600:
        assert mine[0]["y"] == mine[1]["y"]
