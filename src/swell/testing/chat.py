"""ChatClient: drive a `@chat` function in tests: send, stop, edit, lose the network, restart."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from swell.app import App
from swell.chat.app import ChatApp
from swell.chat.options import ChatOptions, OnEvent
from swell.chat.runs.ask import PREFIX
from swell.chat.runs.run import RunLimits
from swell.live.wire import Ack, Act
from swell.settings.table import Settings

from .client import UNHURRIED, Client, Harness, serving

__all__ = ["ChatClient", "ChatServer", "ChatTab", "chat_of", "chatting"]

_FIELDS = (
    *("content", "from_user", "id", "time", "status"),
    *("parts", "branch", "error", "error_code", "error_id"),
)


class ChatTab:
    """One tab of a chat.

    Attributes:
        page: The client of the tab, for everything else.
    """

    def __init__(self, page: Client) -> None:
        self.page = page

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The messages as shown, oldest first: `content`, `from_user`, `id`, `status` and so on."""
        card = self.page.page.get("chat", {})
        return [dict(zip(_FIELDS, row, strict=True)) for row in card.get("data", ())]

    @property
    def texts(self) -> list[str]:
        """The texts of the messages."""
        return [message["content"] for message in self.messages]

    @property
    def answer(self) -> str:
        """The text of the last message."""
        return self.texts[-1] if self.messages else ""

    @property
    def status(self) -> str | None:
        """The state of the last message."""
        status: str | None = self.messages[-1]["status"] if self.messages else None
        return status

    @property
    def generating(self) -> bool:
        """Whether an answer is being made."""
        return bool(self.page.page["chat"].get("generating"))

    @property
    def address(self) -> str:
        """Location hash of the thread that is open, without `#`; empty for a new chat."""
        return str(self.page.page["meta"].get("redirect") or "#").removeprefix("#")

    @property
    def threads(self) -> list[str]:
        """Titles in the sidebar."""
        return [item["title"] for item in self.page.page["threads"]["items"]]

    async def send(self, text: str, *, id: str | None = None, wait: bool = True) -> Ack:
        """Send a prompt.

        Args:
            text: The prompt.
            id: Name of the action; the same id is the same action sent again.
            wait: Wait until the answer has ended.
        """
        what: dict[str, Any] = {"text": text, "files": [], "command": None, "mentions": []}
        event = ("chat", "submit", what)
        act = Act(id or str(uuid.uuid4()), {"chat": text}, "chat", event)
        ack = await self.page.send(act)
        if wait and ack.st != "err":
            await self.done()
        return ack

    async def attach(self, text: str, files: Sequence[str | Path | tuple[str, bytes]]) -> None:
        """Send a prompt with files, and wait until the answer has ended."""
        await self.page.act("chat", text, files=files)
        await self.done()

    async def done(self) -> None:
        """Wait until no answer is being made."""
        await self.page.until(lambda page: not page["chat"].get("generating"))

    async def says(self, text: str) -> None:
        """Wait until the last message has this text in it."""
        await self.page.until(lambda _page: text in self.answer)

    async def asked(self) -> list[dict[str, Any]]:
        """Wait until a question is open; return the components of its form.

        Raises:
            TimeoutError: If none is within 10 s.
        """
        await self.page.until(lambda _page: self._question())
        return self._question()

    async def fill(self, button: str = "submit", /, **values: Any) -> None:
        """Answer the open question of `turn.ask`, and wait until the handler has the answer.

        Args:
            button: Name of the button to press.
            **values: Values of the controls, by the names that the handler gave them.

        Raises:
            ValueError: If the form has no control or button of that name.
        """
        names = {
            name.removeprefix(PREFIX).partition("-")[2]: name for name in _names(await self.asked())
        }
        for name in (*values, button):
            if name not in names:
                raise ValueError(f"the question has no {name!r}, only {', '.join(names)}")
        args = {names[name]: value for name, value in values.items()}
        await self.page.act(names[button], True, **args)

    async def confirm(self, yes: bool = True) -> None:
        """Answer the open question of `turn.confirm`, or of a tool with `confirm`."""
        await self.fill("yes" if yes else "no")

    def _question(self) -> list[dict[str, Any]]:
        """Return the form of the latest question that is open; nothing when none is."""
        for message in reversed(self.messages):
            for part in reversed(message["parts"] or ()):
                items: list[dict[str, Any]] = part.get("items") or []
                if part["type"] == "card" and _names(items):
                    return items
        return []

    async def stop(self) -> None:
        """Press Stop."""
        await self.page.event("chat", "stop")

    async def edit(self, index: int, text: str, *, wait: bool = True) -> None:
        """Change the prompt at a place among the messages."""
        await self._do("edit", {"id": self.messages[index]["id"], "content": text}, wait)

    async def regenerate(self, index: int = -1, *, wait: bool = True) -> None:
        """Ask for another answer, or for one after a failure."""
        await self._do("regenerate", {"id": self.messages[index]["id"]}, wait)

    async def branch(self, index: int, step: int) -> None:
        """Go to the next (1) or the previous (-1) version of a message."""
        await self._do("branch", {"id": self.messages[index]["id"], "step": step}, wait=False)

    async def delete(self, index: int) -> None:
        """Delete a message and the messages after it."""
        await self._do("delete", {"id": self.messages[index]["id"]}, wait=False)

    async def open(self, address: str) -> None:
        """Go to an address, such as `address` of another tab."""
        await self.page.act("#", address, **{"#": address})

    async def drop(self) -> None:
        """Lose the connection."""
        await self.page.drop()

    async def drop_at(self, text: str) -> None:
        """Lose the connection as soon as the answer has this text in it."""
        await self.says(text)
        await self.page.drop()

    async def back(self) -> None:
        """Connect again; the page is exact when this returns."""
        await self.page.open()

    async def _do(self, event: str, data: dict[str, Any], wait: bool) -> None:
        await self.page.event("chat", event, data)
        if wait:
            await self.done()


def _names(node: Any) -> list[str]:
    """Return the names of the controls of questions, in their order."""
    if isinstance(node, list):
        return [name for item in node for name in _names(item)]
    if not isinstance(node, dict):
        return []
    own = node.get("name")
    found = [own] if isinstance(own, str) and own.startswith(PREFIX) else []
    return found + [name for value in node.values() for name in _names(value)]


def chat_of(app: App, route: str = "/") -> ChatApp:
    """Return the chat that answers on a route of an application, in memory only.

    Use it before the application starts, for apps that are defined with `@chat`:

        with isolated() as app:
            import my_app
        chat = chat_of(app)

    Raises:
        KeyError: If nothing answers there.
        TypeError: If something else than a chat does.
    """
    chat = getattr(app.routes[route].handler, "__self__", None)
    if not isinstance(chat, ChatApp):
        raise TypeError(f"{route} is not a chat")
    chat.options = replace(chat.options, store=None)
    return chat


class ChatServer:
    """A chat being served in this process."""

    def __init__(
        self,
        handler: Callable[..., Any],
        options: ChatOptions,
        settings: Settings | None = None,
        on: Mapping[str, OnEvent] | None = None,
    ) -> None:
        self._on = on or {}
        self._handler = handler
        self._options = options
        self._settings = settings
        self._stack = AsyncExitStack()
        self._harness: Harness
        self.app: ChatApp

    async def start(self) -> None:
        """Open the store and begin."""
        self.app = ChatApp(self._handler, self._options, name="test")
        self.app.handlers = self._on
        await self.app.start(self._settings)
        self._stack = AsyncExitStack()
        self._stack.push_async_callback(self.app.stop)
        self._harness = await self._stack.enter_async_context(
            serving(
                self.app.serve,
                ack="handled",
                identify=self.app.options.identify,
                settings=self._settings,
                sources={self.app.route: self.app.open_file},
            )
        )

    async def tab(
        self,
        session: str = "session",
        address: str = "",
        *,
        language: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> ChatTab:
        """Open a tab in a browser session; language and headers are as for `chatting`."""
        return ChatTab(
            await self._harness.tab(session, address, language=language, headers=headers)
        )

    async def drain(self, seconds: float = 0.0) -> None:
        """Let the answers end, as at SIGTERM."""
        await self.app.drain(seconds)

    async def stop(self) -> None:
        """End the server."""
        await self._stack.aclose()

    async def restart(self) -> None:
        """End the server and begin again on the same store; open new tabs after it."""
        await self.stop()
        await self.start()


class ChatClient(ChatTab):
    """The first tab of a chat that is served for a test.

    Attributes:
        server: For further tabs, and to restart.
    """

    def __init__(self, page: Client, server: ChatServer) -> None:
        super().__init__(page)
        self.server = server

    async def tab(
        self,
        session: str = "session",
        address: str = "",
        *,
        language: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> ChatTab:
        """Open another tab; another session is another browser."""
        return await self.server.tab(session, address, language=language, headers=headers)


@asynccontextmanager
async def chatting(
    handler: Callable[..., Any],
    *,
    store: Any = None,
    limits: RunLimits | None = None,
    language: str = "",
    headers: Mapping[str, str] | None = None,
    server_settings: Settings | None = None,
    on: Mapping[str, OnEvent] | None = None,
    **options: Any,
) -> AsyncIterator[ChatClient]:
    """Serve a function as `@chat` would, and open a tab.

    Args:
        handler: The function.
        store: As for `chat`; memory when left out.
        limits: Bounds of runs.
        language: The browser's `Accept-Language` header.
        headers: Further headers of the browser's connections, by name; change them in
            `page.headers`.
        server_settings: Settings of the server, such as `user_header`; by default frames are not
            held back for merging and no rate is limited.
        on: Handlers of events by name, as `chat.on` registers them.
        **options: Further arguments of `chat`.
    """
    given = ChatOptions(**{"app": "test", **options}, store=store, limits=limits)
    server = ChatServer(handler, given, server_settings or UNHURRIED, on)
    await server.start()
    try:
        first = await server.tab(language=language, headers=headers)
        yield ChatClient(first.page, server)
    finally:
        async with asyncio.timeout(30):
            await server.stop()
