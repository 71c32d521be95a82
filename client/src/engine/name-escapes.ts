import type { DiskNameRules } from './disk-name-rules.ts';

/** Stands before what is not to be read as it is written. U+201B, which nobody types, every disk holds and none folds. */
export const MARK = '\u201b';

/** From a character of ASCII to its wide form, such as from `?` to `？`. */
const WIDE = 0xfee0;
/** Neither can be a name, and no mark makes them one: they are left alone with the marks after them. */
const DOTS = /^\.{1,2}\u201b*$/;
const DEVICE = /^\u201b*(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3]) *(?:\.|$)/i;

export interface NameEscapes {
  /** One to one, from all texts to those that the disk can hold but for their length. */
  escape(text: string): string;
  /** The reverse of `escape`, defined for everything that the disk can hold. */
  unescape(text: string): string;
}

/**
 * Escapes for what a disk refuses. Each is one to one in itself, so that they are in a row:
 *
 * - k marks and a refused character are 2k + 1 marks and its wide form; k marks and a wide form are 2k marks and the wide form.
 * - A dot or space at the end, with the marks after it, gets one mark more at the end.
 * - The name of a device, with the marks before it, gets one mark more at the beginning.
 *
 * Everything else is itself: a mark somewhere else, and a wide form that no mark precedes.
 */
export function nameEscapes(rules: DiskNameRules): NameEscapes {
  const characters = characterEscapes(rules.refusedCharacters);
  return {
    escape(text) {
      const written = characters.escape(text);
      const ended = rules.refusesEnds && /[. ]\u201b*$/.test(written) && !DOTS.test(written) ? written + MARK : written;
      return rules.refusesDeviceNames && DEVICE.test(ended) ? MARK + ended : ended;
    },
    unescape(text) {
      const begun = rules.refusesDeviceNames && text.startsWith(MARK) && DEVICE.test(text) ? text.slice(1) : text;
      const isEnded = rules.refusesEnds && /[. ]\u201b+$/.test(begun) && !DOTS.test(begun);
      return characters.unescape(isEnded ? begun.slice(0, -1) : begun);
    },
  };
}

function characterEscapes(refused: string): NameEscapes {
  if (refused === '') return { escape: (text) => text, unescape: (text) => text };
  const wide = refused.replaceAll(/./g, widened);
  const written = new RegExp(`(\\u201b*)([${refused.replaceAll('\\', '\\\\')}${wide}])`, 'g');
  const read = new RegExp(`(\\u201b*)([${wide}])`, 'g');
  return {
    escape: (text) =>
      text.replace(written, (_, marks: string, character: string) =>
        refused.includes(character) ? marks + marks + MARK + widened(character) : marks + marks + character,
      ),
    unescape: (text) =>
      text.replace(read, (_, marks: string, character: string) => {
        const kept = marks.slice(0, marks.length >> 1);
        return kept + (marks.length % 2 === 0 ? character : narrowed(character));
      }),
  };
}

function widened(character: string): string {
  return String.fromCharCode(character.charCodeAt(0) + WIDE);
}

function narrowed(character: string): string {
  return String.fromCharCode(character.charCodeAt(0) - WIDE);
}
