import { useSyncExternalStore } from 'react';
import { watchedValue } from '../session/watched-value.ts';
import { sayFrom, type TextKey } from './catalogue-texts.ts';
import { english, type Translate } from './english.ts';
import { chooseLanguage, type Language, withRegion } from './languages.ts';

/** A text that the catalogues have. */
export type MessageKey = TextKey<typeof english>;

export interface Texts {
  readonly t: Translate;
  /** With the region that the browser has, by which dates and numbers are written. */
  readonly language: string;
}

const texts = watchedValue<Texts>({ t: sayFrom('en', english), language: 'en' });

/** The texts in the language that is shown, drawn anew when another one is chosen. */
export function useTranslation(): Texts {
  return useSyncExternalStore(texts.subscribe, texts.get);
}

/** Makes the texts ready in the language that the person has chosen, or else that of the browser. Other languages than English are loaded when they are wanted. */
export function startMessages(chosen: Language | undefined): Promise<void> {
  return showLanguage(chosen ?? chooseLanguage(navigator.languages));
}

export async function showLanguage(language: Language): Promise<void> {
  const catalogue = await load(language);
  document.documentElement.lang = language;
  texts.set({ t: sayFrom(language, catalogue), language: withRegion(language, navigator.languages) });
}

async function load(language: Language): Promise<typeof english> {
  switch (language) {
    case 'en':
      return english;
    case 'de':
      return (await import('./german.ts')).german;
    case 'es':
      return (await import('./spanish.ts')).spanish;
  }
}
