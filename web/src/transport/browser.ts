import { take } from "./early";
import { connect, hashOfPage } from "./hello";
import type { Platform, Store } from "./platform";
import { uuid7Maker } from "./uuid7";

/** How long another page may take to come, in milliseconds. */
const LEAVING_MS = 10_000;

/** The browser this runs in. */
export function browserPlatform(): Platform {
  let leaving = -Infinity;
  addEventListener("beforeunload", () => {
    leaving = performance.now();
  });
  return {
    openSocket(path, events) {
      const early = take();
      const socket = early?.socket ?? connect(path);
      socket.onopen = () => {
        events.opened();
      };
      socket.onmessage = (event) => {
        events.received(event.data);
      };
      socket.onclose = (event) => {
        events.closed(event.code);
      };
      if (!early) return socket;
      // Not before the caller has the answer.
      queueMicrotask(() => {
        if (socket.readyState === WebSocket.OPEN) events.opened();
        for (const data of early.heard) events.received(data);
      });
      return {
        send(text) {
          if (text === early.said) delete early.said;
          else socket.send(text);
        },
        close(code) {
          socket.close(code);
        },
      };
    },
    store: sessionStore(),
    now: () => Date.now(),
    timer(fn, ms) {
      const handle = setTimeout(fn, ms);
      return () => {
        clearTimeout(handle);
      };
    },
    random: () => Math.random(),
    newId: uuid7Maker(
      () => Date.now(),
      (bytes) => crypto.getRandomValues(bytes),
    ),
    hash: hashOfPage,
    setHash(hash) {
      location.hash = hash;
    },
    reload() {
      location.reload();
    },
    leaveFor(path) {
      // The page leaves already, as for the page that has signed the user out.
      if (performance.now() - leaving < LEAVING_MS) return;
      const { pathname, search, hash } = location;
      location.assign(`${path}?next=${encodeURIComponent(pathname + search + hash)}`);
    },
    hold,
    onWake(fn) {
      addEventListener("online", fn);
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState === "visible") fn();
      });
    },
    onOffline(fn) {
      addEventListener("offline", fn);
    },
    onHashChange(fn) {
      addEventListener("hashchange", fn);
    },
    guardLeaving(unsaved) {
      addEventListener("beforeunload", (event) => {
        if (unsaved()) event.preventDefault();
      });
    },
  };
}

/** Every access may throw: storage can be switched off, and it has a quota. */
function sessionStore(): Store {
  const attempt = <T>(fn: () => T, otherwise: T): T => {
    try {
      return fn();
    } catch {
      return otherwise;
    }
  };
  return {
    get: (key) => attempt(() => sessionStorage.getItem(key), null),
    set: (key, value) => {
      attempt(() => {
        sessionStorage.setItem(key, value);
      }, undefined);
    },
    remove: (key) => {
      attempt(() => {
        sessionStorage.removeItem(key);
      }, undefined);
    },
    clear: () => {
      attempt(() => {
        for (const key of Object.keys(sessionStorage)) if (key.startsWith("swell:")) sessionStorage.removeItem(key);
      }, undefined);
    },
  };
}

/** How often a name is asked for before it counts as another tab's. */
const HOLD_ATTEMPTS = 5;

async function hold(name: string, waitMs: number): Promise<(() => void) | null> {
  const locks = "locks" in navigator ? navigator.locks : null; // only there over https and on localhost
  if (locks === null) return () => undefined;
  for (let attempt = 1; attempt <= HOLD_ATTEMPTS; attempt++) {
    const release = await tryHold(locks, name);
    if (release !== null) return release;
    // The reloaded page may not have released it yet. Ask again, and do not measure how long the answer takes: on a
    // machine that is busy everything takes long.
    await new Promise((resolve) => setTimeout(resolve, waitMs / HOLD_ATTEMPTS));
  }
  return null;
}

function tryHold(locks: LockManager, name: string): Promise<(() => void) | null> {
  return new Promise((resolve) => {
    const asked = locks.request(name, { ifAvailable: true }, (lock) => {
      if (lock === null) {
        resolve(null);
        return undefined;
      }
      return new Promise<void>((release) => {
        resolve(release);
      });
    });
    asked.catch(() => {
      // Forbidden here, as in a sandboxed frame: the browser cannot tell.
      resolve(() => undefined);
    });
  });
}
