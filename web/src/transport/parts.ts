/** A snapshot that is too large for one frame: frames `i/count:text` after the welcome that announces them. */
import { Desync } from "./ops";

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/**
 * CRC-32 of a text's UTF-8, as an unsigned number.
 *
 * @param before The checksum of the text before this one, to continue.
 */
export function crc32(text: string, before = 0): number {
  let crc = ~before;
  for (const byte of new TextEncoder().encode(text)) crc = (crc >>> 8) ^ (TABLE[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}

/** Puts a snapshot together again. */
export class PartReader {
  readonly #count: number;
  readonly #crc: number;
  readonly #pieces: string[] = [];
  #sum = 0;

  constructor(count: number, crc: number) {
    this.#count = count;
    this.#crc = crc;
  }

  /**
   * Take the next part.
   *
   * @returns The JSON once the last part is there, null before.
   * @throws Desync if a part is missing, another one came, or the sum is wrong.
   */
  add(frame: string): unknown {
    const head = `${String(this.#pieces.length)}/${String(this.#count)}:`;
    if (!frame.startsWith(head)) throw new Desync("a part of the snapshot is missing");
    const piece = frame.slice(head.length);
    this.#pieces.push(piece);
    // With each part, so that the last one finds it done.
    this.#sum = crc32(piece, this.#sum);
    if (this.#pieces.length < this.#count) return null;
    if (this.#sum !== this.#crc) throw new Desync("the snapshot arrived damaged");
    return JSON.parse(this.#pieces.join(""));
  }
}
