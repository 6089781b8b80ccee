/** What a language has to say: every part's words, with the same values put in. A missing one fails `npm run check`. */
import type { Phrase } from "./area";
import type { text as ended } from "./ended";
import type { text as page } from "./en";
import type { text as errors } from "./errors";
import type { text as failures } from "./failures";
import type { text as forms } from "./forms";
import type { text as header } from "./header";
import type { words as composer } from "./composer";
import type { text as message } from "./message";
import type { text as reading } from "./reading";
import type { text as threads } from "./threads";
import type { text as actions } from "./actions";
import type { text as diagram } from "./diagram";
import type { text as markdown } from "./markdown";

type Words<T> = { readonly [K in keyof T]: T[K] extends Phrase ? (T[K] extends string ? string : T[K]) : never };

// An interface would not count as a table of tables.
export type Catalogue = {
  readonly page: Words<typeof page>;
  readonly forms: Words<typeof forms>;
  readonly header: Words<typeof header>;
  readonly errors: Words<typeof errors>;
  readonly ended: Words<typeof ended>;
  readonly composer: Words<typeof composer>;
  readonly message: Words<typeof message>;
  readonly failures: Words<typeof failures>;
  readonly reading: Words<typeof reading>;
  readonly threads: Words<typeof threads>;
  readonly actions: Words<typeof actions>;
  readonly diagram: Words<typeof diagram>;
  readonly markdown: Words<typeof markdown>;
};
