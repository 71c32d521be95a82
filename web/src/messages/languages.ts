export type Language = 'en' | 'de' | 'es';

/** Each under the name that its speakers give it. */
export const LANGUAGES = { en: 'English', de: 'Deutsch', es: 'Español' } as const satisfies Record<Language, string>;

/** The first of the wanted languages that there is a catalogue of, such as `de` for `de-CH`; English where there is none. */
export function chooseLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-', 1)[0];
    if (language === 'en' || language === 'de' || language === 'es') return language;
  }
  return 'en';
}

/** A language with the region of the browser, by which dates and numbers are written: `en-GB` where that is among the wanted ones. */
export function withRegion(language: Language, wanted: readonly string[]): string {
  return wanted.find((tag) => chooseLanguage([tag]) === language && tag.startsWith(language)) ?? language;
}
