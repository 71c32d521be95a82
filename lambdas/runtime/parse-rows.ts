import type { AttributeValue, Item } from './dynamodb-api.ts';

/**
 * What `JSON.parse` makes of an answer of DynamoDB, in less time where there are many rows: the engine looks up their names again in each of them.
 * Precondition: the text is JSON.
 *
 * It reads rows as DynamoDB writes them, of texts, numbers, bytes, truths and maps. An answer with anything else in it (escapes, spaces, lists, sets) is
 * read by `JSON.parse`. Texts of the rows are parts of the whole one, which lives as long as any of them.
 *
 * Source: docs/decisions/0187-rows-of-a-delta-have-a-reader.md
 */
export function parseRows(text: string): unknown {
  const begin = BEGIN.exec(text)?.[0].length;
  if (begin === undefined || text.includes('\\')) return JSON.parse(text) as unknown;
  const reader = new RowReader(text, begin);
  const rows = reader.rows();
  if (rows === undefined) return JSON.parse(text) as unknown;
  const answer = JSON.parse(text.slice(0, begin) + text.slice(reader.at)) as { Items: unknown };
  answer.Items = rows;
  return answer;
}

/**
 * Reads the answers of one client: by `parseRows`, but the first rows by the engine. Code that has not run yet is slower than that, and whoever is the
 * first to ask a process waits long enough.
 */
export function rowParser(): (text: string) => unknown {
  let hasReadRows = false;
  return (text) => {
    const isLeftToTheEngine = !hasReadRows;
    hasReadRows ||= BEGIN.test(text);
    return isLeftToTheEngine ? (JSON.parse(text) as unknown) : parseRows(text);
  };
}

const BEGIN = /^\{(?:"Count":\d+,)?"Items":\[/;
const QUOTE = 0x22;
const COMMA = 0x2c;
const LETTER_B = 0x42;
const LETTER_N = 0x4e;
const LETTER_S = 0x53;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** Reads on from one place in the text. What it answers undefined for is written in another way, and the place is then of no use. */
class RowReader {
  readonly #text: string;
  #at: number;

  constructor(text: string, at: number) {
    this.#text = text;
    this.#at = at;
  }

  get at(): number {
    return this.#at;
  }

  /** All that follow one another. */
  rows(): readonly Item[] | undefined {
    const rows: Item[] = [];
    // Most rows have the names of the one before, in the same order.
    const names: string[] = [];
    for (;;) {
      const row = this.#row(names);
      if (row === undefined) return undefined;
      rows.push(row);
      if (this.#text.charCodeAt(this.#at) !== COMMA) return rows;
      this.#at += 1;
    }
  }

  #row(names: string[]): Item | undefined {
    if (this.#text.charCodeAt(this.#at) !== OPENING_BRACE) return undefined;
    const row: Record<string, AttributeValue> = {};
    for (let index = 0; ; index++) {
      this.#at += 1;
      const name = this.#name(names, index);
      const value = name === undefined ? undefined : this.#value();
      if (name === undefined || value === undefined) return undefined;
      row[name] = value;
      const next = this.#text.charCodeAt(this.#at);
      if (next === COMMA) continue;
      this.#at += 1;
      return next === CLOSING_BRACE ? row : undefined;
    }
  }

  #name(names: string[], index: number): string | undefined {
    const text = this.#text;
    if (text.charCodeAt(this.#at) !== QUOTE) return undefined;
    const start = this.#at + 1;
    let name = names[index];
    if (name === undefined || !text.startsWith(name, start) || text.charCodeAt(start + name.length) !== QUOTE) {
      name = text.slice(start, text.indexOf('"', start));
      names[index] = name;
    }
    this.#at = start + name.length + '":'.length;
    // An assignment to this one name would make no member.
    return name === '__proto__' ? undefined : name;
  }

  #value(): AttributeValue | undefined {
    const text = this.#text;
    const start = this.#at;
    if (text.startsWith('":"', start + '{"S'.length)) return this.#textValue(start);
    if (text.startsWith('{"M":', start)) {
      this.#at = start + '{"M":'.length;
      const M = this.#row([]);
      return M === undefined ? undefined : this.#ended({ M });
    }
    for (const BOOL of [true, false]) {
      if (!text.startsWith(`{"BOOL":${BOOL}`, start)) continue;
      this.#at = start + `{"BOOL":${BOOL}`.length;
      return this.#ended({ BOOL });
    }
    return undefined;
  }

  #textValue(start: number): AttributeValue | undefined {
    const text = this.#text;
    const first = start + '{"S":"'.length;
    const end = text.indexOf('"', first);
    const value = text.slice(first, end);
    this.#at = end + 1;
    switch (text.charCodeAt(start + '{"'.length)) {
      case LETTER_S:
        return this.#ended({ S: value });
      case LETTER_N:
        return this.#ended({ N: value });
      case LETTER_B:
        return this.#ended({ B: value });
      default:
        return undefined;
    }
  }

  /** The object around a value has nothing else in it. */
  #ended(value: AttributeValue): AttributeValue | undefined {
    if (this.#text.charCodeAt(this.#at) !== CLOSING_BRACE) return undefined;
    this.#at += 1;
    return value;
  }
}
