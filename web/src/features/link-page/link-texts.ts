import { createContext, useContext } from 'react';
import { type Say, sayFrom } from '../../messages/catalogue-texts.ts';
import english from '../../messages/en/link.json' with { type: 'json' };
import { type Language, withRegion } from '../../messages/languages.ts';

/** What the page says: this one catalogue, of which nothing is loaded but what is shown. */
export interface LinkTexts {
  readonly language: Language;
  /** By which dates and numbers are written. */
  readonly locale: string;
  readonly say: Say<typeof english>;
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

function textsOf(language: Language, catalogue: typeof english): LinkTexts {
  return { language, locale: withRegion(language, navigator.languages), say: sayFrom(language, catalogue) };
}
