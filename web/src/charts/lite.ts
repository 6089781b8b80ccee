/** Vega-Lite, which is loaded with the first chart that is written in it. */
import { compile } from "vega-lite";
import { BadChart } from "./guard";
import type { Spec } from "./plan";

/** Translate a specification of Vega-Lite into one of Vega. @throws BadChart */
export function translate(spec: Spec, config: Spec, warn: (text: string) => void): Spec {
  const logger = { level: () => logger, error: (...all: unknown[]) => (warn(all.join(" ")), logger), warn: () => logger, info: () => logger, debug: () => logger };
  try {
    return compile(spec as never, { config: config, logger: logger }).spec as unknown as Spec;
  } catch (error) {
    throw new BadChart(error instanceof Error ? error.message : String(error));
  }
}
