import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { chooseLanguage, LANGUAGES, withRegion } from './languages.ts';

type Catalogue = Readonly<Record<string, string>>;
const folder = (language: string) => fileURLToPath(new URL(language, import.meta.url));
const files = readdirSync(folder('en'));
const catalogue = (language: string, file: string) =>
  JSON.parse(readFileSync(`${folder(language)}/${file}`, 'utf8')) as Catalogue;
const placeholders = (text: string) =>
  [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => String(name)).toSorted((a, b) => a.localeCompare(b));

describe.each(Object.keys(LANGUAGES))('the catalogue %s', (language) => {
  test('has the files of the English one', () => {
    expect(readdirSync(folder(language)).toSorted()).toEqual(files.toSorted());
  });

  test.each(files)('%s has the keys and the placeholders of the English one, and no empty text', (file) => {
    const english = catalogue('en', file);
    const own = catalogue(language, file);
    expect(Object.keys(own)).toEqual(Object.keys(english));
    for (const [key, text] of Object.entries(own)) {
      expect(text.trim()).not.toBe('');
      expect([key, placeholders(text)]).toEqual([key, placeholders(english[key] ?? '')]);
    }
  });

  test.each(files)('%s names its keys after itself', (file) => {
    const feature = file.replace('.json', '.');
    expect(Object.keys(catalogue(language, file)).filter((key) => !key.startsWith(feature))).toEqual([]);
  });
});

test.each([
  [['de-CH', 'en'], 'de'],
  [['fr', 'es-419'], 'es'],
  [['fr'], 'en'],
  [[], 'en'],
])('who wants %j reads %s', (wanted, language) => {
  expect(chooseLanguage(wanted)).toBe(language);
});

test.each([
  ['en', ['en-GB', 'de'], 'en-GB'],
  ['de', ['fr', 'de-CH', 'de'], 'de-CH'],
  ['es', ['de-DE'], 'es'],
  ['en', ['fr-FR'], 'en'],
] as const)('dates of who reads %s and wants %j are written as in %s', (language, wanted, locale) => {
  expect(withRegion(language, wanted)).toBe(locale);
});
