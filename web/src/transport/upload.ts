/** Sends one file to the server; loaded when a file is first attached. */
import { isList, isObject, own } from "./json";

export type UploadResult =
  | { readonly kind: "done"; readonly url: string }
  /** Nothing was kept; trying again may help. */
  | { readonly kind: "again" }
  /** @param maxBytes The limit that it is over, if it is that of one file. */
  | { readonly kind: "limit"; readonly maxBytes: number | undefined }
  | { readonly kind: "refused" }
  | { readonly kind: "aborted" };

export interface Upload {
  readonly result: Promise<UploadResult>;
  /** Break it off; the server then keeps nothing of it. */
  abort(): void;
}

/** How long a request may stand still, in milliseconds, before it is sent again. */
const STILL_MS = 45_000;

/**
 * @param prefix Path under which the application is mounted: empty, or `/x`.
 * @param client Id of this tab's client.
 * @param progress Called with the share that has left, 0 to 1.
 */
export function upload(prefix: string, client: string, file: File, progress: (share: number) => void): Upload {
  // fetch() cannot tell how much of a body has left.
  const request = new XMLHttpRequest();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const result = new Promise<UploadResult>((resolve) => {
    const end = (how: UploadResult): void => {
      clearTimeout(timer);
      resolve(how);
    };
    const moved = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        end({ kind: "again" });
        request.abort();
      }, STILL_MS);
    };
    request.open("POST", `${prefix}/_f/`);
    request.setRequestHeader("swell-client", client);
    request.upload.onprogress = (event) => {
      moved();
      progress(event.total > 0 ? event.loaded / event.total : 0);
    };
    request.onload = () => {
      end(read(request.status, request.responseText));
    };
    request.onerror = () => {
      end({ kind: "again" });
    };
    request.onabort = () => {
      end({ kind: "aborted" });
    };
    moved();
    const body = new FormData();
    body.append("files", file, file.name);
    request.send(body);
  });
  return {
    result,
    abort: () => {
      request.abort();
    },
  };
}

function read(status: number, text: string): UploadResult {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = null;
  }
  const files = isObject(answer) ? own(answer, "files") : undefined;
  if (status === 200 && isList(files) && typeof files[0] === "string") return { kind: "done", url: files[0] };
  if (status === 413) {
    const error = isObject(answer) ? own(answer, "error") : undefined;
    const most = isObject(error) ? own(error, "max_bytes") : undefined;
    return { kind: "limit", maxBytes: typeof most === "number" ? most : undefined };
  }
  // 403: the client id may be about to be replaced. 408, 429, 5xx: the server may do better soon.
  return [0, 403, 408, 429, 500, 502, 503, 504].includes(status) ? { kind: "again" } : { kind: "refused" };
}

/** Whether the server still has a file; undefined when it cannot be asked. */
export async function stillThere(url: string): Promise<boolean | undefined> {
  try {
    const answer = await fetch(url, { method: "HEAD", cache: "no-store" });
    return answer.ok ? true : answer.status === 404 ? false : undefined;
  } catch {
    return undefined;
  }
}

/** Tell the server that a file is not wanted any more. If that fails it goes with its tab. */
export function forget(url: string): void {
  void fetch(url, { method: "DELETE", keepalive: true }).catch(() => undefined);
}
