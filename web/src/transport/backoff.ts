/** Longest wait before another attempt, in milliseconds. */
export const MAX_DELAY_MS = 15_000;

/** How long a connection has to hold before its failed predecessors are forgotten, in milliseconds. */
export const STABLE_MS = 30_000;

/**
 * How long to wait before reconnecting, with full jitter: all tabs of a server that restarts come back spread out.
 *
 * @param attempt Failed attempts so far, from 0. The first wait is up to one second, each next one up to twice as long.
 * @param random Source of randomness in [0, 1).
 * @returns Milliseconds, below {@link MAX_DELAY_MS}.
 */
export function reconnectDelay(attempt: number, random: () => number): number {
  return random() * Math.min(MAX_DELAY_MS, 1000 * 2 ** Math.min(attempt, 30));
}
