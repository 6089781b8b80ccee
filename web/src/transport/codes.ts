import { text } from "../i18n/en";

/** Close codes of the socket. 4000 to 4499 ask to reconnect, 4500 to 4999 not to; others are accidents. */
export const Close = {
  /** The position is of no use; also said by this side when a page cannot be followed. */
  positionLost: 4002,
  /** The other side fell silent. */
  silent: 4004,
  /** The handshake took too long. */
  handshake: 4009,
  malformed: 4500,
  version: 4501,
  forbidden: 4503,
  replaced: 4504,
  tooBig: 1009,
} as const;

/** Whether a code says that another attempt is of no use. */
export function isTerminal(code: number): boolean {
  return code >= 4500 && code <= 4999;
}

const REASONS: Readonly<Record<number, string>> = {
  4500: text.endedMalformed,
  4501: text.endedVersion,
  4502: text.endedSignedOut,
  4503: text.endedForbidden,
  4505: text.endedTooMany,
  4506: text.endedRevoked,
  4507: text.endedDeleted,
};

/** A sentence for the person on why the connection has ended for good. */
export function endedReason(code: number): string {
  return REASONS[code] ?? text.endedOther(code);
}
