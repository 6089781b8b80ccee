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
  signedOut: 4502,
  forbidden: 4503,
  replaced: 4504,
  otherPerson: 4506,
  tooBig: 1009,
} as const;

/** Whether a code says that another attempt is of no use. */
export function isTerminal(code: number): boolean {
  return code >= 4500 && code <= 4999;
}
