"""Chat with a model, with no code: any server that speaks OpenAI's chat API.

Without arguments it looks for one on this machine: Ollama, llama.cpp, vLLM, LM Studio."""

from __future__ import annotations

import argparse
import asyncio
import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from swell.cli.command_error import CommandError
from swell.cli.flags import add_setting_flags, resolve
from swell.cli.serve import serve
from swell.errors import ModelAuthError, ModelConnectionError, ModelError
from swell.models import Compatible
from swell.models.local import LOCAL, chat_models, local_servers

if TYPE_CHECKING:
    from swell.cli.chat_app import Chosen

NAME = "chat"
HELP = "chat with a model, with no code"

MAX_SYSTEM = 200_000
"""Longest file of instructions, in bytes."""

_NONE_FOUND = """\
no model was found on this machine ({places}).
Start one, for instance with `ollama serve`, or name one:
    swell chat --base-url http://127.0.0.1:8080/v1 --model NAME
    swell chat --base-url https://api.openai.com/v1 --model NAME --api-key-env OPENAI_API_KEY"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "--base-url",
        dest="model_url",
        metavar="URL",
        help="address of the API, such as http://127.0.0.1:8080/v1",
    )
    parser.add_argument(
        "--model", metavar="NAME", help="name of the model; the server's first when left out"
    )
    parser.add_argument("--system", metavar="FILE", help="file with instructions for the model")
    parser.add_argument(
        "--api-key-env", metavar="NAME", help="environment variable that holds the API key"
    )
    parser.add_argument("--title", help="name of the app; that of the model when left out")
    add_setting_flags(parser, without=["base_url", "workers"])


def execute(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from swell.cli.chat_app import chat_with  # here: it loads the chat

    settings = resolve(arguments).settings
    if find_spec("httpx") is None:
        raise CommandError("this needs one more package: pip install httpx")
    chosen = asyncio.run(
        choose(
            arguments.model_url,
            arguments.model,
            api_key=_key(arguments.api_key_env, os.environ),
            system=_system(arguments.system),
            title=arguments.title or "",
        )
    )
    print(f"The model is {chosen.model} at {chosen.base_url}", flush=True)
    return serve(lambda: chat_with(chosen), settings, "the chat")


async def choose(
    base_url: str | None,
    model: str | None,
    *,
    api_key: str = "",
    system: str = "",
    title: str = "",
    local: Mapping[str, str] = LOCAL,
) -> Chosen:
    """Find the server and the model.

    Args:
        base_url: Address of the API; None searches this machine.
        model: Name of the model; None takes the server's first.
        api_key: Sent as a bearer token.
        system: Instructions for the model.
        title: Name of the app.
        local: Names and addresses to look at.

    Raises:
        CommandError: If there is none, saying what to give.
    """
    from swell.cli.chat_app import Chosen  # as above

    if base_url is None:
        servers = await local_servers(local)
        fitting = [server for server in servers if model is None or model in server.models]
        if not fitting:
            if servers:
                listed = "".join(
                    f"\n    {m}  ({server.url})" for server in servers for m in server.models
                )
                raise CommandError(f"there is no model {model!r} on this machine, but:{listed}")
            raise CommandError(_NONE_FOUND.format(places=", ".join(local)))
        server = fitting[0]
        chosen_model = model or server.models[0]
        return Chosen(server.url, chosen_model, server.models, api_key, system, title)
    parts = urlsplit(base_url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CommandError(f"{base_url!r} is no address; it begins with http:// or https://")
    client = Compatible(base_url, "", api_key)
    names = await _names(client)
    base_url = client.base_url  # with `/v1` where only that was answered
    if not names and model is None:
        raise CommandError(f"{base_url} does not list its models; name one with --model")
    model = model or names[0]
    return Chosen(base_url, model, tuple(dict.fromkeys((model, *names))), api_key, system, title)


async def _names(client: Compatible) -> list[str]:
    try:
        return chat_models(await client.models())
    except ModelConnectionError:
        raise CommandError(
            f"nothing answers at {client.base_url}; is the server running?", 1
        ) from None
    except ModelAuthError:
        raise CommandError(
            f"{client.base_url} requires an API key; put it into an environment variable and name "
            "that with --api-key-env",
        ) from None
    except ModelError:
        return []


def _key(variable: str | None, environ: Mapping[str, str]) -> str:
    if variable is None:
        return ""
    if not (key := environ.get(variable, "").strip()):
        raise CommandError(f"the environment variable {variable} is empty or not set")
    return key


def _system(file: str | None) -> str:
    if file is None:
        return ""
    try:
        with Path(file).open("rb") as opened:
            content = opened.read(MAX_SYSTEM + 1)
        if len(content) > MAX_SYSTEM:
            raise CommandError(f"{file} is longer than {MAX_SYSTEM:,} bytes")
        return content.decode().strip()
    except OSError as error:
        raise CommandError(f"cannot read {file}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise CommandError(f"{file} is not text in UTF-8") from None
