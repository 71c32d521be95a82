import { Parser } from 'htmlparser2';
import { MARKUP_DEPTH_MAX } from './limits.ts';
import type { TextCollector } from './text-collector.ts';

export type Attributes = Readonly<Record<string, string>>;

/** Where in a markup its text stands. Names are in lower case, and without a prefix. */
export interface MarkupRules {
  readonly isXml: boolean;
  /** Elements whose text counts. @default all */
  readonly within?: ReadonlySet<string>;
  /** Elements whose text, and that of all in them, does not count. */
  readonly isLeftOut?: (name: string, attributes: Attributes) => boolean;
  /** Elements at whose beginning and end a line ends. */
  readonly breaks: (name: string) => boolean;
  /** Attributes that are text. */
  readonly textsOf?: (name: string, attributes: Attributes) => readonly (string | undefined)[];
}

/**
 * A parser that adds the text of a markup as it is written to it. It expands no entity but the characters that HTML and XML name themselves, asks for nothing
 * that a document points to, and keeps no tree. It ends at MARKUP_DEPTH_MAX.
 */
export function markupParser(collector: TextCollector, rules: MarkupRules): Parser {
  const { isXml, within, isLeftOut = () => false, breaks, textsOf } = rules;
  let inside = 0;
  // How deep the parser is, and how deep in what is left out.
  let depth = 0;
  let left = 0;
  const parser = new Parser(
    {
      onopentag(tag, attributes) {
        const name = bareName(tag);
        depth += 1;
        if (depth > MARKUP_DEPTH_MAX) {
          collector.close();
          parser.pause();
        }
        if (left > 0 || isLeftOut(name, attributes)) left += 1;
        if (within?.has(name) === true) inside += 1;
        if (left > 0) return;
        if (breaks(name)) collector.add('\n');
        for (const text of textsOf?.(name, attributes) ?? []) if (text !== undefined) collector.add(`${text}\n`);
      },
      ontext(text) {
        if (left === 0 && (within === undefined || inside > 0)) collector.add(text);
      },
      onclosetag(tag) {
        const name = bareName(tag);
        depth -= 1;
        if (within?.has(name) === true) inside -= 1;
        if (left > 0) left -= 1;
        else if (breaks(name)) collector.add('\n');
      },
    },
    { xmlMode: isXml, decodeEntities: true, recognizeSelfClosing: true },
  );
  return parser;
}

function bareName(tag: string): string {
  return tag.slice(tag.indexOf(':') + 1).toLowerCase();
}
