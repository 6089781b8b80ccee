"""A backplane over a server: one connection at a time, made again when it breaks.

`RemoteBackplane` has what does not depend on the server. A `Link` is one connection to it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Protocol, TypeAlias

from swell.backoff import Backoff
from swell.errors import SettingError
from swell.logs import logger
from swell.observe import metrics

from .base import Gap, Listener, Watcher, check
from .envelope import EnvelopeError, Receiver, Sender
from .outgoing import Outgoing

__all__ = ["Hear", "Link", "LinkError", "Lost", "RemoteBackplane"]

CONNECT_S = 5.0
"""How long connecting may take, in seconds."""

PING_S = 4.0
"""How often the server is asked for an answer, in seconds."""

ANSWER_S = 4.0
"""How long the server may take to answer, in seconds."""

LONGEST_S = 2.0
"""Longest pause between two attempts to connect, in seconds."""

BAD_LOG_S = 60.0
"""Least time between two log lines about messages that are none, in seconds."""

Hear: TypeAlias = Callable[[str, bytes], None]
"""Called with the channel and the envelope that came over it."""

Lost: TypeAlias = Callable[[Exception], None]
"""Called when the connection breaks."""

_log = logger("swell.backplane")


class LinkError(Exception):
    """A connection cannot be made, or has broken; the message is one line without secrets."""


class Link(Protocol):
    """One connection to a server. Each method raises `LinkError` or `OSError` when it breaks."""

    async def open(self, hear: Hear, lost: Lost) -> None:
        """Connect.

        Raises:
            SettingError: If it can never work.
        """

    async def close(self) -> None:
        """Disconnect."""

    async def listen(self, begin: Collection[str], end: Collection[str]) -> None:
        """Begin to listen to some channels, and stop listening to others."""

    async def send(self, envelopes: Sequence[tuple[str, bytes]]) -> None:
        """Send each envelope to all processes that listen to its channel."""

    async def ping(self) -> None:
        """Wait for any answer."""


class RemoteBackplane:
    """Keeps a connection, sends what waits, and calls the listeners.

    Args:
        connect: Returns a new link that is not open yet.
        channel_of: Returns the channel of a topic.
        everywhere: The channel that all processes listen to.
        body_max: Longest body of an envelope that the server takes.
        name: The kind of server, for logs.

    Attributes:
        connected: Whether there is a connection.
        channel_of: As given.
    """

    def __init__(
        self,
        connect: Callable[[], Link],
        channel_of: Callable[[str], str],
        everywhere: str,
        body_max: int,
        name: str,
    ) -> None:
        self.connected = False
        self.channel_of = channel_of
        self._connect, self._name = connect, name
        self._everywhere = everywhere
        self._sender = Sender(body_max)
        self._receiver = Receiver(self._sender.key)
        self._outgoing = Outgoing(self._sender, everywhere)
        self._unanswered: list[tuple[str, bytes]] = []  # sent, perhaps without success
        self._subscriptions: dict[str, dict[str, set[_Subscription]]] = {}  # by channel, topic
        self._watchers: set[Watcher] = set()
        self._readied: list[asyncio.Future[None]] = []
        self._wanted = 1  # counts the changes of channels
        self._heard = 0  # how many of them the server has confirmed
        self._news = asyncio.Event()
        self._sent = asyncio.Event()  # nothing waits
        self._sent.set()
        self._failure: Exception | None = None
        self._task: asyncio.Task[None] | None = None
        self._bad = 0
        self._bad_logged = -BAD_LOG_S
        self._raised = 0
        self._raised_logged = -BAD_LOG_S

    # -------------------------------------------------------------------------------- interface

    @property
    def waiting(self) -> int:
        """How many messages the server has not accepted yet, envelopes under way included."""
        return len(self._outgoing) + len(self._unanswered)

    async def open(self) -> None:
        """Connect, or fail to and keep trying."""
        if self._task is None:
            tried: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._task = asyncio.create_task(self._run(tried), name="swell-backplane")
            try:
                await tried
            except BaseException:
                await self.close()
                raise

    async def close(self) -> None:
        """Send what waits, disconnect, and stop calling listeners."""
        task, self._task = self._task, None
        if task is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(ANSWER_S if self.connected else 0):
                    await self._sent.wait()
            task.cancel()
            await asyncio.wait([task])
        for topics in self._subscriptions.values():
            for found in topics.values():
                for subscription in found:
                    subscription.ended = True
        self._subscriptions.clear()
        self._outgoing = Outgoing(self._sender, self._everywhere)
        self._unanswered = []
        self._sent.set()
        self._release()

    def publish(self, topic: str, message: bytes) -> None:
        """Queue a message; everything of one iteration of the event loop is sent together."""
        check(topic, message)
        if self._task is not None:
            self._outgoing.put(self.channel_of(topic), topic, message)
            self._sent.clear()
            self._news.set()

    def subscribe(self, topic: str, listener: Listener, gap: Gap) -> Callable[[], None]:
        """Call a listener with what other processes publish."""
        check(topic)
        channel = self.channel_of(topic)
        subscription = _Subscription(listener, gap)
        if channel not in self._subscriptions:
            self._change()
        topics = self._subscriptions.setdefault(channel, {})
        topics.setdefault(topic, set()).add(subscription)

        def end() -> None:
            if subscription.ended:
                return
            subscription.ended = True
            topics[topic].discard(subscription)
            if not topics[topic]:
                del topics[topic]
                if not topics:
                    del self._subscriptions[channel]
                    self._change()

        return end

    async def ready(self) -> None:
        """Wait until the subscriptions made so far have begun."""
        if self._task is not None and (self._heard != self._wanted or not self.connected):
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._readied.append(future)
            await future

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call a function when `connected` changes."""
        self._watchers.add(watcher)
        return lambda: self._watchers.discard(watcher)

    # ------------------------------------------------------------------------------- connection

    async def _run(self, tried: asyncio.Future[None]) -> None:
        """Connect, serve, and connect again, until it is cancelled."""
        backoff, gone_at, opened = Backoff(longest_s=LONGEST_S), time.monotonic(), False
        while True:
            link = self._connect()
            try:
                async with asyncio.timeout(CONNECT_S):
                    self._failure = None
                    await link.open(self._hear, self._lose)
                    channels = await self._listen(link, set())
                if opened or backoff.waited:
                    away = time.monotonic() - gone_at
                    _log.warning("connected to %s again after %.1f s", self._name, away)
                opened, backoff = True, Backoff(longest_s=LONGEST_S)
                self._turn(True)
                self._release()
                _done(tried)
                await self._serve(link, channels)
            except SettingError as error:
                if not tried.done():
                    tried.set_exception(error)
                    return
                self._report(error, again=backoff.waited)
            except (LinkError, OSError) as error:
                if self.connected:
                    gone_at = time.monotonic()
                self._report(error, again=backoff.waited)
            except Exception:
                _log.exception("a mistake in the backplane over %s, connecting again", self._name)
            finally:
                self._turn(False)
                with contextlib.suppress(Exception):
                    await link.close()
            _done(tried)
            await backoff.wait()

    def _report(self, error: Exception, *, again: bool) -> None:
        """Log a lost connection once."""
        if not again:
            late = isinstance(error, TimeoutError)
            reason = "it does not answer" if late else str(error) or type(error).__name__
            _log.warning("no connection to %s, trying again: %s", self._name, reason)

    async def _serve(self, link: Link, channels: set[str]) -> None:
        """Listen and send until the connection breaks."""
        ping_at = time.monotonic() + PING_S
        while True:
            self._news.clear()
            if self._failure is not None:
                raise self._failure
            if self._heard != self._wanted:
                async with asyncio.timeout(ANSWER_S):
                    channels = await self._listen(link, channels)
            elif time.monotonic() >= ping_at:
                async with asyncio.timeout(ANSWER_S):
                    await link.ping()
                ping_at = time.monotonic() + PING_S
            elif self._unanswered or self._outgoing:
                self._unanswered = self._unanswered or self._outgoing.take()
                began = time.monotonic()
                async with asyncio.timeout(ANSWER_S):
                    await link.send(self._unanswered)
                self._unanswered = []
                metrics.backplane_sent(time.monotonic() - began)
            else:
                self._sent.set()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(ping_at - time.monotonic()):
                        await self._news.wait()

    async def _listen(self, link: Link, before: set[str]) -> set[str]:
        """Listen to the channels of all subscriptions; return them."""
        wanted = self._wanted
        channels = {self._everywhere, *self._subscriptions}
        ended, begun = before - channels, channels - before
        for channel in (*ended, *begun):
            self._receiver.forget(channel)
        await link.listen(begun, ended)
        for channel in begun - {self._everywhere}:
            self._gap(channel)
        self._heard = wanted
        self._release()
        return channels

    def _change(self) -> None:
        self._wanted += 1
        self._news.set()

    def _release(self) -> None:
        """End the calls of `ready`, if it is, or closed."""
        if self._task is None or (self.connected and self._heard == self._wanted):
            for future in self._readied:
                _done(future)
            self._readied.clear()

    def _lose(self, error: Exception) -> None:
        self._failure = error
        self._news.set()

    def _turn(self, connected: bool) -> None:
        """Set `connected`, and call those who watch it."""
        if connected != self.connected:
            self.connected = connected
            for watcher in tuple(self._watchers):
                self._call(partial(watcher, connected))

    # --------------------------------------------------------------------------------- messages

    def _hear(self, channel: str, payload: bytes) -> None:
        """Deliver what is in an envelope."""
        topics = self._subscriptions.get(channel)
        if topics is None and channel != self._everywhere:
            return  # it was under way when the subscription ended
        try:
            opened = self._receiver.open(channel, payload)
        except EnvelopeError as error:
            self._bad += 1
            if time.monotonic() - self._bad_logged >= BAD_LOG_S:
                count, self._bad = self._bad, 0
                self._bad_logged = time.monotonic()
                _log.warning("%d unusable messages on %s, dropped: %s", count, self._name, error)
            return
        if opened.gap:
            self._gap(channel)
        if topics is not None:
            for topic, message in opened.messages:
                for subscription in tuple(topics.get(topic, ())):
                    if not subscription.ended:
                        self._call(partial(subscription.listener, message))

    def _gap(self, channel: str) -> None:
        """Report missing messages to the subscriptions of a channel, or of all."""
        metrics.backplane_gap()
        found = self._subscriptions
        for topics in [*found.values()] if channel == self._everywhere else [found.get(channel)]:
            for subscriptions in [*(topics or {}).values()]:
                for subscription in tuple(subscriptions):
                    if not subscription.ended:
                        self._call(subscription.gap)

    def _call(self, call: Callable[[], None]) -> None:
        """Call a listener; log what it raises, not for each message of a flood."""
        try:
            call()
        except Exception as error:
            self._raised += 1
            if time.monotonic() - self._raised_logged >= BAD_LOG_S:
                count, self._raised = self._raised, 0
                self._raised_logged = time.monotonic()
                _log.error("%d times a backplane listener raised", count, exc_info=error)


class _Subscription:
    """One listener."""

    __slots__ = ("ended", "gap", "listener")

    def __init__(self, listener: Listener, gap: Gap) -> None:
        self.listener, self.gap, self.ended = listener, gap, False


def _done(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
