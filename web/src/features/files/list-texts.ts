import type { i18n } from 'i18next';
import { createContext, useContext } from 'react';
import type { useTranslation } from 'react-i18next';

export interface ListTexts {
  readonly t: ReturnType<typeof useTranslation>['t'];
  readonly i18n: Pick<i18n, 'language'>;
}

/** The texts of a list for all of its entries: thousands of them are drawn in a second, and each would watch the catalogue by itself. */
export const ListTextsContext = createContext<ListTexts | undefined>(undefined);

/** Precondition: inside of an `EntryList`. */
export function useListTexts(): ListTexts {
  const texts = useContext(ListTextsContext);
  if (texts === undefined) throw new Error('the list gives the texts');
  return texts;
}
