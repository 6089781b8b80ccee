"""An OpenID provider that answers whatever a test wants, for answers that no real one gives."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import Any

import anyio
from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from swell.auth.oidc.config import ProviderConfig
from tests.server.live_server import serving

__all__ = ["ALL", "CLIENT", "Endless", "Forger", "forger"]

CLIENT = "swell"
KEY = RSAKey.generate_key(2048, {"kid": "good", "use": "sig"}, auto_kid=False)
ALL = JWSRegistry(algorithms=[*JWSRegistry.algorithms], strict_check_header=False)


class Endless(Response):
    """Sends a byte now and then, so that each read succeeds."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Send until the client gives up."""
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while True:
            await send({"type": "http.response.body", "body": b" ", "more_body": True})
            with anyio.move_on_after(0.05):
                if (await receive())["type"] == "http.disconnect":
                    return


class Forger:
    """What the provider answers.

    Attributes:
        issuer: Its address.
        key: Signs tokens, and is published.
        metadata: Replaces fields of the discovery document.
        published: Replaces the key set.
        token: Makes the ID token from the claims that a real provider would send.
        tokens: Replaces fields of the answer with tokens.
        userinfo: Claims of the user's page.
        answers: Whole answers by path.
        nonce: What the sign-in has sent.
        asked: The paths that were asked for.
    """

    def __init__(self) -> None:
        self.issuer = ""
        self.reset()

    def reset(self) -> None:
        """Answer as a real provider would from now on."""
        self.key = KEY
        self.metadata: dict[str, Any] = {}
        self.published: list[dict[str, Any]] | None = None
        self.token: Callable[[dict[str, Any]], str] = self.signed
        self.tokens: dict[str, Any] = {}
        self.userinfo: dict[str, Any] = {"sub": "ada"}
        self.answers: dict[str, Response] = {}
        self.nonce = ""
        self.asked: list[str] = []

    def config(self) -> ProviderConfig:
        """Return how an app knows it."""
        return ProviderConfig(
            name="oidc", title="Tests", issuer=self.issuer, client_id=CLIENT, client_secret="secret"
        )

    def wait_for(self, path: str) -> None:
        """Wait until a path is asked for."""
        while path not in self.asked:
            time.sleep(0.01)

    def claims(self, **fields: Any) -> dict[str, Any]:
        """Return good claims with some replaced; None removes one."""
        now = int(time.time())
        good = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "ada",
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
        }
        return {name: value for name, value in {**good, **fields}.items() if value is not None}

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        """Return claims signed with the published key."""
        return jwt.encode({"alg": "RS256", "kid": "good", **header}, claims, self.key, registry=ALL)

    def app(self) -> Starlette:
        """Return the provider as an application."""

        async def answer(request: Request) -> Response:
            path = request.url.path
            self.asked.append(path)
            if path in self.answers:
                return self.answers[path]
            if path == "/token":
                token = self.token(self.claims())
                good = {"access_token": "access", "token_type": "Bearer", "expires_in": 60}
                return JSONResponse({**good, "id_token": token, **self.tokens})
            if path == "/keys":
                published = self.published or [self.key.as_dict(private=False)]
                return JSONResponse({"keys": published})
            if path == "/me":
                return JSONResponse(self.userinfo)
            return JSONResponse(
                {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                    "userinfo_endpoint": f"{self.issuer}/me",
                    **self.metadata,
                }
            )

        return Starlette(routes=[Route("/{path:path}", answer, methods=["GET", "POST"])])


@contextlib.contextmanager
def forger() -> Iterator[Forger]:
    """Run one while the block runs."""
    made = Forger()
    with serving(made.app()) as server:
        made.issuer = f"http://{server.host}"
        yield made
