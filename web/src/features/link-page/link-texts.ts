import { createContext, useContext } from 'react';
import english from '../../messages/en/link.json' with { type: 'json' };
import type { Language } from '../../messages/languages.ts';
import { shownName } from '../../ui/shown-name.ts';

type LinkText = keyof typeof english;

/** What the page says: this one catalogue, of which nothing is loaded but what is shown. */
export interface LinkTexts {
  readonly language: Language;
  readonly say: (text: LinkText, values?: Readonly<Record<string, string>>) => string;
}

export const LinkTextsContext = createContext<LinkTexts>(textsOf('en', english));

export function useLinkTexts(): LinkTexts {
  return useContext(LinkTextsContext);
}

export async function readLinkTexts(language: Language): Promise<LinkTexts> {
  switch (language) {
    case 'en':
      return textsOf(language, english);
    case 'de':
      return textsOf(language, (await import('../../messages/de/link.json', { with: { type: 'json' } })).default);
    case 'es':
      return textsOf(language, (await import('../../messages/es/link.json', { with: { type: 'json' } })).default);
  }
}

function textsOf(language: Language, catalogue: Readonly<Record<LinkText, string>>): LinkTexts {
  return {
    language,
    say: (text, values = {}) => fillIn(catalogue[text], values),
  };
}

/** A text of a catalogue with values in its places. */
export function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => shownName(values[name] ?? ''));
}
