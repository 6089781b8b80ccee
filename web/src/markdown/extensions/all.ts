/** The extensions of Markdown that are loaded on demand: see `../extensions.ts`. */
import type { Token } from "marked";
import { alertNode, alertOf } from "./alerts";
import { calm } from "../streaming/calm";
import { citation, type CitationToken, citationNode, followCitation, settleCitations } from "../citations/citations";
import { addButtons, completeCode } from "../code/toolbar";
import { hold } from "../streaming/hold";
import { blockMath, inlineMath, isMath, startOfMath } from "../math/syntax";
import { mathBlock, mathNode } from "../math/view";
import { followNote, noteBlock, noteBlockNode, noteNode, noteReference, type NoteReference, settleNotes, startOfNote } from "./footnotes";
import { tableTools } from "./table-toolbar";
import { detailsBlock, detailsNode, type DetailsToken, inlineTag, startOfDetails, tagNode, type TagToken } from "./html-tags";
import "./extensions.css";
import type { Context, Extensions } from "../types";

const part: Extensions = {
  open: false,
  citing: false,
  extensions: {
    childTokens: {},
    renderers: {},
    block: [(text) => blockMath(text, part.open) ?? undefined, noteBlock, detailsBlock],
    inline: [
      (text, tokens) => inlineMath(text, tokens.at(-1)?.raw.slice(-1)) ?? undefined,
      (text) => noteReference(text),
      inlineTag,
      function (text) {
        return part.citing ? citation.call(this, text) : undefined;
      },
    ],
    startBlock: [(text) => startOfMath(text, part.open), (text) => startOfNote(text), (text) => startOfDetails(text)],
    startInline: [(text) => text.indexOf("$")],
  },
  hold,
  calm,
  block(token: Token) {
    if (isMath(token)) return mathBlock();
    if (token.type === "details") return detailsNode(token as DetailsToken);
    if (token.type === "alert") return alertNode();
    return token.type === "footnote" ? noteBlockNode() : null;
  },
  inline(token: Token, context: Context, inLink: boolean) {
    if (token.type === "tag") return tagNode(token as TagToken, context, inLink);
    if (isMath(token)) return mathNode(token);
    if (token.type === "citation") return citationNode(token as CitationToken, context);
    return token.type === "note" ? noteNode(token as NoteReference) : null;
  },
  alert: alertOf,
  code: addButtons,
  table: tableTools,
  complete: completeCode,
  settleNotes,
  settleCitations,
  follow: (root, target) => followNote(root, target) || followCitation(root, target),
};

export default part;
