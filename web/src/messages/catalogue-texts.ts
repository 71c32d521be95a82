import { shownName } from '../ui/shown-name.ts';

type Catalogue = Readonly<Record<string, string>>;
/** What two texts have in common that are for one and for more: `files.count` of `files.count_one` and `files.count_other`. */
type CountedKey<C extends Catalogue> = keyof C extends infer K ? (K extends `${infer Base}_one` ? Base : never) : never;

/** A text that a catalogue has; one that counts by what its forms have in common. */
export type TextKey<C extends Catalogue> =
  | Exclude<Extract<keyof C, string>, `${CountedKey<C>}_${'one' | 'other'}`>
  | CountedKey<C>;

export type TextValues = Readonly<Record<string, string | number>>;

/** Says a text with values in its places. What is not seen in a value, such as a name, stands there as its number. */
export type Say<C extends Catalogue> = <K extends TextKey<C>>(
  key: K,
  ...values: K extends CountedKey<C> ? [values: TextValues & { readonly count: number }] : [values?: TextValues]
) => string;

/** The texts of a catalogue. Which form belongs to a count is the language's; a catalogue has two of them, and `other` is for all the rest. */
export function sayFrom<C extends Catalogue>(language: string, catalogue: C): Say<C> {
  const rules = new Intl.PluralRules(language);
  const texts: Catalogue = catalogue;
  return (key, values: TextValues = {}) => {
    const text = texts[key] ?? texts[`${key}_${rules.select(Number(values['count']))}`] ?? texts[`${key}_other`];
    return fillIn(text ?? key, values);
  };
}

function fillIn(text: string, values: TextValues): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => isolated(shownName(String(values[name] ?? ''))));
}

/** Letters that are written from the right. */
const FROM_THE_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Keeps a value with such letters from turning the numbers and signs around it. */
function isolated(value: string): string {
  return FROM_THE_RIGHT.test(value) ? `\u2068${value}\u2069` : value;
}
