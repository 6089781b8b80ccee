"""Budgets: what users, roles and all users together may use, and what answers cost."""

from __future__ import annotations

import inspect
import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from swell.chat.records import Limits, Used, User
from swell.chat.refusal import LocalizedRefusal
from swell.settings.table import Settings
from swell.settings.values import budget, price

if TYPE_CHECKING:
    from swell.chat.store import Store
    from swell.chat.store.usage import Allowance, OverBudgetError, Spent
    from swell.locales import Words

__all__ = ["API_ROLE", "Admit", "Budgets", "Charge", "Prices", "lines"]

Admit: TypeAlias = Callable[[User, Used], "Awaitable[str | None] | str | None"]
"""Called before a prompt is accepted; returns None, or why the user may not ask now."""

API_ROLE, _TOTAL = "api", "total"

PEOPLE_MAX = 10_000
"""Users whose usage is remembered for the notice; the least recent are forgotten first."""

NOTICE_FROM = 0.8
"""Part of a limit from which the user sees how much is left."""

_REMEMBERED_S = 3_600.0  # the hour of a count, after which it may be less

_BY_DAY = ("prompts_per_day", "tokens_per_day", "money_per_day", "attachments_per_day")


class Charge(msgspec.Struct, frozen=True):
    """Money that an app has charged with `turn.charge`.

    Attributes:
        amount: How much, in the currency.
        note: For what.
    """

    amount: float
    note: str = ""


class Prices:
    """Prices of models.

    Args:
        settings: The settings, with `model_prices`.
    """

    def __init__(self, settings: Settings) -> None:
        listed = sorted(map(price, settings.model_prices), key=lambda one: -len(one[0]))
        self._exact = {name: costs for name, *costs in listed if not name.endswith("*")}
        self._begins = [(name[:-1], costs) for name, *costs in listed if name.endswith("*")]

    def micros(self, tokens: Mapping[str, tuple[int, int]]) -> int:
        """Return what tokens cost, in millionths of the currency, rounded up.

        Args:
            tokens: Tokens read and written, by the name of the model. A model without a price
                costs nothing.
        """
        total = 0.0
        for model, (read, written) in tokens.items():
            costs = self._exact.get(model) or next(
                (found for begin, found in self._begins if model.startswith(begin)), (0.0, 0.0)
            )
            total += read * costs[0] + written * costs[1]  # a millionth of a price for a million
        return math.ceil(round(total, 3))


class Budgets:
    """The budgets of one app.

    Args:
        store: Where usage is counted.
        settings: The server's settings, with the limits that the app names.
        active: Answers of one user that wait or are being made.
        admit: As for `chat`.
    """

    def __init__(
        self, store: Store, settings: Settings, *, active: int = 0, admit: Admit | None = None
    ) -> None:
        self._store = store
        self._active = active
        self._admit = admit
        self._prices = Prices(settings)
        self._default = Limits(
            prompts_per_minute=settings.prompts_per_minute,
            prompts_per_day=settings.prompts_per_day,
            tokens_per_day=settings.tokens_per_day,
            money_per_day=settings.money_per_day,
            attachments_per_day=settings.attachments_per_day,
            storage_bytes=settings.storage_per_user_bytes,
            runs=settings.runs_max_per_user,
        )
        self._roles = dict(map(budget, settings.budgets))
        self._total = Limits(**self._roles.pop(_TOTAL, {}))  # type: ignore[arg-type]
        self.currency = settings.currency
        self._known: OrderedDict[str, tuple[float, Used]] = OrderedDict()

    # -------------------------------------------------------------------------------- limits

    def limits(self, roles: Sequence[str] = ()) -> Limits:
        """Return what a user with these roles may use."""
        mine = [self._roles[role] for role in roles if role in self._roles]
        named = {name for role in mine for name in role}
        best = {name: _highest([role[name] for role in mine if name in role]) for name in named}
        return msgspec.structs.replace(self._default, **best)

    def allowance(self, roles: Sequence[str] = ()) -> Allowance:
        """Return what a user with these roles may use, for the store."""
        from swell.chat.store.usage import Allowance  # it loads SQLAlchemy

        return Allowance(self.limits(roles), self._total, self._active)

    async def ask(self, user: User) -> None:
        """Ask the app whether a user may send a prompt.

        Raises:
            LocalizedRefusal: If not.
        """
        if self._admit is None:
            return
        used = await self._store.used(user)
        known = self._with_limits(user, used)
        refusal = self._admit(user, known)
        said = await refusal if inspect.isawaitable(refusal) else refusal
        if said is not None:
            raise LocalizedRefusal(lambda _: str(said), "not_admitted")

    def refusal(self, error: OverBudgetError) -> LocalizedRefusal:
        """Return the refusal for a limit that is reached."""
        wait = error.wait_s or 0
        match error.limit:
            case "active":
                return LocalizedRefusal(lambda words: words.too_many, "too_many")
            case "storage_bytes" if error.total:
                return LocalizedRefusal(lambda words: words.storage_full, "used_up")
            case "storage_bytes":
                most = int(error.most)
                return LocalizedRefusal(
                    lambda words: words.my_storage_full.format(limit=_bytes(words, most)), "used_up"
                )
            case "prompts_per_minute" if error.total:
                return LocalizedRefusal(lambda words: words.queue_full, "too_fast", wait * 1_000)
            case "prompts_per_minute":
                return LocalizedRefusal(
                    lambda words: words.too_fast.format(seconds=wait), "too_fast", wait * 1_000
                )
        if error.total:
            return LocalizedRefusal(
                lambda words: words.all_used_up.format(wait=_wait(words, wait)), "used_up"
            )
        return LocalizedRefusal(
            lambda words: words.used_up.format(wait=_wait(words, wait)), "used_up"
        )

    # --------------------------------------------------------------------------------- costs

    def spent(self, tokens: Mapping[str, tuple[int, int]], charges: Sequence[Charge] = ()) -> Spent:
        """Return what an answer has used.

        Args:
            tokens: Tokens read and written, by the name of the model.
            charges: What the app has charged.
        """
        from swell.chat.store.usage import MICROS, Spent

        charged = sum(math.ceil(round(one.amount * MICROS, 3)) for one in charges)
        counted = sum(read + written for read, written in tokens.values())
        return Spent(counted, self._prices.micros(tokens) + charged)

    def bill(
        self, usage: dict[str, Any] | None, spent: Spent, charges: Sequence[Charge]
    ) -> dict[str, Any] | None:
        """Return what is stored with an answer: the counts of its tokens, and what it cost."""
        if not spent.micros:
            return usage
        from swell.chat.store.usage import MICROS

        bill = {**(usage or {}), "money": spent.micros / MICROS}
        if charges:
            bill["charges"] = [msgspec.to_builtins(one) for one in charges]
        return bill

    async def request(self, subject: str, *, named: bool, attachments: int) -> None:
        """Count a request of a program.

        Args:
            subject: Its user, or the program itself.
            named: Whether it names its user, who has the limits of a user without roles then.
            attachments: Files in it.

        Raises:
            OverBudgetError: If it may use no more.
        """
        from swell.chat.store.usage import Allowance

        mine = self._default if named else Limits(**self._roles.get(API_ROLE, {}))  # type: ignore[arg-type]
        await self._store.take_request(subject, Allowance(mine, self._total), attachments)

    async def spend(self, subject: str, spent: Spent) -> None:
        """Count what an answer without a stored run has used."""
        await self._store.spend(subject, spent)

    # ------------------------------------------------------------------------- what is left

    def shows(self, roles: Sequence[str] = ()) -> bool:
        """Return whether a user with these roles has limits that they can look at."""
        limits = self.limits(roles)
        return bool(limits.storage_bytes) or any(getattr(limits, name) for name in _BY_DAY)

    async def look(self, user: User) -> Used:
        """Return what a user has used, and remember it for the notice."""
        self.remember(user, await self._store.used(user))
        return self._known[user.id][1]

    def remember(self, user: User, used: Used) -> None:
        """Remember what a user has used."""
        before = self._known.get(user.id)
        if not used.storage_bytes and before is not None:
            used = msgspec.structs.replace(used, storage_bytes=before[1].storage_bytes)
        self._known[user.id] = time.monotonic(), self._with_limits(user, used)
        self._known.move_to_end(user.id)
        while len(self._known) > PEOPLE_MAX:
            self._known.popitem(last=False)

    def _with_limits(self, user: User, used: Used) -> Used:
        return msgspec.structs.replace(used, roles=user.roles, limits=self.limits(user.roles))

    def note(self, user_id: str, spent: Spent) -> None:
        """Add what an answer has used to what is remembered."""
        from swell.chat.store.usage import MICROS

        if (known := self._known.get(user_id)) is not None:
            at, used = known
            self._known[user_id] = (
                at,
                msgspec.structs.replace(
                    used,
                    tokens_day=used.tokens_day + spent.tokens,
                    money_day=used.money_day + spent.micros / MICROS,
                ),
            )

    def notice(self, user_id: str, words: Words) -> str | None:
        """Return how much of a limit is used, when that is most of it; else None."""
        at, used = self._known.get(user_id, (0.0, None))
        if used is None or time.monotonic() - at > _REMEMBERED_S:
            return None
        near = [one for one in lines(used, words, self.currency) if one[0] >= NOTICE_FROM]
        return max(near)[1] if near else None


def lines(used: Used, words: Words, currency: str) -> list[tuple[float, str]]:
    """Return a line for each limit by the day, and for storage, with the part that is used."""
    limits, count = used.limits, words.grouped
    shown: list[tuple[str, float, float, Callable[[Any], str]]] = [
        ("prompts_per_day", used.prompts_day, limits.prompts_per_day, count),
        ("tokens_per_day", used.tokens_day, limits.tokens_per_day, count),
        ("money_per_day", used.money_day, limits.money_per_day, lambda n: _money(n, currency)),
        ("attachments_per_day", used.attachments_day, limits.attachments_per_day, count),
        ("storage_bytes", used.storage_bytes, limits.storage_bytes, lambda n: _bytes(words, n)),
    ]
    return [
        (now / most, words.budgets[name].format(used=write(now), limit=write(most)))
        for name, now, most, write in shown
        if most
    ]


def _highest(values: Sequence[float]) -> float:
    """Return the highest limit, of which 0 means none."""
    return 0 if 0 in values else max(values)


def _money(amount: float, currency: str) -> str:
    return f"{amount:.2f} {currency}"


def _bytes(words: Words, size: float) -> str:
    """Return a size as people read it."""
    for unit, factor in (("GB", 1 << 30), ("MB", 1 << 20)):
        if size >= factor:
            number = f"{size / factor:.1f}".removesuffix(".0")
            return f"{number} {unit}"
    return f"{words.grouped(math.ceil(size / 1024))} KB"


def _wait(words: Words, seconds: int) -> str:
    """Return a time to wait, in hours and minutes."""
    hours, minutes = divmod(max(1, math.ceil(seconds / 60)), 60)
    text = words.hours if hours else words.minutes
    return text.format(hours=hours, minutes=minutes)
