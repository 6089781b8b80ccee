"""What Swell requires goes together with what the SDKs beside it require."""

from __future__ import annotations

import tomllib

from packaging.requirements import Requirement

from tests.conftest import ROOT

LOWEST_CEILINGS = {
    "websockets": "15.0.1",  # google-adk, openai[realtime] and litellm[proxy]: below 16
    "httpx": "0.28.1",  # openai, anthropic, groq, mistralai
    "uvicorn": "0.54",
    "starlette": "1.1.0",
    "sqlalchemy": "2.1",
    "msgspec": "0.20",
}
"""The highest release that the strictest SDK allows, as `make resolve` finds them."""


def test_no_floor_is_above_what_the_sdks_allow() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    required = [Requirement(one) for one in [*project["dependencies"], *extras["models"]]]
    checked = [one for one in required if one.name in LOWEST_CEILINGS]
    assert len(checked) == len(LOWEST_CEILINGS)
    for one in checked:
        assert one.specifier.contains(LOWEST_CEILINGS[one.name]), str(one)
