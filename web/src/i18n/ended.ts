import { area } from "./area";

/** Why a connection has ended for good. */
export const text = area("ended", {
  endedMalformed: "This page sent something that the server does not understand.",
  endedVersion: "This page is older than the server, and loading it again did not help.",
  endedSignedOut: "You are not signed in.",
  endedForbidden: "This page belongs to another session.",
  endedTooMany: "Too many connections are open. Close some tabs, then try again.",
  endedRevoked: "You have been signed out.",
  endedDeleted: "This page has been deleted.",
  endedOther: (code: number) => `The server has ended the connection (${String(code)}).`,
});

type Reason = Exclude<keyof typeof text, "endedOther">;

const reasons: Readonly<Record<number, Reason>> = {
  4500: "endedMalformed",
  4501: "endedVersion",
  4502: "endedSignedOut",
  4503: "endedForbidden",
  4505: "endedTooMany",
  4506: "endedRevoked",
  4507: "endedDeleted",
};

/** A sentence for the person. */
export default function endedReason(code: number): string {
  const reason = reasons[code];
  return reason ? text[reason] : text.endedOther(code);
}
