import { createContext, useContext } from 'react';
import type { Say } from '../../messages/catalogue-texts.ts';
import type english from '../../messages/en/preview.json';

export type PreviewCatalogue = typeof english;

/** What a preview says. It is shown by the app, and by the page of a link, which has other catalogues. */
export interface PreviewTexts {
  readonly language: string;
  readonly say: Say<PreviewCatalogue>;
}

export const PreviewTextsContext = createContext<PreviewTexts | undefined>(undefined);

export function usePreviewTexts(): PreviewTexts {
  const texts = useContext(PreviewTextsContext);
  if (texts === undefined) throw new Error('who shows a preview gives its texts');
  return texts;
}
