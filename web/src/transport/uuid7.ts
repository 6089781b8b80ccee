/**
 * Maker of UUIDs of version 7: they sort by the time they were made, also within one millisecond and when the clock
 * is set back.
 *
 * @param now Milliseconds since 1970.
 * @param fill Fills an array with random bytes.
 */
export function uuid7Maker(now: () => number, fill: (bytes: Uint8Array<ArrayBuffer>) => void): () => string {
  let time = 0;
  /** 12 bits that count ids of the same millisecond; they start low enough to have room. */
  let count = 0;
  return () => {
    const bytes = new Uint8Array(16);
    fill(bytes);
    const at = Math.floor(now());
    if (at > time) {
      time = at;
      count = ((bytes[6] ?? 0) & 0x07) * 256 + (bytes[7] ?? 0);
    } else if (++count > 0xfff) {
      // The counter is full: borrow the next millisecond.
      time += 1;
      count = 0;
    }
    const view = new DataView(bytes.buffer);
    view.setUint16(0, Math.floor(time / 2 ** 32));
    view.setUint32(2, time % 2 ** 32);
    view.setUint16(6, 0x7000 | count);
    view.setUint8(8, 0x80 | ((bytes[8] ?? 0) & 0x3f));
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  };
}
