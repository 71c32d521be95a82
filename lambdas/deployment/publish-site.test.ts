import { expect, test } from '@jest/globals';
import { publishSite } from './publish-site.ts';
import type { SiteFile } from './site-store.ts';

const fileAt = (path: string): SiteFile => ({ path, contentType: 'text/plain', cacheControl: 'no-cache' });

test('every file is put with its bytes, and no page before all that it may name', async () => {
  const begun: string[] = [];
  const done: string[] = [];
  const store = {
    put: async ({ path }: SiteFile, bytes: Uint8Array) => {
      begun.push(path);
      if (path.endsWith('.html')) expect(done).toEqual(expect.arrayContaining(['/assets/a.js', '/favicon.svg']));
      expect(Buffer.from(bytes).toString()).toBe(`bytes of ${path}`);
      done.push(path);
    },
  };
  const read = async ({ path }: SiteFile) => {
    // The slowest is first in the list.
    if (path === '/assets/a.js') await new Promise((resolve) => setImmediate(resolve));
    return Buffer.from(`bytes of ${path}`);
  };
  await publishSite({ store, read }, ['/index.html', '/assets/a.js', '/link.html', '/favicon.svg'].map(fileAt));
  expect(done.toSorted()).toEqual(['/assets/a.js', '/favicon.svg', '/index.html', '/link.html']);
  expect(begun.slice(2).toSorted()).toEqual(['/index.html', '/link.html']);
});

test('a file that cannot be put fails the whole, and no page is put then', async () => {
  const put: string[] = [];
  const store = {
    put: async ({ path }: SiteFile) => {
      if (path === '/assets/a.js') throw new Error('refused');
      put.push(path);
    },
  };
  const read = async () => new Uint8Array();
  await expect(publishSite({ store, read }, ['/assets/a.js', '/index.html'].map(fileAt))).rejects.toThrow('refused');
  expect(put).toEqual([]);
});
