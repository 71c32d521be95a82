import { TABLE_COLUMNS_MAX, TABLE_ROWS_MAX } from './limits.ts';

/**
 * Rows of a text with separated values, at most TABLE_ROWS_MAX of them with TABLE_COLUMNS_MAX cells. A quoted cell may hold separators, line
 * breaks, and quotes that are doubled. Source: RFC 4180.
 */
export function parseTable(text: string, separator: string): readonly (readonly string[])[] {
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let isQuoted = false;
  /** Also a quoted cell with nothing in it is one. */
  let wasQuoted = false;
  const endCell = (): void => {
    if (row.length < TABLE_COLUMNS_MAX) row.push(cell);
    cell = '';
    wasQuoted = false;
  };
  for (let index = 0; index < text.length && rows.length < TABLE_ROWS_MAX; index++) {
    const character = text.charAt(index);
    if (isQuoted) {
      const isDoubled = character === '"' && text.charAt(index + 1) === '"';
      if (character !== '"') cell += character;
      else if (isDoubled) {
        cell += '"';
        index += 1;
      } else isQuoted = false;
    } else if (character === '"' && cell === '' && !wasQuoted) {
      isQuoted = true;
      wasQuoted = true;
    } else if (character === separator) endCell();
    else if (character === '\n') {
      endCell();
      rows.push(row);
      row = [];
    } else if (character !== '\r') cell += character;
  }
  if (rows.length < TABLE_ROWS_MAX && (cell !== '' || wasQuoted || row.length > 0)) {
    endCell();
    rows.push(row);
  }
  return rows;
}

/** The separator that stands most often in the first line: a comma, a semicolon or a tab. */
export function separatorOf(text: string): string {
  const [line = ''] = text.split('\n', 1);
  const count = (separator: string): number => line.split(separator).length;
  return [',', ';', '\t'].toSorted((a, b) => count(b) - count(a))[0] ?? ',';
}
