"""Servers that are weakened for F1 to F12, which need no account; see `mutants.py`."""

from __future__ import annotations

from .mutant import Mutant

FLOODS = [
    Mutant(
        "F1",
        "thousands of tabs that are never used",
        "unused tabs make room",
        (
            (
                "swell/server/admission.py",
                "found = self._expendable(peer, tabs, known)",
                "found: list[_T] = []",
            ),
        ),
        "test_tabs.py::test_20_000_tabs_keep_neither_newcomers_nor_known_people_out",
    ),
    Mutant(
        "F2",
        "as many idle connections as there may be open files",
        "idle connections make room",
        (
            (
                "swell/server/tcp.py",
                "        return bool(found)\n",
                "        return False\n",
            ),
            (
                "swell/server/tcp.py",
                "for *_, connection in found[: min(max(1, waiting), max(1, self.allowed // 100))]:",
                "for *_, connection in ():",
            ),
        ),
        "test_connections.py::test_1_020_idle_connections_keep_no_newcomer_out[nothing]",
    ),
    Mutant(
        "F3",
        "an import that is small on the wire and large in memory",
        "values are counted before anything is made of them",
        (
            (
                "swell/chat/store/transfer.py",
                'if sum(map(bare.count, (b",", b"[", b"{"))) > values_max:',
                "if not bare:",
            ),
        ),
        "test_imports.py::test_tables_of_4_5_mb_are_refused_and_cost_no_memory",
    ),
    Mutant(
        "F4",
        "documents that take for ever to read",
        "a separate process reads them, for a limited time",
        (
            (
                "swell/chat/runs/documents.py",
                "    async with pools.documents.slot(pools.person):\n",
                (
                    '    for page in __import__("pypdf").PdfReader(path).pages:\n'
                    "        page.extract_text()\n"
                    "    async with pools.documents.slot(pools.person):\n"
                ),
            ),
        ),
        "test_documents.py::test_hostile_documents_hold_up_no_download[sqlite]",
    ),
    Mutant(
        "F5",
        "25 sessions ask for 200 answers at once",
        "runs wait in a queue",
        (
            (
                "swell/chat/runs/admission.py",
                "if self._count < self._total and self._has_room(ticket):",
                "if ticket:",
            ),
        ),
        "test_runs.py::test_25_sessions_do_not_get_200_answers_at_once",
    ),
    Mutant(
        "F6",
        "200,000 frames that carry nothing",
        "every frame counts",
        (
            (
                "swell/server/uvicorn_ws.py",
                "if not self.unbounded and self._frames.take(time.monotonic()):",
                "if False:",
            ),
        ),
        "test_frames.py::test_200_000_empty_frames_end_their_socket_and_bother_nobody[after hello]",
    ),
    Mutant(
        "F7",
        "messages that inflate, where uvicorn alone serves the app",
        "the start says what to add",
        (
            (
                "swell/server/websocket.py",
                "if not self._warned:",
                "if False:",
            ),
        ),
        "test_mounted.py::test_without_it_the_start_says_what_to_add",
    ),
    Mutant(
        "F8",
        "a thousand hellos without a cookie",
        "a person is stored with the first thing that is theirs",
        (
            (
                "swell/chat/app.py",
                "await self.store.visitor(_subject(q))",
                "await self.store.user(_subject(q))",
            ),
        ),
        "test_people.py::test_1_000_hellos_store_nobody",
    ),
    Mutant(
        "F9",
        "a line end in an exception's message",
        "texts of others are escaped in the log",
        (
            (
                "swell/logs.py",
                "    if text.isprintable():\n        return text\n",
                "    if text:\n        return text\n",
            ),
        ),
        "test_logs.py::test_no_prompt_forges_a_line_of_the_log[swell run]",
    ),
    Mutant(
        "F10",
        "the database is read: links to shared chats",
        "their tokens are stored as hashes, and a link expires",
        (
            (
                "swell/chat/store/ids.py",
                "return hashlib.sha256",
                "return token or hashlib.sha256",
            ),
        ),
        "test_shares.py::test_guessed_links_lead_nowhere_and_no_token_is_in_the_file",
    ),
    Mutant(
        "F10",
        "a killed process leaves uploads",
        "the next start removes them",
        (
            (
                "swell/server/asgi.py",
                "anyio.to_thread.run_sync(clear_left, abandon_on_cancel=True)",
                "anyio.to_thread.run_sync(lambda: 0)",
            ),
        ),
        "test_leftovers.py::test_uploads_of_a_killed_process_are_removed_by_the_next_one",
    ),
    Mutant(
        "F11",
        "two session cookies, the planted one first",
        "several valid ones that differ are refused",
        (
            (
                "swell/server/sessions.py",
                "return next(iter(found.values())) if len(found) == 1 else None",
                "return next(iter(found.values())) if found else None",
            ),
        ),
        "test_cookies.py::test_of_two_cookies_the_planted_one_gets_nothing[True-http]",
    ),
    Mutant(
        "F12",
        "a process that drains gets new users",
        "readiness says so",
        (
            (
                "swell/server/health.py",
                "        if self._draining():\n",
                "        if False:\n",
            ),
        ),
        "test_health.py::test_a_process_that_drains_is_alive_and_not_ready",
    ),
]
