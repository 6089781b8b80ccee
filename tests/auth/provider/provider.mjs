// A real OpenID provider for tests: `oidc-provider` with one sign-in page and a few switches.
//
//     node provider.mjs '{"port": 4000, "clients": [...], "accounts": {"ada": {...}}, "ttl": {...}}'
//
// Switches, all POST with JSON, answered with JSON:
//   /test/rotate    signs with a new key from now on; `{"keep": true}` still publishes the old one
//   /test/disable   `{"account"}`: no further sign-in or refresh
//   /test/end       `{"account"}`: ends the account's sessions, with back-channel logout
//   /test/counts    how often each path was asked for
import { generateKeyPairSync } from "node:crypto";
import http from "node:http";
import { Provider, errors } from "oidc-provider";

const { port, clients, accounts, ttl = {} } = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;

let made = 0;
function newKey() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { ...privateKey.export({ format: "jwk" }), kid: `key-${process.pid}-${++made}`, use: "sig", alg: "RS256" };
}

// Everything is kept here, so that a provider with new keys has the same sessions and grants.
const stored = new Map();
class Adapter {
  constructor(model) {
    this.model = model;
  }
  key(id) {
    return `${this.model}:${id}`;
  }
  async upsert(id, payload, expiresIn) {
    const until = expiresIn ? Date.now() + expiresIn * 1000 : Infinity;
    stored.set(this.key(id), { payload, until });
  }
  async find(id) {
    const found = stored.get(this.key(id));
    return found && found.until > Date.now() ? found.payload : undefined;
  }
  async findBy(name, value) {
    for (const [key, { payload, until }] of stored) {
      if (key.startsWith(`${this.model}:`) && payload[name] === value && until > Date.now()) return payload;
    }
    return undefined;
  }
  findByUid(uid) {
    return this.findBy("uid", uid);
  }
  findByUserCode(code) {
    return this.findBy("userCode", code);
  }
  async consume(id) {
    const found = stored.get(this.key(id));
    if (found) found.payload.consumed = Math.floor(Date.now() / 1000);
  }
  async destroy(id) {
    stored.delete(this.key(id));
  }
  async revokeByGrantId(grantId) {
    for (const [key, { payload }] of stored) if (payload.grantId === grantId) stored.delete(key);
  }
}

const disabled = new Set();
const counts = {};

function make(keys) {
  const provider = new Provider(issuer, {
    adapter: Adapter,
    clients,
    jwks: { keys },
    claims: {
      openid: ["sub", "sid"],
      profile: ["name", "preferred_username", "groups"],
      email: ["email", "email_verified"],
    },
    scopes: ["openid", "profile", "email", "offline_access"],
    pkce: { required: () => true },
    cookies: { keys: ["tests"] },
    // Without its protection of addresses such as 127.0.0.1, where the apps of tests are.
    fetch: (url, { dispatcher: _, ...options }) => globalThis.fetch(url, options),
    rotateRefreshToken: true,
    issueRefreshToken: async () => true,
    ttl: {
      AccessToken: ttl.access ?? 3600,
      IdToken: ttl.id ?? 3600,
      RefreshToken: ttl.refresh ?? 86400,
      AuthorizationCode: 60,
      Interaction: 600,
      Session: 86400,
      Grant: 86400,
    },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (ctx, form) => {
          ctx.body = page("Sign out", `${form}<button name="logout" value="yes" form="op.logoutForm">Sign out of the provider</button>`);
        },
      },
    },
    async findAccount(_ctx, id) {
      const claims = accounts[id];
      if (!claims || disabled.has(id)) return undefined;
      return { accountId: id, claims: async () => ({ sub: id, ...claims }) };
    },
    // Nobody is asked for consent: what the client wants is granted.
    async loadExistingGrant(ctx) {
      const { client, session } = ctx.oidc;
      const known = session.grantIdFor(client.clientId);
      const grant =
        (known && (await ctx.oidc.provider.Grant.find(known))) ||
        new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope("openid profile email offline_access");
      await grant.save();
      return grant;
    },
    async renderError(ctx, out) {
      ctx.body = page("Error", `<pre>${JSON.stringify(out)}</pre>`);
    },
    interactions: { url: (_ctx, interaction) => `/sign-in/${interaction.uid}` },
  });
  provider.on("server_error", (_ctx, error) => console.error(error));
  return provider;
}

function page(title, body) {
  return `<!doctype html><title>${title}</title><h1>${title}</h1>${body}`;
}

async function form(request) {
  let text = "";
  for await (const piece of request) text += piece;
  return text;
}

let keys = [newKey()];
let provider = make(keys);

const switches = {
  async rotate({ keep }) {
    keys = [newKey(), ...(keep ? keys : [])];
    provider = make(keys);
  },
  async disable({ account }) {
    disabled.add(account);
  },
  async end({ account }) {
    let sent = 0;
    for (const [key, { payload }] of stored) {
      if (!key.startsWith("Session:") || payload.accountId !== account) continue;
      for (const [clientId, { sid }] of Object.entries(payload.authorizations ?? {})) {
        const client = await provider.Client.find(clientId);
        if (client?.backchannelLogoutUri) {
          await client.backchannelLogout(account, sid);
          sent++;
        }
      }
      stored.delete(key);
    }
    return { sent };
  },
  async counts() {
    return counts;
  },
};

async function signIn(request, response, path) {
  const details = await provider.interactionDetails(request, response);
  if (request.method === "GET") {
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(
      page(
        "Provider",
        `<form method="post" action="${path}"><input name="account" aria-label="Account" autofocus>
         <button>Sign in</button> <button name="cancel" value="yes">Cancel</button></form>`,
      ),
    );
    return;
  }
  const said = new URLSearchParams(await form(request));
  const account = said.get("account") ?? "";
  const result =
    said.get("cancel") || !accounts[account] || disabled.has(account)
      ? { error: "access_denied", error_description: "the sign-in was cancelled" }
      : { login: { accountId: account } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  void details;
}

http
  .createServer(async (request, response) => {
    const path = request.url.split("?")[0];
    counts[path] = (counts[path] ?? 0) + 1;
    try {
      if (path.startsWith("/test/")) {
        const answer = await switches[path.slice(6)](JSON.parse((await form(request)) || "{}"));
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify(answer ?? {}));
      } else if (path.startsWith("/sign-in/")) {
        await signIn(request, response, path);
      } else {
        provider.callback()(request, response);
      }
    } catch (error) {
      console.error(error);
      response.statusCode = error instanceof errors.OIDCProviderError ? 400 : 500;
      response.end(`${error} ${error.cause ?? ""}`);
    }
  })
  .listen(port, "127.0.0.1", () => console.log("ready"));
