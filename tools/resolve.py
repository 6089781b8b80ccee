"""Resolve Swell beside the SDKs that people use with it: `make resolve`.

For each SDK, pip is asked what it would install. A release of the SDK that is older than the one
that pip takes without Swell counts as a failure. Nothing is installed; the network is needed.
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
    """Whether pip finds releases that go together, the SDK's as new as without Swell."""
    floor = f"{name}>={SDKS.get(name, '0')}"
    beside = _versions(str(ROOT), floor)
    if isinstance(beside, str):
        print(f"{name}: {beside}", file=sys.stderr)
        return False
    sdk = name.partition("[")[0]
    newest = _versions("--no-deps", name)
    if isinstance(newest, dict) and newest[sdk] != beside[sdk]:  # held by Swell, or by others
        alone = _versions(floor)
        if isinstance(alone, dict) and alone[sdk] != beside[sdk]:
            print(f"{name}: {beside[sdk]} beside Swell, {alone[sdk]} alone", file=sys.stderr)
            return False
    print(f"{name} {beside[sdk]}, websockets {beside['websockets']}", flush=True)
    return True


def _versions(*wanted: str) -> dict[str, str] | str:
    """Return the releases that pip would install, by name; what it says when it finds none."""
    command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"]
    command += ["--quiet", "--disable-pip-version-check", "--report", "-"]
    found = subprocess.run([*command, *wanted], capture_output=True, text=True)
    if found.returncode:
        return found.stderr.strip()[-800:]
    listed = [item["metadata"] for item in json.loads(found.stdout)["install"]]
    return {item["name"].lower().replace("_", "-"): item["version"] for item in listed}


if __name__ == "__main__":
    sys.exit(main())
