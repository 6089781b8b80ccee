"""Weakened servers: for each attack the line that holds it off, and a test that notices without.

A server becomes one when `SWELL_TESTS_WEAKENED` names it, see `weaken.py`. The table of
`docs/explain/attacks.md` is made of this list.
"""

from __future__ import annotations

from .mutant import Mutant
from .mutants_of_floods import FLOODS

LIST = [
    Mutant(
        "S4",
        "a page of `http://<our address>.evil.example` opens a socket",
        "the whole origin is compared",
        (
            (
                "swell/server/security.py",
                "or origin == own_origin(scheme, host_header)",
                'or origin.startswith(own_origin(scheme, host_header) or "?")',
            ),
        ),
        "test_handshakes.py::test_s4_no_other_origin_gets_a_socket[ours as a prefix]",
        quick=True,
    ),
    Mutant(
        "S5",
        "a name of the attacker resolves to this machine (DNS rebinding)",
        "names that only this machine has",
        (
            (
                "swell/server/security.py",
                "        or name in settings.allowed_hosts\n",
                '        or name in settings.allowed_hosts or name.startswith("127.0.0.1")\n',
            ),
        ),
        "test_handshakes.py::test_s5_under_no_other_name_is_there_an_answer"
        "[a name with our address]",
    ),
    Mutant(
        "S5",
        "a peer says that it is a proxy, and that it came over https",
        "`trusted_proxies`",
        (
            (
                "swell/server/proxies.py",
                "ProxyHeadersMiddleware(app, list(trusted))",
                'ProxyHeadersMiddleware(app, "*")',
            ),
        ),
        "test_handshakes.py::test_s5_headers_of_an_untrusted_peer_change_nothing",
    ),
    Mutant(
        "S7",
        "an upload named `..\\x`, for Windows",
        "folders go from names, whichever slash separates them",
        (
            (
                "swell/server/file_names.py",
                'text.replace("\\\\", "/").rpartition("/")[2]',
                'text.rpartition("/")[2]',
            ),
        ),
        "test_names.py::test_s7_a_nasty_name_is_only_shown[1]",
        quick=True,
    ),
    Mutant(
        "S8",
        "`/docs/..%2fsecret.txt`, and a symbolic link out of the folder",
        "a file must be below the folder when all links are followed",
        (
            (
                "swell/server/folders.py",
                'if any(part in ("", "..") or part.startswith(".") for part in parts):',
                "if not parts:",
            ),
            (
                "swell/server/folders.py",
                "if not file.is_relative_to(root.resolve()) or not file.is_file():",
                "if not file.is_file():",
            ),
        ),
        "test_names.py::test_s8_no_path_leads_out_of_a_folder",
    ),
    Mutant(
        "S13",
        "`__proto__` as the key of a row",
        "such keys are refused at the assignment",
        (
            (
                "swell/page/checks.py",
                "if isinstance(name, str) and (fault := key_fault(name)):",
                'if isinstance(name, str) and (fault := key_fault(name) and ""):',
            ),
            (
                "swell/live/ops.py",
                "    if key in ILLEGAL:",
                "    if key in ():",
            ),
        ),
        "test_messages.py::test_s13_names_of_every_object_are_names_like_others",
    ),
    Mutant(
        "S15",
        "a frame of 1 GB is announced",
        "the length is checked before the bytes arrive",
        (
            (
                "swell/server/uvicorn_ws.py",
                "self.conn.max_message_size = max_bytes",
                "self.conn.max_message_size = None",
            ),
        ),
        "test_messages.py::test_s15_large_and_broken_frames_end_their_socket[100 MB-after hello]",
    ),
    Mutant(
        "S16",
        "bytes that are no message",
        "whatever the decoder raises is a refusal",
        (
            (
                "swell/live/wire.py",
                "except (ValueError, UnicodeError):  # also of msgspec and json",
                "except ZeroDivisionError:",
            ),
        ),
        "test_messages.py::test_s16_nonsense_ends_its_own_socket_only[a number]",
        quick=True,
    ),
    Mutant(
        "S17",
        "a file that never ends",
        "files and bodies have a largest size",
        (
            (
                "swell/server/files.py",
                "if incoming.limit is not None and size > incoming.limit:",
                "if False:",
            ),
            (
                "swell/server/uploads.py",
                "                if total > most:\n",
                "                if False:\n",
            ),
        ),
        "test_bodies.py::test_s17_a_body_without_end_is_refused_and_costs_nothing"
        "[a file without end]",
    ),
    Mutant(
        "S1",
        "an event with the ids of another user's thread and messages",
        "every statement of the store names the owner",
        (
            (
                "swell/chat/store/statements.py",
                '    threads.c.user_id == bindparam("user"),\n    threads.c.deleted.is_(None),\n)',
                "    threads.c.deleted.is_(None) & (bindparam('user') != ''),\n)",
            ),
        ),
        "test_strangers.py::test_s1_no_event_of_any_card_does_anything_to_what_is_somebody_elses",
    ),
    Mutant(
        "S2",
        "a hello with the id of another user's tab",
        "a tab belongs to a session",
        (
            (
                "swell/server/broker.py",
                "elif found is None or found.session_id != caller.session_id or",
                "elif found is None or",
            ),
        ),
        "test_strangers.py::test_s2_no_hello_gets_the_page_of_somebody_else",
        quick=True,
    ),
    Mutant(
        "S3",
        "the address of another user's file",
        "a file belongs to a session and to who is signed in there",
        (
            (
                "swell/server/broker.py",
                "if session_id != caller.session_id or path is None:",
                "if path is None:",
            ),
            (
                "swell/server/identity.py",
                "return owner == owner_key(caller.session_id, route, who.subject)",
                "return bool(who.subject)",
            ),
        ),
        "test_strangers.py::test_s3_no_address_of_a_file_works_elsewhere",
    ),
    Mutant(
        "S6",
        "a page of another port of this machine opens a socket in a signed-in browser",
        "the whole origin is compared, with its port",
        (
            (
                "swell/server/security.py",
                "or origin == own_origin(scheme, host_header)",
                'or origin.startswith("http://127.0.0.1:")',
            ),
        ),
        "tests/e2e/test_cross_site.py::test_s6_a_page_elsewhere_reaches_nothing[same site]",
    ),
    Mutant(
        "S9",
        "an import with the address of a picture of this machine",
        "the server asks no address that a user names",
        (
            (
                "swell/chat/store/transfer.py",
                "    value = msgspec.json.decode(content)\n",
                (
                    '    for at in re.findall(rb"http://127[^ )]+/plain", content):\n'
                    "        with contextlib.suppress(Exception):\n"
                    '            __import__("urllib.request").request.urlopen(at.decode())\n'
                    "    value = msgspec.json.decode(content)\n"
                ),
            ),
        ),
        "test_requests_out.py::test_s9_no_address_of_an_import_or_a_document_is_asked",
    ),
    Mutant(
        "S10",
        "a link to `javascript:` in an answer",
        "a list of the schemes that links may have",
        (
            (
                "web/src/markdown/policy.ts",
                '"mailto:", "tel:"]',
                '"mailto:", "tel:", "javascript:"]',
            ),
        ),
        "web/src/markdown/xss.test.ts",
    ),
    Mutant(
        "S11",
        "an SVG and an HTML file with a script, opened in a tab",
        "files are downloads, of types that run nothing, in a sandbox",
        (
            (
                "swell/server/download.py",
                '"content-security-policy": "default-src \'none\'; sandbox",',
                '"x-nothing": "x",',
            ),
            (
                "swell/server/download.py",
                '_disposition("inline" if picture else "attachment", file.name)',
                '_disposition("inline", file.name)',
            ),
            (
                "swell/server/download.py",
                "    if kind in _PLAIN_TYPES or",
                "    if kind or",
            ),
        ),
        "tests/e2e/test_hostile_files.py::test_s11_no_file_runs_a_script_wherever_it_is_opened",
    ),
    Mutant(
        "S12",
        "a person whose name is markup",
        "names are escaped wherever the server writes a page",
        (
            (
                "swell/auth/pages.py",
                'html.escape(words.signed_in_as.format(name=name))}</p>",\n        _link(',
                'words.signed_in_as.format(name=name)}</p>",\n        _link(',
            ),
        ),
        "test_sign_in.py::test_s12_names_are_text_on_the_pages_of_sign_in",
    ),
    Mutant(
        "S13",
        "an op with the key `__proto__`, from a broken or hostile server",
        "the client refuses such a path",
        (
            (
                "web/src/transport/ops.ts",
                'return key !== "__proto__" && key !== "prototype" && key !== "constructor";',
                'return key !== "";',
            ),
        ),
        "web/src/page/state.test.ts",
    ),
    Mutant(
        "S14",
        "a prompt of 100,000 brackets, of which a title is made",
        "patterns see the beginning of a line only",
        (
            (
                "swell/chat/runs/title.py",
                "_LINE_MAX = 500  #",
                "_LINE_MAX = 1_000_000  #",
            ),
        ),
        "test_floods.py::test_s14_no_text_keeps_the_server_busy",
    ),
    Mutant(
        "S18",
        "`/_auth/login?next=//evil.example`",
        "only paths of the app are followed",
        (
            (
                "swell/auth/requests.py",
                'or asked.startswith("//")',
                'or asked.startswith("///")',
            ),
        ),
        "test_sign_in.py::test_s18_sign_in_leads_nowhere_else[0]",
    ),
    Mutant(
        "S19",
        "a cookie that was planted before the sign-in",
        "a sign-in begins a new session",
        (
            (
                "swell/auth/routes.py",
                "before, session = self._signer.of(request.scope), self._signer.new",
                "before, session = None, self._signer.of(request.scope) or self._signer.new",
            ),
        ),
        "test_sign_in.py::test_s19_a_cookie_from_before_the_sign_in_opens_nothing",
    ),
    Mutant(
        "S19",
        "a tab stays open after the password has changed",
        "every process looks every 2 s which sign-ins still hold",
        (
            (
                "swell/auth/watch.py",
                "            await asyncio.sleep(LOOK_S)\n",
                "            await asyncio.sleep(LOOK_S * 100)\n",
            ),
        ),
        "test_sign_in.py::test_s19_another_password_ends_what_the_old_one_opened",
    ),
    Mutant(
        "S20",
        "the API key in the query, a cookie or another header; and no key",
        "one place decides, by the header `Authorization`",
        (
            (
                "swell/chat/api/guard.py",
                'return None if allowed else "The API key is missing or wrong."',
                "return None",
            ),
        ),
        "test_who_may.py::test_s20_no_other_carrier_opens_an_endpoint[query]",
    ),
    Mutant(
        "S20",
        "a member sends the event of a button that only editors see",
        "the server checks the right of each event",
        (
            (
                "swell/chat/page/actions.py",
                "if right is not None and right not in view.rights:",
                'if right == "none":',
            ),
        ),
        "test_roles.py::test_s20_each_role_may_do_what_its_rights_say[bob]",
    ),
    Mutant(
        "S20",
        "a member opens the page for administrators",
        "for other users there is no such route",
        (
            (
                "swell/server/broker.py",
                "if route.admin and ADMIN not in identity.roles:",
                'if route.admin and ADMIN == "none":',
            ),
            (
                "swell/admin/page.py",
                "        if ADMIN not in q.auth.roles:\n",
                '        if ADMIN == "none":\n',
            ),
        ),
        "test_roles.py::test_s20_the_page_for_administrators_is_theirs_alone[bob]",
    ),
    Mutant(
        "S21",
        "an exception of a handler, to read paths and texts of the server",
        "the browser gets the id of the error",
        (
            (
                "swell/development.py",
                'described(error) if development else ""',
                "described(error)",
            ),
        ),
        "test_canaries.py::test_s21_no_secret_comes_out_of_errors_logs_and_headers",
    ),
    Mutant(
        "S22",
        "a pickle, or anything else, between the processes of a service",
        "messages are decoded by their schema, and dropped if they do not fit",
        (
            (
                "swell/backplane/remote.py",
                "        except EnvelopeError as error:\n",
                "        except ZeroDivisionError as error:\n",
            ),
        ),
        "test_backplane.py::test_s22_forged_messages_run_no_code_and_change_no_page",
    ),
    Mutant(
        "S23",
        "a cookie signed with a key that all installations have",
        "each installation makes its key at the first start",
        (
            (
                "swell/server/keys.py",
                "file.write(new_key())",
                'file.write("x" * 43)',
            ),
        ),
        "test_canaries.py::test_s23_there_is_no_default_secret",
    ),
    Mutant(
        "S24",
        "a thousand actions a second",
        "each connection has a rate",
        (
            (
                "swell/server/broker.py",
                "wait = connection.wait_for_act(time.monotonic())",
                "wait = 0.0",
            ),
        ),
        "test_floods.py::test_s24_actions_are_refused_when_they_come_too_fast",
    ),
    Mutant(
        "S24",
        "`=cmd()` as a comment, for who opens the export in a spreadsheet",
        "such cells begin with an apostrophe",
        (
            (
                "swell/cli/rows.py",
                "in _FORMULA else value",
                'in _FORMULA and value == "" else value',
            ),
        ),
        "test_floods.py::test_s24_no_cell_of_an_export_is_a_formula",
    ),
    *FLOODS,
]


def _named(mutants: list[Mutant]) -> dict[str, Mutant]:
    """Return them by number, with a letter where a number has several."""
    named: dict[str, Mutant] = {}
    for mutant in mutants:
        before = sum(one.number == mutant.number for one in named.values())
        named[mutant.number + ("" if not before else chr(ord("a") + before))] = mutant
    return named


MUTANTS = _named(LIST)
"""All of them by name, such as `S4`, or `S5b` for the second one of S5."""


def table() -> str:
    """Return the table of the docs."""
    rows = [
        "| number | attack | what holds it off | weakened line | test |",
        "|---|---|---|---|---|",
    ]
    order = sorted(MUTANTS, key=lambda name: (name[0] == "F", int(MUTANTS[name].number[1:]), name))
    for name in order:
        one = MUTANTS[name]
        lines = "<br>".join(
            f"`{file}`: {_code(line)} → {_code(to)}" for file, line, to in one.changes
        )
        test = _code(one.node.removeprefix("tests/"))
        rows.append(f"| {name} | {one.attack} | {one.held} | {lines} | {test} |")
    return "\n".join(rows)


def _code(text: str) -> str:
    """Return a line of code for a cell of a table."""
    text = " ".join(text.split()).replace("|", "\\|")
    return f"`` {text} ``" if "`" in text else f"`{text}`"
