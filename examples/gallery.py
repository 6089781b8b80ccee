"""Every kind of message, part and state on one page; a prompt shows how an answer is made."""

import asyncio
import base64
import struct
import time
import zlib
from typing import Any

from swell import Q, app, data, on, run_on, ui
from swell.parts import Card, File, Image, Reasoning, Source, Table, Text, ToolCall

FIELDS = "content from_user id author avatar time status parts branch error"


def message(content: str, *, mine: bool = False, **fields: Any) -> list[Any]:
    """Return a row with the fields that are given, and None for the others."""
    given = {"content": content, "from_user": mine, **fields}
    return [given.get(name) for name in FIELDS.split()]


def picture(width: int, height: int) -> str:
    """Return a small landscape as the address of an image."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)  # no filter
        for x in range(width):
            sky, hill = y / height, height * (0.62 + 0.1 * ((x / width * 3) % 1 - 0.5) ** 2)
            sun = (x - width * 0.72) ** 2 + (y - height * 0.3) ** 2 < (height * 0.11) ** 2
            land = (60 + y % 40, 110, 96)
            air = (250, 214, 165) if sun else (int(96 + 130 * sky), int(150 + 70 * sky), 224)
            rows += bytes(land if y > hill else air)

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(rows)))
    return "data:image/png;base64," + base64.b64encode(png + chunk(b"IEND", b"")).decode()


NOON = 1_767_268_800.0  # 1 January 2026
LANDSCAPE = picture(480, 270)

ROWS = [
    message(
        "What does this picture show, and how were sales last quarter?",
        mine=True,
        author="Ada Lovelace",
        time=NOON,
        parts=[
            File("sales-2025.csv", "/sales-2025.csv", size=48_213, mime="text/csv"),
            Image(LANDSCAPE, "Hills below an evening sun", 480, 270),
        ],
    ),
    message(
        "A **landscape in the evening**. Sales grew in every region [1], most in the north [2].",
        author="Assistant",
        avatar="ChatBot",
        time=NOON + 42,
        status="done",
        branch=[2, 3],
        parts=[
            Reasoning(
                "The picture is a drawing: flat hills, one sun.\n\n"
                "For the figures I have to read the file first, then sum by region.",
                seconds=12,
                done=True,
            ),
            ToolCall(
                "read_csv",
                {"file": "sales-2025.csv", "group_by": ["region"]},
                "done",
                {"rows": 1204, "regions": ["north", "south", "west"]},
                id="c1",
            ),
            Table(
                ["Region", "Sales", "Growth", "On plan"],
                [
                    ["North", 1_284_300, 0.182, True],
                    ["South", 903_120.5, 0.041, True],
                    ["West", 411_760, 0.006, False],
                ],
            ),
            Source(
                "Quarterly report",
                "https://example.com/report",
                "Growth was broad, with every region ahead of the year before.",
            ),
            Source("Regional figures", "https://example.com/regions"),
            Source("A note without an address"),
        ],
    ),
    message("Look again, in more detail.", mine=True),
    message(
        "",
        id="working",
        status="done",
        parts=[
            Text("I will ask two colleagues."),
            ToolCall(
                "research",
                {"question": "Why did the west stay behind?"},
                "done",
                "Two **stores closed** in May.",
                id="c2",
                parts=[
                    Text("Two searches at once:"),
                    ToolCall(
                        "search", {"query": "store closures 2025"}, "done", {"hits": 3}, id="c3"
                    ),
                    ToolCall(
                        "search", {"query": "west region news"}, "failed", "Timed out.", id="c4"
                    ),
                ],
            ),
            ToolCall("send_mail", {"to": "west@example.com"}, "waiting", id="c5"),
            ToolCall("forecast", {"region": "west", "months": 6}, "running", id="c6"),
            Image("https://example.com/west.png", "The store in the west", 320, 180),
            Card(
                [
                    ui.text("Shall I write to the manager of the west?"),
                    ui.textbox(name="note", label="Note", value="Please call me on Monday."),
                    ui.buttons(
                        [ui.button("send_note", "Send", primary=True), ui.button("no", "No")]
                    ),
                ]
            ),
        ],
    ),
    message("Summarise it in one line.", mine=True),
    message("All regions grew; the west grew", status="stopped"),
    message("Again, please.", mine=True),
    message("All regions grew, and", id="cut", status="interrupted"),
    message("Once more.", mine=True),
    message(
        "",
        id="failed",
        status="failed",
        error="The model is overloaded. Your question is kept; try again in a moment.",
    ),
    message("And the outlook?", mine=True),
    message(
        "",
        id="live",
        status="streaming",
        parts=[Reasoning("The plan for next year assumes two new stores, so I should")],
    ),
]


THOUGHTS = ["Somebody", "wants", "to", "see", "how", "an", "answer", "is", "made."]
WORDS = ["It", "is", "**done**:", "thoughts,", "a", "tool,", "and", "these", "words."]


@on("prompt")
async def answer(q: Q, prompt: str) -> None:
    chat = q.page["chat"]
    chat.data += message(prompt, mine=True, time=time.time())
    chat.data += message("", status="pending", time=time.time())
    chat.generating = True
    await q.page.save()
    row = chat.data[-1]
    row.status = "streaming"
    row.parts = [Reasoning("")]
    for word in THOUGHTS:
        row.parts[0].text += word + " "  # only the word travels
        await q.page.save()
        await asyncio.sleep(0.06)
    row.parts[0].seconds, row.parts[0].done = 1.0, True
    row.parts += [ToolCall("clock", {"zone": "UTC"}, id="t1")]
    await q.page.save()
    await asyncio.sleep(0.8)
    clock = chat.data[-1].parts[1]
    clock.result, clock.state = time.strftime("%H:%M:%S", time.gmtime()), "done"
    for word in WORDS:
        row.content += word + " "
        await q.page.save()
        await asyncio.sleep(0.06)
    row.status = "done"
    chat.generating = False


@on("prompt.regenerate")
async def again(q: Q, event: dict[str, Any]) -> None:
    q.page["chat"].data += message(f"This would answer `{event['id']}` again.", status="done")


@on("send_note")
async def send_note(q: Q) -> None:
    q.page["chat"].data += message(f"Sent: {q.args.note}", status="done")


@app("/")
async def serve(q: Q) -> None:
    if not q.client.initialized:
        q.page["meta"] = ui.meta_card(box="", title="Gallery", theme="light")
        q.page["chat"] = ui.chatbot_card(
            box="1 1 -1 -1",
            name="prompt",
            data=data(FIELDS, t="list", rows=ROWS),
            events=["feedback", "regenerate"],
        )
        q.client.initialized = True
    await run_on(q)
    await q.page.save()
