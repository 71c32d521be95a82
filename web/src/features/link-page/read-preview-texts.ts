import { sayFrom } from '../../messages/catalogue-texts.ts';
import type { Language } from '../../messages/languages.ts';
import type { PreviewCatalogue, PreviewTexts } from '../preview/preview-texts.ts';

/** What previews say, in a language: a catalogue that is loaded with the first preview. */
export async function readPreviewTexts(language: Language): Promise<PreviewTexts> {
  return { language, say: sayFrom(language, await load(language)) };
}

async function load(language: Language): Promise<PreviewCatalogue> {
  switch (language) {
    case 'en':
      return (await import('../../messages/en/preview.json', { with: { type: 'json' } })).default;
    case 'de':
      return (await import('../../messages/de/preview.json', { with: { type: 'json' } })).default;
    case 'es':
      return (await import('../../messages/es/preview.json', { with: { type: 'json' } })).default;
  }
}
