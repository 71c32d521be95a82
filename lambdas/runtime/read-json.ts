import { JSON_DEPTH_MAX } from '@syncline/protocol';
import { JSON_VALUES_MAX } from './limits.ts';

export type ReadJsonOutcome =
  | { readonly kind: 'read'; readonly value: unknown }
  | { readonly kind: 'malformed' }
  | { readonly kind: 'too-deep' }
  | { readonly kind: 'too-many-values' };

/**
 * Parses JSON whose shape is bounded before it is built: nested at most JSON_DEPTH_MAX deep, with at most JSON_VALUES_MAX
 * members and elements. Cost: one pass over the text beside the parser's own.
 */
export function readJson(text: string): ReadJsonOutcome {
  const shape = measureShape(text);
  if (shape !== 'fits') return { kind: shape };
  try {
    return { kind: 'read', value: JSON.parse(text) };
  } catch {
    // The parser's message quotes the text, which is the caller's content.
    return { kind: 'malformed' };
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPENING_BRACKET = 0x5b;
const CLOSING_BRACKET = 0x5d;
const OPENING_BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;

/** Every member or element is announced by a comma or by the bracket before the first one. */
function measureShape(text: string): 'fits' | 'too-deep' | 'too-many-values' {
  let depth = 0;
  let values = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === QUOTE) {
      index = endOfString(text, index);
    } else if (unit === COMMA) {
      values++;
    } else if (unit === OPENING_BRACE || unit === OPENING_BRACKET) {
      values++;
      depth++;
      if (depth > JSON_DEPTH_MAX) return 'too-deep';
    } else if (unit === CLOSING_BRACE || unit === CLOSING_BRACKET) {
      depth--;
    }
    if (values > JSON_VALUES_MAX) return 'too-many-values';
  }
  return 'fits';
}

function endOfString(text: string, start: number): number {
  let index = start + 1;
  while (index < text.length && text.charCodeAt(index) !== QUOTE) {
    index += text.charCodeAt(index) === BACKSLASH ? 2 : 1;
  }
  return index;
}
