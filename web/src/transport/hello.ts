/** The first message on every connection, and all that the early script needs to say it; see `early.ts`. */

/** Version of the protocol, named in every hello. */
export const VERSION = 1;

/** How far this tab has followed the page: its epoch and the last patch applied. */
export interface Position {
  readonly e: string;
  readonly s: number;
}

/** Who comes, and what for. */
export interface Hello {
  readonly t: "hello";
  readonly v: number;
  readonly route: string;
  /** Null asks for a new client. */
  readonly client: string | null;
  /** Null asks for the whole page. */
  readonly pos: Position | null;
  readonly hash: string;
  readonly build: string;
}

/** What the server's HTML says about this page. */
export interface Place {
  /** Path under which the application is mounted: empty, or `/x`. */
  readonly prefix: string;
  /** Route of the page, without the prefix. */
  readonly route: string;
  /** Build of this client. */
  readonly build: string;
  /** Address of the sign-in page, without the prefix, if users sign in here. */
  readonly signIn?: string;
  /** Stands for the user who has signed in there. */
  readonly user?: string;
}

/** As the server writes it. */
export const placeOfPage = (): Place => document.body.dataset as unknown as Place;

export const hello = ({ route, build }: Place, hash: string, client: string | null, pos: Position | null): Hello => ({
  t: "hello",
  v: VERSION,
  route,
  client,
  pos,
  hash,
  build,
});

/** Name in the tab's storage under which a page remembers its client. */
export const clientKey = ({ prefix, route }: Place): string => `swell:client:${prefix}${route}`;

export const socketPath = ({ prefix }: Place): string => `${prefix}/_s/ws`;

/** Begin to connect to an absolute path of this site. */
export const connect = (path: string): WebSocket => new WebSocket(location.origin.replace("http", "ws") + path);

/** The part of the address after the `#`, without it. */
export const hashOfPage = (): string => location.hash.slice(1);
