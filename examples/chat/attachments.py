"""Questions about a text or a PDF that was attached; OPENAI_BASE_URL says where the model is."""

import os

from swell import ui
from swell.chat import Turn, chat
from swell.models import Compatible

URL = os.environ.get("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1")
model = Compatible(URL, os.environ.get("MODEL", "llama3.2"), os.environ.get("OPENAI_API_KEY"))
DOCUMENTS = ui.chat_attachments(accept=[".pdf", "text/*", ".md"], max_files=3)


@chat("/", title="Documents", greeting="Attach a document and ask.", attachments=DOCUMENTS)
async def answer(turn: Turn):
    if not turn.all_files:
        yield "Attach a text or a PDF first."
        return
    texts = [f"<{file.name}>\n{(await file.text())[:20_000]}" for file in turn.all_files]
    system = "Answer from these documents only.\n\n" + "\n\n".join(texts)
    async for delta in model.stream(turn.as_openai(system)):
        yield delta
