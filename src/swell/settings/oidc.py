"""Settings of sign-in through OpenID Connect."""

from __future__ import annotations

from typing import Annotated

from swell.settings import values as values

from .about import About
from .sign_in import SignInSettings


class OidcSettings(SignInSettings, frozen=True, kw_only=True):
    """Sign-in through OpenID Connect: one provider, or a file with several."""

    @property
    def oidc_client(self) -> tuple[str | None, ...]:
        """The settings that mean sign-in, even one alone."""
        return (
            self.oidc_issuer,
            self.oidc_client_id,
            self.oidc_client_secret,
            self.oidc_redirect_url,
            self.oidc_end_session_url,
        )

    @property
    def signs_in(self) -> bool:
        """Whether the settings name a way to sign in through Swell."""
        return any((self.password_file, self.oidc_file, *self.oidc_client))

    oidc_issuer: Annotated[
        str | None,
        About(
            "Address of the OpenID provider, such as `https://login.example.com`, exactly as the "
            "provider writes its issuer. It must be https, except on this machine. Users must "
            "then sign in.",
            wave="OIDC_PROVIDER_URL",
            parse=values.issuer,
        ),
    ] = None
    oidc_client_id: Annotated[
        str | None,
        About("Client id that the provider gave this app.", wave="OIDC_CLIENT_ID"),
    ] = None
    oidc_client_secret: Annotated[
        str | None,
        About(
            "Client secret that the provider gave this app; `none` for a public client.",
            wave="OIDC_CLIENT_SECRET",
            secret=True,
        ),
    ] = None
    oidc_scopes: Annotated[
        tuple[str, ...],
        About(
            "Scopes to ask for, comma separated. Many providers issue a refresh token only for "
            "`offline_access`.",
            wave="OIDC_SCOPES",
            parse=values.scopes,
        ),
    ] = ("openid", "profile", "email")
    oidc_title: Annotated[
        str | None,
        About("Name of the provider on the sign-in page. The default is its host name."),
    ] = None
    oidc_name: Annotated[
        str,
        About(
            "Name of the provider in the addresses `/_auth/callback/<name>` and "
            "`/_auth/backchannel/<name>`: small letters, digits and `-`.",
            parse=values.provider_name,
        ),
    ] = "oidc"
    oidc_redirect_url: Annotated[
        str | None,
        About(
            "Address that the provider sends the browser back to, ending in "
            "`/_auth/callback/<name>` or `/_auth/callback`. The default is derived from the "
            "address in the browser.",
            wave="OIDC_REDIRECT_URL",
            parse=values.redirect_url,
        ),
    ] = None
    oidc_groups_claim: Annotated[
        str,
        About(
            "Claim with the groups of the user; dots lead into objects, as in `realm_access.roles`."
        ),
    ] = "groups"
    oidc_parameters: Annotated[
        tuple[str, ...],
        About(
            "Further parameters of the request to sign in, comma separated, such as "
            "`access_type:offline,prompt:consent`.",
            wave="OIDC_AUTH_URL_PARAMS",
            parse=values.parameters,
        ),
    ] = ()
    oidc_skip_login: Annotated[
        bool,
        About(
            "Send users to the provider at once, without the sign-in page of the app. It applies "
            "when there is no other way to sign in.",
            wave="OIDC_SKIP_LOGIN",
        ),
    ] = False
    oidc_end_session_url: Annotated[
        str | None,
        About(
            "Address at which the provider signs users out. The default is the one that the "
            "provider publishes.",
            wave="OIDC_END_SESSION_URL",
            parse=values.web_url,
        ),
    ] = None
    oidc_signed_out_url: Annotated[
        str | None,
        About(
            "Address that the provider sends the browser to after sign-out; it must be registered "
            "there. The default is the sign-in page of the app.",
            wave="OIDC_POST_LOGOUT_REDIRECT_URL",
            parse=values.web_url,
        ),
    ] = None
    oidc_file: Annotated[
        str | None,
        About(
            "TOML file with several providers, instead of the other `oidc_` settings; see "
            "`docs/howto/openid.md`."
        ),
    ] = None
