import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { shownName } from '../ui/shown-name.ts';
import { english } from './english.ts';
import { chooseLanguage, type Language } from './languages.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    readonly defaultNS: 'translation';
    readonly keySeparator: false;
    readonly nsSeparator: false;
    readonly resources: { readonly translation: typeof english };
  }
}

/** A text that the catalogues have. */
export type MessageKey = keyof typeof english;

/** Makes the texts ready in the language that the person has chosen, or else that of the browser. Other languages than English are loaded when they are wanted. */
export async function startMessages(chosen: Language | undefined): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    keySeparator: false,
    nsSeparator: false,
    resources: { en: { translation: english } },
    // React escapes what it draws; values are mostly names.
    interpolation: { escape: shownName },
  });
  await showLanguage(chosen ?? chooseLanguage(navigator.languages));
}

export async function showLanguage(language: Language): Promise<void> {
  const catalogue = await load(language);
  i18next.addResourceBundle(language, 'translation', catalogue);
  // With the region that the browser has, by which dates and numbers are written.
  const tag = navigator.languages.find(
    (wanted) => chooseLanguage([wanted]) === language && wanted.startsWith(language),
  );
  await i18next.changeLanguage(tag ?? language);
  document.documentElement.lang = language;
}

async function load(language: Language): Promise<object> {
  switch (language) {
    case 'en':
      return english;
    case 'de':
      return (await import('./german.ts')).german;
    case 'es':
      return (await import('./spanish.ts')).spanish;
  }
}
