"""Settings of budgets: what users, roles and all users together may use, and what models cost."""

from __future__ import annotations

from typing import Annotated

from swell.settings import values as values

from .about import About
from .runs import RunSettings


class BudgetSettings(RunSettings, frozen=True, kw_only=True):
    """Budgets: what users, roles and all users together may use, and what models cost."""

    prompts_per_minute: Annotated[
        int, About("Prompts of one user in a minute; 0 means no limit.", 0, 1_000_000)
    ] = 60
    prompts_per_minute_per_address: Annotated[
        int,
        About(
            "Prompts of one address in a minute, counted by each process; 0 means no limit.",
            0,
            1_000_000,
        ),
    ] = 240
    prompts_per_day: Annotated[
        int, About("Prompts of one user in 24 hours; 0 means no limit.", 0, 1_000_000)
    ] = 0
    tokens_per_day: Annotated[
        int,
        About(
            "Tokens that models count for one user in 24 hours; 0 means no limit.",
            0,
            1 << 40,
        ),
    ] = 0
    money_per_day: Annotated[
        float,
        About(
            "Money that answers for one user may cost in 24 hours, in `currency`; 0 means no "
            "limit. It needs `model_prices`, or an app that calls `turn.charge`.",
            0,
            1_000_000_000,
            parse=values.number_of,
        ),
    ] = 0.0
    attachments_per_day: Annotated[
        int, About("Attachments of one user in 24 hours; 0 means no limit.", 0, 1_000_000)
    ] = 0
    storage_per_user_bytes: Annotated[
        int,
        About(
            "Total size of the files in the chats of one user; 0 means no limit.",
            0,
            1 << 50,
        ),
    ] = 0
    budgets: Annotated[
        tuple[str, ...],
        About(
            "Limits of roles in place of the settings above, comma separated, each as `role: "
            "limit=value limit=value`. The limits are `prompts_per_minute`, `prompts_per_day`, "
            "`tokens_per_day`, `money_per_day`, `attachments_per_day`, `storage_bytes` and "
            "`runs`. A user with several roles has the highest limit of each kind. The role "
            "`total` limits all users together, `api` the requests of programs that name no user.",
            parse=values.budgets,
        ),
    ] = ()
    model_prices: Annotated[
        tuple[str, ...],
        About(
            "Prices of models for a million tokens, in `currency`, comma separated, each as "
            "`model=input/output`. `*` at the end of a name stands for any rest; the longest name "
            "that fits is used.",
            parse=values.prices,
        ),
    ] = ()
    currency: Annotated[
        str, About("Currency of prices and of money, such as `USD`.", parse=values.currency)
    ] = "USD"
    usage_keep_s: Annotated[
        float,
        About(
            "How long counts of what users have used are kept, in seconds.",
            2 * 86_400,
            10 * 365 * 86_400,
        ),
    ] = 35 * 86_400.0
