// @vitest-environment jsdom
import { expect, test } from "vitest";
import { failure } from "./failures";
import { speakLocally } from "./locale";

test("a code is said in the reader's language; what has none, or one of tomorrow, as the app says it", async () => {
  document.documentElement.lang = "de";
  await speakLocally();
  const error = "Something";
  expect(failure({ error, error_code: "overloaded" })).toBe("Das Modell ist überlastet. Versuchen Sie es gleich noch einmal.");
  expect(failure({ error, error_code: "handler_failed", error_id: "1f" })).toBe("Beim Antworten ist etwas schiefgegangen. (Fehler 1f)");
  expect(failure({ error, error_code: "of_tomorrow" })).toBe(error);
  expect(failure({ error, error_code: "errorNumber" })).toBe(error);
  expect(failure({ error, error_code: "constructor" })).toBe(error);
  expect(failure({ error })).toBe(error);
  expect(failure({})).toBe("");
});
