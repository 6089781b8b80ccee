"""Resolve Swell beside the SDKs that people use with it: `make resolve`.

For each SDK, pip is asked what it would install. A conflict that it can only solve with an old
release of the SDK counts as a failure. Nothing is installed; the network is needed.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent

SDKS = {
    "openai[realtime]": "2",
    "anthropic": "0.70",
    "google-adk": "2",
    "google-genai": "2",
    "litellm[proxy]": "1.80",
    "pydantic-ai": "1",
    "openai-agents": "0.10",
    "langchain": "1",
    "langgraph": "1",
    "llama-index": "0.14",
    "mistralai": "1.9",
    "groq": "0.30",
    "cohere": "5.15",
    "boto3": "1.40",
    "mcp": "1.20",
    "smolagents": "1.20",
    "haystack-ai": "2.20",
    "dspy": "3",
    "autogen-agentchat": "0.7",
    "crewai": "1",
    "chainlit": "2",
}
"""The lowest release of each that is not old: a lower one means that something of ours held it."""


def main() -> int:
    """Resolve each, and return how many cannot be installed beside Swell."""
    failed = [name for name in sys.argv[1:] or SDKS if not resolves(name)]
    if failed:
        print(f"cannot be installed beside Swell: {', '.join(failed)}", file=sys.stderr)
    return len(failed)


def resolves(name: str) -> bool:
    """Whether pip finds releases of Swell and an SDK that go together."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"]
    command += ["--quiet", "--disable-pip-version-check", "--report", "-"]
    found = subprocess.run(
        [*command, str(ROOT), f"{name}>={SDKS.get(name, '0')}"],
        capture_output=True,
        text=True,
        env=None,
    )
    if found.returncode:
        print(f"{name}: {found.stderr.strip()[-800:]}", file=sys.stderr)
        return False
    wanted = name.partition("[")[0].lower()
    listed = [item["metadata"] for item in json.loads(found.stdout)["install"]]
    versions = {item["name"].lower().replace("_", "-"): item["version"] for item in listed}
    print(f"{name} {versions[wanted]}, websockets {versions['websockets']}")
    return True


if __name__ == "__main__":
    sys.exit(main())
