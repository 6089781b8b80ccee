"""Files with a prompt: how long they are, and with `/head` how they begin."""

from pathlib import Path
from typing import Any

from swell import Q, app, data, on, run_on, ui


@on("prompt.submit")
async def submitted(q: Q, submit: dict[str, Any]) -> None:
    chat = q.page["chat"]
    chat.data += [submit["text"] or "(files only)", True]
    for file in submit["files"]:
        text: str = await q.run(Path(file["path"]).read_text, errors="replace")
        lines = text.splitlines()
        chat.data += [f"[{file['name']}]({file['url']}): {len(lines)} lines", False]
        if submit["command"] == "head":
            chat.data += ["\n".join(["```text", *lines[:5], "```"]), False]
    if not submit["files"]:
        chat.data += ["Attach a text file, or drop one here.", False]


@app("/")
async def serve(q: Q) -> None:
    if not q.client.initialized:
        q.page["chat"] = ui.chatbot_card(
            box="1 1 -1 -1",
            name="prompt",
            data=data("content from_user", t="list"),
            greeting="What shall I read?",
            attachments=ui.chat_attachments(accept=["text/*", ".md", ".py"]),
            slash_commands=[ui.chat_command("head", "Beginning", "The first lines of each file")],
        )
        q.client.initialized = True
    await run_on(q)
    await q.page.save()
