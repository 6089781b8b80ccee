/** What a part of a message receives, and where it stands. */
import type { Snippet } from "svelte";
import type { Values } from "../../page/read";

/** Parts inside of a part. */
export interface PartList {
  parts: readonly Values[];
  /** The message is still being written. */
  growing?: boolean;
  /** Nothing follows them: text is added to the last one. */
  alone?: boolean;
  /** They are parts of a prompt. */
  user?: boolean;
}

/** What every part receives. */
export interface PartProps<Part = Values> {
  part: Part;
  /** All parts that stand together with it, itself included. */
  together: readonly Values[];
  /** The message is still being written. */
  growing: boolean;
  /** It is this part that is written now. */
  live: boolean;
  /** It is a prompt. */
  user: boolean;
  /** Its message is the last one of the conversation. */
  last: boolean;
  /** Draws parts inside of it. */
  nested: Snippet<[PartList]>;
}

/**
 * Where parts of a type stand: `row`, neighbours of the type in one row; `steps`, neighbours as steps on the way to the answer;
 * `below`, all of them under the message once it is complete. When left out, each part stands where it came.
 */
export type Place = "row" | "steps" | "below";
