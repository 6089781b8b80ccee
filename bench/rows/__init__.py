"""The rows of the table, one module each, in the order in which they are measured."""

from __future__ import annotations

from bench.context import Measure
from bench.rows import (
    broadcast_cpu,
    browser_work,
    bytes_on_wire,
    cpu_per_1000_tokens,
    first_input,
    first_token,
    growth,
    idle_rss,
    import_time,
    last_token_lag,
    lateness,
    save_cost,
    startup,
)

ROWS: dict[str, Measure] = {
    module.__name__.rpartition(".")[2]: module.measure
    for module in (
        import_time,
        startup,
        save_cost,
        cpu_per_1000_tokens,
        lateness,
        broadcast_cpu,
        growth,
        idle_rss,
        first_input,
        first_token,
        last_token_lag,
        bytes_on_wire,
        browser_work,
    )
}
