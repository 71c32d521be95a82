import { createContext, useContext } from 'react';
import type { Texts } from '../../messages/translate.ts';

/** The texts of a list for all of its entries: thousands of them are drawn in a second, and each would watch the catalogue by itself. */
export const ListTextsContext = createContext<Texts | undefined>(undefined);

/** Precondition: inside of an `EntryList`. */
export function useListTexts(): Texts {
  const texts = useContext(ListTextsContext);
  if (texts === undefined) throw new Error('the list gives the texts');
  return texts;
}
