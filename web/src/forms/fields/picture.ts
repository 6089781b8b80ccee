/** Addresses of pictures that an app put into a form. */
import { safePath } from "../../page/read";

/** The address of a picture: a `data:` one too, which no link may have. */
export const picture = (path: string | undefined): string | undefined => (path?.startsWith("data:image/") === true ? path : safePath(path));
