/** How long to wait before another attempt, in milliseconds; the connection is probably away. */
export const AGAIN_MS = 3000;

const waiting: (() => void)[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;

/** Try at once what waits: the connection is back. */
export function retryAll(): void {
  for (const attempt of waiting.splice(0)) attempt();
}
addEventListener("online", retryAll);

/** Try once more after a while, counted from the last failure of any, or as soon as the connection is back. */
export function again(attempt: () => void): void {
  waiting.push(attempt);
  clearTimeout(timer);
  timer = setTimeout(retryAll, AGAIN_MS);
}
