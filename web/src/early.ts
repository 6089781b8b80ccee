/** The early script, see `transport/early.ts`: fetched beside the client, and run as soon as it is there. */
import { begin } from "./transport/early";
import { placeOfPage } from "./transport/hello";

begin(placeOfPage());
