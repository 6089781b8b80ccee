import type { Json } from "../transport/json";
import type { Buffer } from "./buffer";

/** A card. Immutable: any change of a property that is no buffer makes a new object. */
export interface CardState {
  /** Which card it is, such as `chatbot`. */
  readonly view: string;
  /** Where it stands. */
  readonly box: string;
  readonly [prop: string]: Json | Buffer;
}
