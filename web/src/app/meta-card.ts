/** What a page with a meta card needs at once, so that it is one request: the card itself, and the themes it can name. */
import Meta from "../cards/Meta.svelte";
import look from "./theme/themes";

export default { Meta, look };
