import type { Language } from '../../messages/languages.ts';
import type { PreviewText, PreviewTexts } from '../preview/preview-texts.ts';
import { fillIn } from './link-texts.ts';

/** What previews say, in a language: a catalogue that is loaded with the first preview. */
export async function readPreviewTexts(language: Language): Promise<PreviewTexts> {
  const catalogue = await load(language);
  return { language, say: (text, values = {}) => fillIn(catalogue[text], values) };
}

async function load(language: Language): Promise<Readonly<Record<PreviewText, string>>> {
  switch (language) {
    case 'en':
      return (await import('../../messages/en/preview.json', { with: { type: 'json' } })).default;
    case 'de':
      return (await import('../../messages/de/preview.json', { with: { type: 'json' } })).default;
    case 'es':
      return (await import('../../messages/es/preview.json', { with: { type: 'json' } })).default;
  }
}
