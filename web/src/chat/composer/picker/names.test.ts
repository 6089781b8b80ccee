import { expect, test } from "vitest";
import { commandIn, fitting, mentionsIn, typingAt } from "./names";

const commands = [{ name: "summarize", label: "Summarize" }, { name: "translate" }, { name: "web_search", label: "Search the web" }];
const mentions = [
  { name: "ann", label: "Ann Smith" },
  { name: "bob", label: "Bob" },
];
/** What is typed where `|` is. */
const typing = (text: string): string => {
  const at = text.indexOf("|");
  const found = typingAt(text.replace("|", ""), at);
  return found === undefined ? "" : `${found.kind} ${found.query} ${String(found.start)}-${String(found.end)}`;
};

test("a command is typed at the beginning of the text only", () => {
  expect(typing("/|")).toBe("command  0-1");
  expect(typing("/su|m")).toBe("command su 0-3");
  expect(typing("/sum it|")).toBe("");
  expect(typing("a /su|")).toBe("");
  expect(typing("\n/su|")).toBe("");
});

test("a mention is typed at the beginning of any word", () => {
  expect(typing("@|")).toBe("mention  0-1");
  expect(typing("ask @an|n")).toBe("mention an 4-7");
  expect(typing("ask\n(@an|")).toBe("mention an 5-8");
  expect(typing("mail@an|")).toBe("");
  expect(typing("@ann |")).toBe("");
  expect(typing(`${"x".repeat(300_000)} @b|`)).toBe("mention b 300001-300003");
});

test("what begins like the query comes before what has it inside", () => {
  const names = (query: string): readonly unknown[] => fitting(commands, query).map(({ name }) => name);
  expect(names("")).toEqual(["summarize", "translate", "web_search"]);
  expect(names("S")).toEqual(["summarize", "web_search", "translate"]);
  expect(names("web")).toEqual(["web_search"]);
  expect(names("xyz")).toEqual([]);
});

test("a prompt tells its command and mentions by their names", () => {
  expect(commandIn("/translate this", commands)).toBe("translate");
  expect(commandIn("/translate", commands)).toBe("translate");
  expect(commandIn("/translated this", commands)).toBeNull();
  expect(commandIn("do /translate this", commands)).toBeNull();
  expect(mentionsIn("@Ann Smith, ask @bob", mentions)).toEqual(["ann", "bob"]);
  expect(mentionsIn("@Bobby and @Ann", mentions)).toEqual([]);
  expect(mentionsIn("@Bob", mentions)).toEqual(["bob"]);
  expect(mentionsIn("nobody", mentions)).toEqual([]);
});
