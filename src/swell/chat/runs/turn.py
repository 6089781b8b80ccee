"""Turn: the argument of a handler, one for each answer."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar, overload

from swell.chat.records import Message, Thread, User
from swell.chat.thread_page import ThreadPage, Unseen
from swell.coerce import well_formed
from swell.components.base import Component
from swell.errors import AskTimeoutError
from swell.expando import Expando
from swell.locales import words_of
from swell.mistakes import near_miss
from swell.models.provider import Provider
from swell.models.providers.anthropic import Anthropic
from swell.models.providers.openai import OpenAI
from swell.observe import traces
from swell.parts import File, Image

from .ask import Question
from .attachment import Attachment
from .awaiting import must_await, pending
from .budgets import Charge
from .conversation import PictureFile, read_pictures, told
from .names import NO_NAMES, Names

__all__ = ["Cancelled", "Host", "Turn"]

ASK_TIMEOUT_S = 600.0
"""Default timeout of a question, in seconds."""

CHARGE_MAX = 1_000_000_000
"""Most money of one charge."""

SUGGESTIONS_MAX = 12
"""Most follow-up prompts of one answer."""


_T = TypeVar("_T")
if TYPE_CHECKING:
    from typing_extensions import TypeVar as TypeVarWithDefault  # checkers have it

    S = TypeVarWithDefault("S", default=Any)
else:
    S = TypeVar("S")


class Cancelled:
    """Whether the answer has been stopped; for handlers in worker threads, which must look.

    An async handler is cancelled and need not look.
    """

    def __init__(self) -> None:
        self._flag = threading.Event()
        self._loop = asyncio.get_running_loop()
        self._event = asyncio.Event()

    def is_set(self) -> bool:
        """Return whether it has been stopped; from any thread."""
        return self._flag.is_set()

    def __bool__(self) -> bool:
        return self._flag.is_set()

    def set(self) -> None:
        """Stop; only on the event loop."""
        self._flag.set()
        self._event.set()

    @must_await("turn.cancelled.wait")
    async def wait(self) -> None:
        """Wait until it is stopped."""
        await self._event.wait()

    def wait_in_thread(self, timeout: float | None = None) -> bool:
        """Wait in a worker thread until it is stopped, at most `timeout` seconds."""
        return self._flag.wait(timeout)


class Host(Protocol):
    """The side of a turn that makes its answer: a run, or an endpoint."""

    @property
    def locale(self) -> str:
        """Language of the page that asked."""

    @property
    def cancelled(self) -> Cancelled:
        """Whether the answer has been stopped."""

    def set_title(self, text: str) -> None:
        """Name the thread."""

    def set_suggestions(self, prompts: Iterable[str]) -> None:
        """Offer prompts to continue with."""

    def charge(self, charge: Charge) -> None:
        """Count money for the user."""

    async def make_file(self, content: bytes | str | Path, name: str) -> File | Image:
        """Keep a file for the answer."""

    def pose(self, question: Question) -> int:
        """Show a question; return its place in the answer."""

    def settle(self, question: Question, index: int, words: str) -> None:
        """Show the result of a question."""


class Turn(Generic[S]):
    """One prompt, with everything a handler needs to answer it.

    In `Turn[Options]`, the settings of the app are of the class `Options`.

    Attributes:
        messages: The conversation, oldest first, the prompt last.
        thread: The thread it is in.
        user: The user who sent the prompt. settings: The user's settings for this thread, an
            instance of the app's class; None for an app without one.
        files: Files attached to the prompt.
        all_files: Files attached to this prompt and earlier ones, oldest first.
        locale: Language of the user's page, such as `de`; see `docs/howto/languages.md`.
        cancelled: Whether the answer has been stopped.
        page: The cards beside the conversation, to change: `await turn.page.save()` shows the
            changes in every tab of the thread; see `docs/howto/page.md`.
    """

    def __init__(
        self,
        host: Host,
        messages: list[Message],
        thread: Thread,
        user: User,
        settings: S,
        files: Sequence[list[Attachment]] = (),
        names: Names = NO_NAMES,
        page: ThreadPage | None = None,
    ) -> None:
        self.page = page or Unseen()
        self._names = names
        self.messages = messages
        self.thread = thread
        self.user = user
        self.settings = settings
        self.files = files[-1] if files else []
        self.all_files = [file for of_message in files for file in of_message]
        self.locale = host.locale
        self.cancelled = host.cancelled
        self._words = words_of(host.locale)
        self._host = host
        self._loop = asyncio.get_running_loop()

    if not TYPE_CHECKING:  # an attribute that checkers do not know is a mistake

        def __getattr__(self, name: str) -> Any:
            hint = "" if name.startswith("_") else near_miss(name, [*vars(self), *dir(type(self))])
            raise AttributeError(f"`Turn` has no attribute `{name}`{hint}", name=name, obj=self)

    @property
    def prompt(self) -> str:
        """The text of the prompt."""
        return self.messages[-1].text if self.messages else ""

    @property
    def command(self) -> str | None:
        """Name of the command that the prompt begins with, None without one."""
        return self._names.command_in(self.prompt)

    @property
    def mentions(self) -> list[str]:
        """Names of the mentions in the prompt, in the order in which the app offers them."""
        return self._names.mentions_in(self.prompt)

    @overload
    def as_openai(
        self, system: str | None = None, *, images: Literal[False] = False
    ) -> list[Any]: ...
    @overload
    def as_openai(
        self, system: str | None = None, *, images: Literal[True]
    ) -> Coroutine[Any, Any, list[Any]]: ...
    def as_openai(
        self, system: str | None = None, *, images: bool = False
    ) -> list[Any] | Coroutine[Any, Any, list[Any]]:
        """Return the messages in the form of OpenAI's chat completions.

        Args:
            system: Instructions to put before them.
            images: Include the pictures of prompts, each after its name. The call must then be
                awaited: `await turn.as_openai(images=True)`. It is off by default: pictures cost
                tokens in every later request of the thread, models without vision refuse them, and
                reading files takes time. PNG, JPEG, GIF and WebP are sent, newest first, within the
                settings `model_picture_max_bytes`, `model_pictures_max_bytes` and
                `model_pictures_max`. For others, and for pictures in answers, only the name is
                sent.

        Returns:
            Dicts with `role` and `content`, typed so that every SDK accepts them. Roles alternate,
            starting with `user`, as strict chat templates require: empty answers are left out, and
            prompts without an answer are joined with the next one. Tables and cards are included
            as Markdown, files and pictures by their names; tool calls are left out. The content is
            text, or a list of blocks if pictures are sent.
        """
        head = [{"role": "system", "content": system}] if system else []
        if images:
            return pending(self._with_pictures(OpenAI(), head), "turn.as_openai")
        return head + told(self.messages, {})

    @overload
    def as_anthropic(self, *, images: Literal[False] = False) -> list[Any]: ...
    @overload
    def as_anthropic(self, *, images: Literal[True]) -> Coroutine[Any, Any, list[Any]]: ...
    def as_anthropic(self, *, images: bool = False) -> list[Any] | Coroutine[Any, Any, list[Any]]:
        """Return the messages in Anthropic's form; pass instructions to its `system=`.

        Args:
            images: Include the pictures of prompts, as for `as_openai`; the call must then be
                awaited.
        """
        if images:
            return pending(self._with_pictures(Anthropic()), "turn.as_anthropic")
        return told(self.messages, {})

    async def messages_for(
        self, provider: Provider, *, images: bool = False
    ) -> list[dict[str, Any]]:
        """Return the messages in a provider's form, for `run_tools`."""
        return await self._with_pictures(provider) if images else told(self.messages, {})

    def title(self, text: str) -> None:
        """Name the thread; from any thread of the process."""
        self._soon(lambda: self._host.set_title(text))

    def suggest(self, *prompts: str) -> None:
        """Suggest follow-up prompts, shown below the finished answer.

        Args:
            *prompts: At most 12; two to four look good.

        Raises:
            TypeError: If a prompt is not text.
            ValueError: If there are more than 12.
        """
        _check_prompts(prompts)
        self._soon(lambda: self._host.set_suggestions(prompts))

    def charge(self, amount: float, *, note: str = "") -> None:
        """Count money for the user, beside what the setting `model_prices` makes of tokens.

        It counts against `money_per_day` and is stored with the answer when that ends; from any
        thread of the process.

        Args:
            amount: How much, in the setting `currency`: 0 or more.
            note: For what, such as `"2 pictures"`.

        Raises:
            ValueError: If the amount is negative, not finite, or more than a billion.
        """
        if not 0 <= amount <= CHARGE_MAX:
            raise ValueError(f"a charge must be 0 to {CHARGE_MAX:,}, got {amount!r}")
        charge = Charge(float(amount), well_formed(str(note))[:200])
        self._soon(lambda: self._host.charge(charge))

    @must_await("turn.ask")
    async def ask(
        self, *form: Component | Sequence[Component], timeout_s: float = ASK_TIMEOUT_S
    ) -> Expando:
        """Show a form inside the answer and wait until the user submits it.

        The form appears in every tab and after a reload. It can be answered once; a second answer
        from another tab is refused. A restart of the server ends the run and its question.

        Args:
            *form: Components, such as `ui.textbox(...)`; a button is added when there is none.
            timeout_s: How long to wait, in seconds.

        Returns:
            The values of the controls by their names.

        Raises:
            AskTimeoutError: If no user answers in time. Unless the handler catches it, the answer
                fails with its message.
        """
        items = [one for item in form for one in (item if isinstance(item, Sequence) else [item])]
        return await self._ask(Question(items, self._words.send), timeout_s)

    @must_await("turn.confirm")
    async def confirm(
        self,
        text: str,
        *,
        yes: str | None = None,
        no: str | None = None,
        timeout_s: float = ASK_TIMEOUT_S,
    ) -> bool:
        """Ask a question with two buttons; see `ask`.

        Args:
            text: The question, as Markdown.
            yes: Label of the button that answers True; "Yes" in the user's language when left out.
                no: Label of the button that answers False, likewise.
            timeout_s: How long to wait, in seconds.
        """
        from swell import ui

        words = self._words
        buttons = [
            ui.button("yes", words.yes if yes is None else yes, primary=True),
            ui.button("no", words.no if no is None else no),
        ]
        question = Question([ui.text(text), ui.buttons(buttons)], words.send)
        return bool((await self._ask(question, timeout_s)).yes)

    @must_await("turn.file")
    async def file(
        self, content: bytes | str | Path, name: str | None = None, *, alt: str | None = None
    ) -> File | Image:
        """Store a file or picture and return the part that shows it.

        Like an attachment, the file belongs to the thread: it survives a restart, appears in shared
        chats, and is deleted with the thread.

        Args:
            content: Its bytes, or the path of a file on the server, which is copied.
            name: Its name; the name of the file when left out. PNG, JPEG, GIF and WebP become an
                `Image`, other types a `File`, by the extension. alt: Description of a picture; its
                name when left out.

        Raises:
            ValueError: If the path is not a file, or bytes have no name.
            LimitError: If it is larger than `answer_file_max_bytes`.
        """
        if name is None:
            if isinstance(content, bytes):
                raise ValueError("turn.file needs a name for bytes, such as 'plot.png'")
            name = Path(content).name
        part = await self._host.make_file(content, name)
        return Image(part.url, alt) if alt is not None and isinstance(part, Image) else part

    def wait(self, call: Coroutine[Any, Any, _T]) -> _T:
        """Wait in a sync handler for a call that needs `await`.

        Args:
            call: Such as `turn.confirm("Sure?")` or `turn.file(path)`.

        Returns:
            What awaiting it would return.

        Raises:
            CancelledError: If the answer has been stopped.
            Exception: What awaiting it would raise.
        """
        future = asyncio.run_coroutine_threadsafe(call, self._loop)
        while True:
            done, _ = concurrent.futures.wait((future,), timeout=0.1)
            if done:
                return future.result()
            if self.cancelled:
                future.cancel()

    async def _ask(self, question: Question, timeout_s: float) -> Expando:
        index = self._host.pose(question)
        with traces.question():
            try:
                async with asyncio.timeout(timeout_s):
                    answer = await question.answer
            except TimeoutError:
                self._host.settle(question, index, f"*{self._words.no_answer}*")
                raise AskTimeoutError(timeout_s) from None
            except asyncio.CancelledError:
                self._host.settle(question, index, f"*{self._words.unanswered}*")
                raise
        self._host.settle(question, index, question.said())
        return answer

    async def _with_pictures(
        self, provider: Provider, head: Sequence[dict[str, Any]] = ()
    ) -> list[dict[str, Any]]:
        kept = {file.url: file.content for file in self.all_files}
        files = [
            PictureFile(part.url, part.alt, kept[part.url])
            for message in self.messages
            for part in message.parts
            if message.role == "user" and isinstance(part, Image) and part.url in kept
        ]
        pictures = await read_pictures(files)
        blocks = {url: provider.picture(one.mime, one.data) for url, one in pictures.items()}
        return [*head, *told(self.messages, blocks)]

    def _soon(self, call: Callable[[], object]) -> None:
        self._loop.call_soon_threadsafe(call)


def _check_prompts(prompts: Sequence[object]) -> None:
    for prompt in prompts:
        if not isinstance(prompt, str):
            kind = type(prompt).__name__
            star = "; write turn.suggest(*prompts)" if isinstance(prompt, list | tuple) else ""
            raise TypeError(f"a prompt must be text, got `{kind}`{star}")
    if len(prompts) > SUGGESTIONS_MAX:
        raise ValueError(f"suggest at most {SUGGESTIONS_MAX} prompts, got {len(prompts)}")
