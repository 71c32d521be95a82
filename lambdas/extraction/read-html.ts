import { decodeText } from './decode-text.ts';
import { type MarkupRules, markupParser } from './markup-parser.ts';
import type { TextCollector } from './text-collector.ts';

/** Elements that stand within a line; at all others a line ends. */
const INLINE = new Set(
  'a abbr b bdi bdo cite code data del dfn em font i ins kbd label mark q rp rt ruby s samp small span strong sub sup time tt u var wbr'.split(
    ' ',
  ),
);
const LEFT_OUT = new Set(['script', 'style', 'template']);

export const HTML_RULES: MarkupRules = {
  isXml: false,
  isLeftOut: (name) => LEFT_OUT.has(name),
  breaks: (name) => !INLINE.has(name),
  textsOf: (name, { alt, title, content, name: meta }) => [
    alt,
    title,
    name === 'meta' && (meta === 'description' || meta === 'keywords' || meta === 'author') ? content : undefined,
  ],
};

/** Characters that are parsed between two looks at how much there is. */
const STEP_CHARS = 65_536;

export function readHtml(bytes: Uint8Array, collector: TextCollector): void {
  addHtml(decodeText(bytes), collector);
}

export function addHtml(html: string, collector: TextCollector): void {
  const parser = markupParser(collector, HTML_RULES);
  for (let from = 0; from < html.length && !collector.isFull; from += STEP_CHARS) {
    parser.write(html.slice(from, from + STEP_CHARS));
  }
  parser.end();
}
