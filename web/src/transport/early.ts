/**
 * A connection that opens before the client is loaded.
 *
 * The handshake with the server takes as long as fetching and compiling the client. A small separate script (`src/early.ts`)
 * connects while the browser loads the client, and buffers the messages until the client accepts the connection. Without
 * it, or when it comes too late, the client connects itself.
 */
import { clientKey, connect, hashOfPage, hello, type Place, socketPath } from "./hello";

/** What the early script leaves for the client. */
export interface Early {
  readonly socket: WebSocket;
  /** The hash that the hello names. */
  readonly hash: string;
  /** The hello, once it was said. */
  said?: string;
  /** What came since. */
  readonly heard: unknown[];
}

declare global {
  /** Null once the client is there, and an early script too late. */
  var swellEarly: Early | null | undefined;
}

/** Connect; in a tab that is new, also say hello. One that was here before takes more to know itself, see `identity.ts`. */
export function begin(place: Place): void {
  if (globalThis.swellEarly === null) return;
  const [socket, hash, heard]: [WebSocket, string, unknown[]] = [connect(socketPath(place)), hashOfPage(), []];
  const early: Early = (globalThis.swellEarly = { socket, hash, heard });
  socket.onopen = () => {
    try {
      if (sessionStorage.getItem(clientKey(place)) !== null) return;
    } catch {
      // No storage, so nothing is remembered.
    }
    socket.send((early.said = JSON.stringify(hello(place, hash, null, null))));
  };
  socket.onmessage = ({ data }) => heard.push(data);
}

/** Accept the connection; undefined when there is none that can be used. */
export function take(): Early | undefined {
  const early = globalThis.swellEarly;
  globalThis.swellEarly = null;
  if (!early) return undefined;
  if (early.socket.readyState < 2 && early.hash === hashOfPage()) return early;
  early.socket.onopen = null;
  early.socket.close();
  return undefined;
}
