"""Settings of answers: how many at once, and what they may use."""

from __future__ import annotations

from typing import Annotated

from .about import About
from .connections import ConnectionSettings


class RunSettings(ConnectionSettings, frozen=True, kw_only=True):
    """Answers: how many at once, and what they may use."""

    runs_max: Annotated[
        int,
        About(
            "Answers made at the same time by one process; further ones wait in a queue.",
            1,
            100_000,
        ),
    ] = 32
    runs_max_per_user: Annotated[
        int,
        About(
            "Answers made at the same time for one user, by all processes; further ones wait.",
            1,
            100_000,
        ),
    ] = 4
    runs_max_per_address: Annotated[
        int,
        About(
            "Answers made at the same time by one process for one address, IPv6 by /64; further "
            "ones wait. Connections from this machine are not limited by it.",
            1,
            100_000,
        ),
    ] = 16
    runs_queue_max: Annotated[
        int, About("Answers that wait in the queue; further prompts are refused.", 1, 1_000_000)
    ] = 256
    handler_threads: Annotated[
        int, About("Sync handlers that run at the same time.", 1, 10_000)
    ] = 32
    handler_threads_per_user: Annotated[
        int, About("Of these for one user; further ones wait.", 1, 10_000)
    ] = 8
    tool_threads: Annotated[int, About("Sync tools that run at the same time.", 1, 10_000)] = 64
    tool_threads_per_user: Annotated[
        int,
        About(
            "Of these for one user; further ones wait. A tool that hangs keeps its thread, even "
            "after Stop.",
            1,
            10_000,
        ),
    ] = 8
    file_threads: Annotated[
        int, About("Attachments that are read or copied at the same time.", 1, 10_000)
    ] = 16
    file_threads_per_user: Annotated[
        int, About("Of these for one user; further ones wait.", 1, 10_000)
    ] = 4
    pdf_processes: Annotated[
        int, About("PDFs that are read at the same time; further ones wait.", 1, 1_000)
    ] = 2
    pdf_processes_per_user: Annotated[int, About("Of these for one user.", 1, 1_000)] = 1
    pdf_pages: Annotated[
        int, About("Pages of a PDF that are read; further ones are left out.", 1, 1_000_000)
    ] = 1000
    pdf_seconds: Annotated[
        float, About("How long reading a PDF may take, in seconds.", 0.1, 3600)
    ] = 30.0
    pdf_memory_bytes: Annotated[
        int, About("Memory that reading a PDF may take.", 64 << 20, 1 << 40)
    ] = 512 << 20
    answer_file_max_bytes: Annotated[
        int, About("Largest file that a handler may send with `turn.file`.", 1, 1 << 40)
    ] = 256 << 20
    answer_files_max: Annotated[
        int, About("Files that one answer may send with `turn.file`.", 1, 10_000)
    ] = 100
    model_picture_max_bytes: Annotated[
        int,
        About(
            "Largest picture that `turn.as_openai(images=True)` and `turn.as_anthropic` send to a "
            "model; 3.75 MiB are 5 MiB in base64, which Anthropic takes.",
            1,
            1 << 30,
        ),
    ] = 15 << 18
    model_pictures_max_bytes: Annotated[
        int,
        About(
            "Total size of the pictures in one request to a model. The event loop is blocked about "
            "10 ms for each MiB while the request is encoded.",
            1,
            1 << 30,
        ),
    ] = 15 << 19
    model_pictures_max: Annotated[
        int, About("Number of pictures in one request to a model.", 1, 10_000)
    ] = 20
