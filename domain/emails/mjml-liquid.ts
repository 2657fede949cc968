import { LIQUID } from "./wording-text.js";

export interface Piece {
  readonly text: string;
  readonly offset: number;
}

/** An MJML source each piece of whose Liquid is a word of its own, so that none can stand for another. */
export interface Marked {
  readonly source: string;
  /** With the Liquid where its words stand. */
  restored(converted: string): string;
  /** The first piece that has no word left. A comment may go: nobody reads it. */
  lostIn(converted: string): Piece | null;
  /** Of the source as it was written. @param line of the marked one, from 1 */
  lineOf(line: number): number;
}

export function markLiquid(source: string): Marked {
  let prefix = "lq";
  while (source.toLowerCase().includes(prefix)) prefix += "q";
  const words = new RegExp(`${prefix}(\\d+)x`, "g");
  const pieces: Piece[] = [];
  const marked = source.replaceAll(LIQUID, (text, offset: number) => {
    pieces.push({ text, offset });
    return `${prefix}${pieces.length - 1}x`;
  });
  return {
    source: marked,
    restored: (converted) => converted.replaceAll(words, (word, n) => pieces[Number(n)]?.text ?? word),
    lostIn(converted) {
      const kept = new Set([...converted.matchAll(words)].map(([, n]) => Number(n)));
      return pieces.find(({ text }, n) => !kept.has(n) && !/^\{%-?\s*(?:comment\b|#)/.test(text)) ?? null;
    },
    lineOf: (line) =>
      pieces.reduce(
        (at, { text, offset }) => (lineAt(source, offset) < at ? at + text.split("\n").length - 1 : at),
        line,
      ),
  };
}

/** From 1. */
export const lineAt = (source: string, offset: number): number => source.slice(0, offset).split("\n").length;
