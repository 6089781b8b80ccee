"""Settings of files: folders that browsers may read, and uploads."""

from __future__ import annotations

from typing import Annotated

from swell.settings import values as values

from .about import About
from .budgets import BudgetSettings


class FileSettings(BudgetSettings, frozen=True, kw_only=True):
    """Files: folders that browsers may read, and uploads."""

    public_dirs: Annotated[
        tuple[str, ...],
        About(
            "Folders whose files browsers may read, comma separated, each as `/docs@folder`: "
            "`/docs/a.pdf` is `a.pdf` of the folder.",
            parse=values.folders,
        ),
    ] = ()
    upload_max_bytes: Annotated[int, About("Largest uploaded file.", 1, 1 << 40, sent=True)] = (
        25 << 20
    )
    upload_max_files: Annotated[int, About("Files in one upload.", 1, 10_000, sent=True)] = 10
    upload_quota_bytes: Annotated[
        int, About("Total size of the uploaded files kept for one browser.", 1, 1 << 44, sent=True)
    ] = 1 << 30
    upload_quota_files: Annotated[
        int, About("Number of uploaded files kept for one browser.", 1, 1_000_000, sent=True)
    ] = 1000
    upload_total_bytes: Annotated[
        int, About("Total size of the uploaded files kept by this process.", 1, 1 << 44)
    ] = 8 << 30
    upload_keep_s: Annotated[
        float,
        About("How long the files of a browser tab are kept after it closes.", 0, 365 * 86400),
    ] = 3600.0
    upload_idle_s: Annotated[
        float, About("How long an upload may stall before it is cancelled.", 0.1, 3600)
    ] = 30.0
