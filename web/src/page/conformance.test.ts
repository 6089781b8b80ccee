/** The cases that the server's side runs as well: (state, frames) -> state. */
import { describe, expect, test } from "vitest";
import { Desync, type Op, PageState, type Snapshot } from "./state";

interface Case {
  readonly name: string;
  readonly state: Snapshot;
  readonly frames: readonly { readonly o: readonly Op[]; readonly result: "ok" | "desync"; readonly state?: Snapshot }[];
}

const files = import.meta.glob<readonly Case[]>("../../../tests/conformance/*.json", { eager: true, import: "default" });

for (const [file, cases] of Object.entries(files)) {
  describe(file.replace(/^.*\//, ""), () => {
    test.each(cases)("$name", ({ state, frames }) => {
      const page = new PageState();
      page.load(state);
      expect(page.toJSON()).toEqual(state);
      for (const frame of frames) {
        const before = page.toJSON();
        if (frame.result === "desync") {
          expect(() => {
            page.apply(frame.o);
          }, JSON.stringify(frame.o)).toThrow(Desync);
          expect(page.toJSON(), JSON.stringify(frame.o)).toEqual(before);
        } else {
          page.apply(frame.o);
          if (frame.state !== undefined) expect(page.toJSON()).toEqual(frame.state);
        }
        // What a snapshot of it would load is the same page.
        const copy = new PageState();
        copy.load(page.toJSON());
        expect(copy.toJSON()).toEqual(page.toJSON());
      }
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    });
  });
}

test("there are cases for every subject", () => {
  expect(Object.keys(files).length).toBeGreaterThanOrEqual(7);
});
