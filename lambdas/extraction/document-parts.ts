import type { Attributes, MarkupRules } from './markup-parser.ts';
import { HTML_RULES } from './read-html.ts';

/** A part of an archive that has text, and how it stands there. */
export interface DocumentPart {
  readonly name: string;
  readonly rules: MarkupRules;
}

/** Names of parts, in the order in which they are read, and how. */
type Pattern = readonly [names: RegExp, rules: MarkupRules];

/** What documents tell of themselves. */
const PROPERTIES: MarkupRules = {
  isXml: true,
  within: new Set(['title', 'subject', 'creator', 'keywords', 'keyword', 'description', 'category']),
  breaks: () => true,
};

const WORD: MarkupRules = {
  isXml: true,
  within: new Set(['t']),
  breaks: (name) => name === 'p' || name === 'br' || name === 'tab' || name === 'tc',
};

/** In a sheet a value of the type `s` is the place of a shared text; readings of characters repeat what they stand above. */
const SHEET: MarkupRules = {
  isXml: true,
  within: new Set(['t', 'v']),
  isLeftOut: (name, attributes: Attributes) => name === 'rph' || (name === 'c' && attributes['t'] === 's'),
  breaks: (name) => name === 'si' || name === 'c' || name === 'row' || name === 'comment',
};

const SHEET_NAMES: MarkupRules = {
  isXml: true,
  within: new Set(),
  breaks: () => false,
  textsOf: (name, { name: sheet }) => (name === 'sheet' ? [sheet] : []),
};

const OPEN_DOCUMENT: MarkupRules = {
  isXml: true,
  isLeftOut: (name) => name === 'binary-data' || name === 'tracked-changes',
  breaks: (name) => OPEN_DOCUMENT_BREAKS.has(name),
};
const OPEN_DOCUMENT_BREAKS = new Set(['p', 'h', 'tab', 's', 'line-break', 'table-cell', 'note', 'annotation']);

const OFFICE_PROPERTIES: Pattern = [/^docProps\/core\.xml$/, PROPERTIES];

/** By a part that only documents of a kind have. */
const KINDS: readonly (readonly [mark: RegExp, patterns: readonly Pattern[]])[] = [
  [
    /^word\/document\d*\.xml$/,
    [OFFICE_PROPERTIES, [/^word\/(?:document|footnotes|endnotes|comments|header|footer)\d*\.xml$/, WORD]],
  ],
  [
    /^xl\/workbook\.xml$/,
    [
      OFFICE_PROPERTIES,
      [/^xl\/workbook\.xml$/, SHEET_NAMES],
      [/^xl\/sharedStrings\.xml$/i, SHEET],
      [/^xl\/(?:worksheets\/sheet|comments|comments\/comment)\d*\.xml$/, SHEET],
    ],
  ],
  [
    /^ppt\/presentation\.xml$/,
    [OFFICE_PROPERTIES, [/^ppt\/slides\/slide\d+\.xml$/, WORD], [/^ppt\/(?:notesSlides|comments)\/\w+\.xml$/, WORD]],
  ],
  [
    /^META-INF\/container\.xml$/,
    [
      [/\.opf$/i, PROPERTIES],
      [/\.(?:xhtml|html?)$/i, HTML_RULES],
    ],
  ],
  [
    /^content\.xml$/,
    [
      [/^meta\.xml$/, PROPERTIES],
      [/^content\.xml$/, OPEN_DOCUMENT],
    ],
  ],
];

/** The parts of a document that have its text, in the order in which they are to be read; undefined when the archive is no document. */
export function documentParts(names: readonly string[]): readonly DocumentPart[] | undefined {
  const patterns = KINDS.find(([mark]) => names.some((name) => mark.test(name)))?.[1];
  return patterns?.flatMap(([pattern, rules]) =>
    names
      .filter((name) => pattern.test(name))
      .toSorted((left, right) => left.localeCompare(right, 'en', { numeric: true }))
      .map((name) => ({ name, rules })),
  );
}
