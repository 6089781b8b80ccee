import { expect, test } from "vitest";
import { activeLayout, breakpointWidth, cardSize, parseZoneBox, placeInZones, zoneSize, type Layout } from "./zones";

test.each([
  ["xs", 0],
  ["s", 576],
  ["m", 768],
  ["l", 992],
  ["xl", 1200],
  ["640px", 640],
  ["640", 640],
])("breakpoint %s is %i px", (text, width) => {
  expect(breakpointWidth(text)).toBe(width);
});

const layout = (breakpoint: string): Layout => ({ breakpoint, zones: [] });

test.each([
  [["xs", "m", "xl"], 500, 0],
  [["xs", "m", "xl"], 768, 1],
  [["xs", "m", "xl"], 1199, 1],
  [["xs", "m", "xl"], 1200, 2],
  [["xl", "m"], 400, 1],
  [["m"], 320, 0],
])("of %j a window of %i px takes number %i", (breakpoints, width, index) => {
  expect(activeLayout(breakpoints.map(layout), width)).toBe(index);
});

const boxes = JSON.stringify(["left", JSON.stringify({ zone: "right", order: 3, size: 2 }), { zone: "top", width: "200px" }]);

test.each([
  ["main", 0, { zone: "main", order: 0 }],
  [JSON.stringify({ zone: "main", order: 2, size: "0", height: "300px" }), 0, { zone: "main", order: 2, size: "0", height: "300px" }],
  [boxes, 0, { zone: "left", order: 0 }],
  [boxes, 1, { zone: "right", order: 3, size: "2" }],
  [boxes, 2, { zone: "top", order: 0, width: "200px" }],
  [boxes, 9, { zone: "left", order: 0 }],
  ["", 0, null],
  ["{not json", 0, null],
  ["[]", 0, null],
])("%j in layout %i", (text, index, expected) => {
  expect(parseZoneBox(text, index)).toEqual(expected);
});

const page: Layout = {
  breakpoint: "xs",
  zones: [{ name: "top" }, { name: "body", direction: "row", zones: [{ name: "side", size: "20%" }, { name: "main" }] }],
};

test("cards stand in their zone by order, then as they came", () => {
  const places = placeInZones(page, 0, [
    ["a", "main"],
    ["b", '{"zone":"main","order":-1}'],
    ["c", "main"],
    ["d", "side"],
  ]);
  expect(places.get("main")?.map(({ key }) => key)).toEqual(["b", "a", "c"]);
  expect(places.get("side")?.map(({ key }) => key)).toEqual(["d"]);
});

test("a card for an unknown zone, or one with zones inside, is left out and named", () => {
  const missing: string[] = [];
  const cards = [["a", "nowhere"], ["b", "body"], ["c", "1 1 2 2"], ["d", ""]] as const;
  const places = placeInZones(page, 0, cards, (key, zone) => missing.push(`${key} ${zone}`));
  expect([...places.values()].flat()).toEqual([]);
  expect(missing).toEqual(["a nowhere", "b body", "c 1 1 2 2"]);
});

test("sizes of zones: a share, a length, or none", () => {
  expect(zoneSize("2", "row")).toEqual({ flex: "2 1 0" });
  expect(zoneSize("300px", "row")).toEqual({ flex: "0 0 auto", width: "300px" });
  expect(zoneSize("300px", "column")).toEqual({ flex: "0 0 auto", height: "300px" });
  expect(zoneSize(undefined, "row").flex).toBe("1 1 0");
  expect(zoneSize(undefined, "column").flex).toBe("0 0 auto");
});

test("sizes of cards: they grow unless told otherwise", () => {
  const at = { zone: "main", order: 0 };
  expect(cardSize(at).flex).toBe("1 1 auto");
  expect(cardSize({ ...at, size: "0" }).flex).toBe("0 0 auto");
  expect(cardSize({ ...at, size: "3" }).flex).toBe("3 1 auto");
  expect(cardSize({ ...at, width: "50%", height: "10px" })).toEqual({ flex: "0 0 auto", width: "50%", height: "10px" });
});
