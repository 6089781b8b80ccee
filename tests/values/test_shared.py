"""Shared values keep the same promises in memory and in PostgreSQL, in one process and in two."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing
from typing import Any

import msgspec
import pytest

from swell import Q
from swell.app import App
from swell.backplane.memory import MemoryBackplane
from swell.errors import LimitError, SharedValueError
from swell.settings.table import Settings
from swell.values.base import NAMES_MAX, VALUE_MAX_BYTES
from swell.values.memory import MemoryKeeper
from swell.values.shared import Shared, SharedValues
from tests.chat.clock import Clock
from tests.postgres import PostgresServer, new_database

pytestmark = pytest.mark.anyio


class Room(msgspec.Struct):
    """A value of several fields."""

    topic: str
    members: list[str] = []


def new_app(url: str | None = None) -> App:
    """Return an app with a page, so that it has a name."""
    app = App(Settings(database_url=url or "memory"))

    @app.page("/")
    async def serve(q: Q) -> None:
        await q.page.save()

    return app


class Service:
    """Processes of one service; with memory there is one alone."""

    def __init__(self, stack: AsyncExitStack, url: str | None) -> None:
        self._stack = stack
        self.url = url
        self._apps: list[App] = []

    async def process(self) -> App:
        """Start another process, or return the only one."""
        if self.url is None and self._apps:
            return self._apps[0]
        app = new_app(self.url)
        self._apps.append(app)
        await self._stack.enter_async_context(app.lifespan())
        return app


@pytest.fixture(params=["memory", "postgresql"])
async def service(request: pytest.FixtureRequest) -> AsyncIterator[Service]:
    """Return a service without processes yet."""
    url = None
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres")
        url = new_database(server, request.getfixturevalue("postgres_template"))
    async with AsyncExitStack() as stack:
        yield Service(stack, url)


@pytest.fixture
def url(postgres: PostgresServer, postgres_template: str) -> str:
    """Name a new database."""
    return new_database(postgres, postgres_template)


async def test_every_process_gets_what_one_has_set(service: Service) -> None:
    one, other = await service.process(), await service.process()
    here, there = one.shared("visits", int), other.shared("visits", int)
    assert await there.get() is None
    assert await there.get(7) == 7
    first = await here.set(1)
    assert await there.read() == (1, first)
    second = await there.set(2)
    assert second > first
    assert await here.get(7) == 2
    await here.delete()
    await here.delete()
    assert await there.read() is None


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (str, "\0 é \U0001f600"),
        (float, 0.5),
        (list[int], [1, 2]),
        (dict[str, bool], {"a": True}),
        (Room, Room("kitchen", ["ann"])),
    ],
)
async def test_values_have_types(service: Service, kind: Any, value: Any) -> None:
    app = await service.process()
    shared: Shared[Any] = app.shared("value", kind)
    await shared.set(value)
    assert await shared.get() == value


async def test_a_value_of_another_type_is_refused(service: Service) -> None:
    app = await service.process()
    count: Shared[Any] = app.shared("count", int)
    for wrong in ("1", None, 1.5, object()):
        with pytest.raises(TypeError, match="'count' cannot be"):
            await count.set(wrong)
    await app.shared("count", str).set("one")
    with pytest.raises(SharedValueError, match="Expected `int`, got `str`"):
        await count.get()


async def test_a_version_is_set_by_one_only(service: Service) -> None:
    one, other = await service.process(), await service.process()
    here, there = one.shared("owner", str), other.shared("owner", str)
    assert sorted(
        await asyncio.gather(*(x.compare_and_set(0, "first") for x in [here, there] * 5))
    ) == [False] * 9 + [True]
    found = await here.read()
    assert found is not None
    assert await there.compare_and_set(found.version, "second")
    assert not await here.compare_and_set(found.version, "third")
    assert not await here.compare_and_set(0, "third")
    assert await here.get() == "second"


async def test_a_version_never_comes_back(service: Service) -> None:
    shared = (await service.process()).shared("value", int)
    versions = []
    for _ in range(5):
        versions.append(await shared.set(1))
        await shared.delete()
    assert versions == sorted(set(versions))
    assert not await shared.compare_and_set(versions[-1], 2)


async def test_no_change_is_lost(service: Service) -> None:
    one, other = await service.process(), await service.process()

    async def visit(counter: Shared[int]) -> None:
        for _ in range(10):
            await counter.update(lambda count: (count or 0) + 1)

    counters = [app.shared("visits", int) for app in (one, other)]
    await asyncio.gather(*(visit(counter) for counter in counters * 2))
    assert await counters[0].get() == 40


async def test_an_app_sees_its_own_values_only(service: Service) -> None:
    app = await service.process()
    mine, other = app.shared("value", int), app.shared("value", int, app="another")
    await mine.set(1)
    assert await other.get() is None
    await other.set(2)
    assert (await mine.get(), await other.get()) == (1, 2)


@pytest.mark.parametrize("name", ["", "x" * 201, "a\0b", "a\nb"])
def test_a_name_is_bounded_and_printable(name: str) -> None:
    with pytest.raises(ValueError, match="1 to 200 printable characters"):
        new_app().shared(name, int)


async def test_sizes_are_bounded(service: Service) -> None:
    shared = (await service.process()).shared("x" * 200, str)
    await shared.set("x" * (VALUE_MAX_BYTES - 2))
    with pytest.raises(LimitError, match="262,144 bytes"):
        await shared.set("x" * (VALUE_MAX_BYTES - 1))
    with pytest.raises(ValueError, match="more than 0"):
        await shared.set("x", expires_s=0)


async def test_an_expired_value_is_gone(service: Service) -> None:
    app = await service.process()
    shared = app.shared("typing", str)
    await shared.set("ann", expires_s=3600)
    assert await shared.get() == "ann"
    version = await shared.set("bob", expires_s=0.001)
    seen = []
    async with asyncio.timeout(30), aclosing(shared.watch()) as watching:
        async for value in watching:
            seen.append(value)
            if value is None:
                break
    assert seen in ([None], ["bob", None])
    assert await shared.read() is None
    assert not await shared.compare_and_set(version, "cat")
    assert await shared.compare_and_set(0, "cat")
    assert await shared.get() == "cat"


async def test_who_watches_sees_the_last_change(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("swell.values.shared.REREAD_S", 3600)  # announcements alone
    one, other = await service.process(), await service.process()
    here, there = one.shared("topic", str), other.shared("topic", str)
    seen: list[str | None] = []
    began = asyncio.Event()

    async def watch() -> None:
        async with aclosing(there.watch()) as watching:
            async for value in watching:
                seen.append(value)
                began.set()
                if value == "last":
                    return

    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(watch())
        await began.wait()
        for value in ("one", "two", "last"):
            await here.set(value)
    assert (seen[0], seen[-1]) == (None, "last")


async def test_watching_ends_with_the_app(url: str) -> None:
    app = new_app(url)
    shared = app.shared("topic", str)
    seen = []
    async with asyncio.timeout(30):
        async with app.lifespan():
            watching = shared.watch()
            seen.append(await anext(watching))
        seen += [value async for value in watching]
    assert seen == [None]


async def test_lost_news_are_made_up_for(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swell.values.shared.REREAD_S", 0.05)
    service = Settings(database_url=url, backplane="memory")  # which reaches no other process
    one, other = App(service), App(service)
    here, there = (app.shared("a", int, app="x") for app in (one, other))
    async with (
        one.lifespan(),
        other.lifespan(),
        asyncio.timeout(30),
        aclosing(here.watch()) as seen,
    ):
        assert await anext(seen) is None
        await there.set(1)
        assert await anext(seen) == 1


async def test_values_in_a_database_need_a_running_app(url: str) -> None:
    shared = new_app(url).shared("a", int)
    with pytest.raises(RuntimeError, match="while it runs"):
        await shared.get()


class Counted(MemoryKeeper):
    """Counts what is read."""

    reads = 0

    async def get(self, app: str, name: str) -> Any:
        """Return a value."""
        self.reads += 1
        return await super().get(app, name)


async def test_many_watchers_of_a_value_read_it_once() -> None:
    keeper = Counted()
    values = SharedValues(keeper, MemoryBackplane())
    shared = Shared("a", int, lambda: values, lambda: "app")
    watching = [shared.watch() for _ in range(50)]
    assert await asyncio.gather(*(anext(one) for one in watching)) == [None] * 50
    await shared.set(1)
    assert await asyncio.gather(*(anext(one) for one in watching)) == [1] * 50
    assert keeper.reads < 10
    for one in watching:
        await one.aclose()
    assert not values.watched


def expiring(clock: Clock) -> Callable[[], float]:
    return lambda: 1_000_000.0 + clock.ahead


async def test_room_is_made_for_a_new_name_by_what_has_expired() -> None:
    clock = Clock()
    keeper = MemoryKeeper(expiring(clock))
    for number in range(NAMES_MAX):
        await keeper.put("app", f"{number}", "1", expires_s=60 if number else None)
    with pytest.raises(LimitError, match="10,000 names"):
        await keeper.put("app", "new", "1")
    await keeper.put("app", "0", "2")
    await keeper.put("another", "new", "1")
    clock.ahead = 61
    await keeper.put("app", "new", "1")


async def test_a_repeated_write_is_recognised(url: str) -> None:
    from swell.chat.store import lease_of
    from swell.chat.store.databases import Databases
    from swell.values.database import DatabaseKeeper

    lease = lease_of(url, Databases())
    write = lease.write

    async def twice(work: Any) -> Any:
        await write(work)  # it was committed, and the engine could not know
        return await write(work)

    lease.write = twice  # type: ignore[method-assign]
    keeper = DatabaseKeeper(lease)
    version = await keeper.put("app", "name", "1", expected=0)
    assert version is not None
    assert await keeper.put("app", "name", "2", expected=version) is not None
    await lease.close()
