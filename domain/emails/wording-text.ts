import { Parser } from "htmlparser2";

/** Liquid of a template that parses: comments with what they hold, outputs, tags. */
export const LIQUID =
  /\{%-?\s*comment\s*-?%\}[\s\S]*?\{%-?\s*endcomment\s*-?%\}|\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g;
/** What an output prints literally: a text in quotes at its beginning or as its default. */
const PRINTED = /(^\{\{-?\s*|\bdefault:\s*)(["'])(.*?)\2/g;
/** Attributes whose values people see or follow. */
const SHOWN_ATTRIBUTES = new Set(["href", "src", "alt", "title"]);
/** Elements whose text nobody reads. */
const UNREAD_ELEMENTS = new Set(["style", "script", "title", "template"]);

const blank = (text: string): string => text.replaceAll(/[^\n]/g, " ");

/** Where something stands in a template, from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export function placeOf(source: string, offset: number): Place {
  const before = source.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - start + 1 };
}

const LONGEST_EXCERPT = 120;

/** The line around the offset, cut to 120 characters. */
export function excerptOf(source: string, offset: number): string {
  const start = source.lastIndexOf("\n", offset - 1) + 1;
  const end = source.indexOf("\n", offset);
  const line = source.slice(start, end === -1 ? source.length : end);
  if (line.trim().length <= LONGEST_EXCERPT) return line.trim();
  const from = Math.max(0, Math.min(offset - start - LONGEST_EXCERPT / 2, line.length - LONGEST_EXCERPT));
  return `${from > 0 ? "…" : ""}${line.slice(from, from + LONGEST_EXCERPT).trim()}…`;
}

/** A template with its Liquid blanked, each character where it was; what outputs print literally stays. */
export function withoutLiquid(source: string): string {
  return source.replaceAll(LIQUID, (piece) => {
    let left = blank(piece);
    if (!piece.startsWith("{{")) return left;
    for (const match of piece.matchAll(PRINTED)) {
      const at = match.index + match[1]!.length + 1;
      left = left.slice(0, at) + match[3]! + left.slice(at + match[3]!.length);
    }
    return left;
  });
}

export interface HtmlTag {
  readonly name: string;
  readonly offset: number;
  readonly attributes: Readonly<Record<string, string>>;
  /** Of each attribute that people see or follow. */
  readonly offsets: Readonly<Record<string, number>>;
  /** As written, with its Liquid. */
  readonly written: Readonly<Record<string, string>>;
}

export interface ReadHtml {
  /** What people see or follow, each character where it was in the source, all else blanked. */
  readonly shown: string;
  /** Links, areas, images, and what is left of MJML, in order. */
  readonly tags: readonly HtmlTag[];
}

/** No mail program knows these elements. */
export const isOfMjml = (name: string): boolean => name === "mjml" || name.startsWith("mj-");

/** Reads an HTML template in one walk. */
export function readHtml(source: string): ReadHtml {
  const plain = withoutLiquid(source);
  const tags: HtmlTag[] = [];
  const kept: string[] = [];
  let keptTo = 0;
  let offsets: Record<string, number> = {};
  let written: Record<string, string> = {};
  let unread: string | null = null;
  const keep = (from: number, to: number) => {
    if (from < keptTo) return;
    kept.push(blank(plain.slice(keptTo, from)), plain.slice(from, to));
    keptTo = to;
  };
  const parser = new Parser(
    {
      onopentagname(name) {
        [offsets, written] = [{}, {}];
        if (UNREAD_ELEMENTS.has(name)) unread ??= name;
      },
      onattribute(name) {
        if (!SHOWN_ATTRIBUTES.has(name) || name in offsets) return;
        offsets[name] = parser.startIndex;
        written[name] = source.slice(parser.startIndex, parser.endIndex);
        keep(parser.startIndex, parser.endIndex);
      },
      onopentag(name, attributes) {
        if (name === "a" || name === "area" || name === "img" || isOfMjml(name))
          tags.push({ name, offset: parser.startIndex, attributes, offsets, written });
      },
      ontext() {
        if (unread === null) keep(parser.startIndex, parser.endIndex + 1);
      },
      onclosetag(name) {
        if (name === unread) unread = null;
      },
    },
    { decodeEntities: false },
  );
  parser.end(plain);
  kept.push(blank(plain.slice(keptTo)));
  return { shown: kept.join(""), tags };
}
