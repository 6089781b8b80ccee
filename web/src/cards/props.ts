/** What a card of the page is to the page. */
import type { Component } from "svelte";
import type { CardState } from "../page/state";

/** What every card receives; each takes the state as what its class on the server lets pass. */
export interface CardProps {
  /** Name of the card on the page. */
  key: string;
  card: CardState;
}

export type CardComponent = Component<CardProps>;
