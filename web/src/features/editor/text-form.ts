/** What a field does not show of a text, and what is put back when it is saved. */
export interface TextForm {
  readonly hasByteOrderMark: boolean;
  readonly lineEnd: '\n' | '\r\n' | '\r';
}

export interface EditableText {
  readonly text: string;
  readonly form: TextForm;
}

/** The text of a file, with line ends of one character; undefined where writing it back would change what nobody has touched. */
export function readText(bytes: Uint8Array): EditableText | undefined {
  const whole = decoded(bytes);
  if (whole === undefined || whole.includes('\0')) return undefined;
  const hasByteOrderMark = whole.startsWith('\uFEFF');
  const text = hasByteOrderMark ? whole.slice(1) : whole;
  const ends = new Set(text.match(/\r\n|\r|\n/g));
  if (ends.size > 1) return undefined;
  const [lineEnd = '\n'] = ends;
  return {
    text: text.replaceAll(lineEnd, '\n'),
    form: { hasByteOrderMark, lineEnd: lineEnd as TextForm['lineEnd'] },
  };
}

/** The bytes of a text, in the form in which it was read. */
export function writeText({ text, form }: EditableText): Uint8Array {
  const whole = (form.hasByteOrderMark ? '\uFEFF' : '') + text.replaceAll('\n', form.lineEnd);
  return new TextEncoder().encode(whole);
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // No UTF-8: what would be shown could not be written back.
    return undefined;
  }
}
