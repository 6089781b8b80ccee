/** Why a connection has ended for good. */
import { text } from "words:connection";

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

/** The message for the user. */
export default function endedReason(code: number): string {
  const reason = reasons[code];
  return reason ? text[reason] : text.endedOther({ code });
}
