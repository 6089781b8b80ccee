// @vitest-environment jsdom
import { flushSync } from "svelte";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { accepts, Attachments, inWords, limitsOf } from "./attachments.svelte";

/** A server that answers when a test says so. */
class FakeRequest {
  static all: FakeRequest[] = [];
  status = 0;
  responseText = "";
  headers: Record<string, string> = {};
  sent: File | undefined;
  aborted = false;
  upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {};
  onload?: () => void;
  onerror?: () => void;
  onabort?: () => void;
  open(method: string, url: string): void {
    expect([method, url]).toEqual(["POST", "/_f/"]);
    FakeRequest.all.push(this);
  }
  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
  send(body: FormData): void {
    this.sent = body.get("files") as File;
  }
  abort(): void {
    this.aborted = true;
    this.onabort?.();
  }
  async answer(status: number, body: unknown): Promise<void> {
    this.status = status;
    this.responseText = JSON.stringify(body);
    if (status === 0) this.onerror?.();
    else this.onload?.();
    await settle();
  }
}
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 8; turn++) await Promise.resolve();
  flushSync();
};

const file = (name: string, size = 10, type = "text/plain"): File => new File(["x".repeat(size)], name, { type });
const limits = limitsOf({ accept: [".txt", "image/*"], max_files: 3, max_file_mb: 0.001 });
const make = (): Attachments =>
  new Attachments(
    "chat",
    () => limits,
    () => "tab",
  );
const states = (from: Attachments): readonly string[] => from.list.map(({ name, state }) => `${name} ${state}`);
const fetched: string[] = [];
let there = true;

beforeEach(() => {
  sessionStorage.clear();
  FakeRequest.all = [];
  fetched.length = 0;
  there = true;
  vi.useFakeTimers();
  vi.stubGlobal("XMLHttpRequest", FakeRequest);
  vi.stubGlobal("fetch", (url: string, { method }: { method: string }) => {
    fetched.push(`${method} ${url}`);
    return Promise.resolve({ ok: there, status: there ? 200 : 404 });
  });
  URL.createObjectURL = () => "blob:picture";
  URL.revokeObjectURL = (url) => fetched.push(`revoke ${url}`);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("kinds are endings and media types, and are said in words", () => {
  expect(accepts([], "x.exe", "")).toBe(true);
  expect(accepts([".pdf"], "Report.PDF", "")).toBe(true);
  expect(accepts([".pdf"], "Report.pdf.exe", "")).toBe(false);
  expect(accepts(["image/*"], "a.png", "image/png")).toBe(true);
  expect(accepts(["image/*"], "a.heic", "")).toBe(true);
  expect(accepts(["text/csv"], "a.csv", "application/vnd.ms-excel")).toBe(true);
  expect(accepts(["text/plain"], "constructor", "")).toBe(false);
  expect(inWords([".pdf", "image/*", "text/plain", "text/*"])).toBe(".pdf, images, text files");
});

test("what is over a limit is left out, and said", () => {
  const files = make();
  files.add([file("a.txt"), file("b.exe"), file("big.txt", 2000), file("c.txt"), file("d.txt"), file("e.txt")]);
  expect(states(files)).toEqual(["a.txt uploading", "c.txt uploading", "d.txt uploading"]);
  expect(files.problem.split("\n")).toEqual([
    "“b.exe” cannot be attached here. You can attach .txt, images.",
    "“big.txt” is 2 kB. Files of up to 1 kB can be attached.",
    "At most 3 files can be attached at once. One was left out.",
  ]);
});

test("a file goes up with the tab's id, shows how far it is, and is handed over once", async () => {
  const files = make();
  files.add([file("a.txt")]);
  const [request] = FakeRequest.all;
  expect(request?.headers).toEqual({ "swell-client": "tab" });
  expect(files.blocked).toBe("This can be sent when the files are uploaded.");
  request?.upload.onprogress?.({ loaded: 5, total: 10 });
  expect(files.list[0]?.progress).toBe(0.5);
  await request?.answer(200, { files: ["/_f/id1/a.txt"] });
  expect(states(files)).toEqual(["a.txt done"]);
  expect(files.blocked).toBeUndefined();
  expect(files.take()).toEqual([{ url: "/_f/id1/a.txt", name: "a.txt", size: 10, type: "text/plain" }]);
  expect(files.list).toEqual([]);
  expect(make().list).toEqual([]);
});

test("removing breaks an upload off, and takes a finished one back", async () => {
  const files = make();
  files.add([file("a.png", 10, "image/png"), file("b.txt")]);
  const [first, second] = files.list;
  if (first === undefined || second === undefined) throw new Error("not attached");
  files.remove(first);
  expect(FakeRequest.all[0]?.aborted).toBe(true);
  await FakeRequest.all[1]?.answer(200, { files: ["/_f/id2/b.txt"] });
  files.remove(second);
  await settle();
  expect(fetched).toEqual(["revoke blob:picture", "DELETE /_f/id2/b.txt"]);
  expect(files.list).toEqual([]);
});

test("an upload that finishes as it is removed is taken back too", async () => {
  const files = make();
  files.add([file("a.txt")]);
  const [request] = FakeRequest.all;
  const [one] = files.list;
  if (one === undefined || request === undefined) throw new Error("not attached");
  request.abort = () => undefined;
  files.remove(one);
  await request.answer(200, { files: ["/_f/id1/a.txt"] });
  expect(fetched).toEqual(["DELETE /_f/id1/a.txt"]);
});

test("a lost connection is tried again, then by hand", async () => {
  const files = make();
  files.add([file("a.txt")]);
  for (const [tries, pause] of [1000, 3000, 9000].entries()) {
    await FakeRequest.all[tries]?.answer(tries === 1 ? 403 : 0, {});
    expect(states(files)).toEqual(["a.txt uploading"]);
    vi.advanceTimersByTime(pause);
    await settle();
  }
  await FakeRequest.all[3]?.answer(0, {});
  expect(states(files)).toEqual(["a.txt failed"]);
  expect(files.blocked).toContain("Remove the files that were not uploaded");
  const [one] = files.list;
  if (one !== undefined) files.retry(one);
  await FakeRequest.all[4]?.answer(200, { files: ["/_f/id1/a.txt"] });
  expect(states(files)).toEqual(["a.txt done"]);
});

test("an upload that stands still is sent again", async () => {
  const files = make();
  files.add([file("a.txt")]);
  vi.advanceTimersByTime(46_000);
  await settle();
  vi.advanceTimersByTime(1000);
  await settle();
  expect(FakeRequest.all.map(({ aborted }) => aborted)).toEqual([true, false]);
});

test("the server's limit is said in the same words", async () => {
  const files = make();
  files.add([file("a.txt", 900)]);
  await FakeRequest.all[0]?.answer(413, { error: { code: "limit", message: "…", max_bytes: 500 } });
  expect(states(files)).toEqual(["a.txt failed"]);
  expect(files.problem).toBe("“a.txt” is 900 bytes. Files of up to 500 bytes can be attached.");
});

test("after a reload the files are there again; those that are gone say so", async () => {
  const before = make();
  before.add([file("a.txt"), file("b.txt"), file("c.txt")]);
  await FakeRequest.all[0]?.answer(200, { files: ["/_f/id1/a.txt"] });
  before.leave();
  const after = make();
  await settle();
  expect(fetched).toEqual(["HEAD /_f/id1/a.txt"]);
  expect(states(after)).toEqual(["a.txt done", "b.txt gone", "c.txt gone"]);
  expect(after.list[1]?.problem).toBe("Was not uploaded; attach it again");
  there = false;
  const later = make();
  await settle();
  expect(later.list[0]?.problem).toBe("No longer kept; attach it again");
});

test("at most three go up at once", async () => {
  const files = new Attachments(
    "chat",
    () => limitsOf({}),
    () => "tab",
  );
  files.add(["a", "b", "c", "d", "e"].map((name) => file(name)));
  expect(FakeRequest.all.map(({ sent }) => sent?.name)).toEqual(["a", "b", "c"]);
  await FakeRequest.all[1]?.answer(200, { files: ["/_f/id/b"] });
  expect(FakeRequest.all.map(({ sent }) => sent?.name)).toEqual(["a", "b", "c", "d"]);
});
