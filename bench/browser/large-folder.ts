import type { BrowserContext } from 'playwright-core';

const PAGE_ENTRIES = 1000;

/**
 * Answers the listing of a folder inside of the pages of a profile, in the service's stead: only the list is measured, and the page parses
 * what the service would say.
 */
export async function answerLargeFolder(profile: BrowserContext, entries: number): Promise<void> {
  // Text, because it runs in the page.
  await profile.addInitScript(`{
    const ask = globalThis.fetch;
    const id = (index) => String(index + 1).padStart(26, '0');
    globalThis.fetch = (input, init) => {
      const url = new URL(input instanceof Request ? input.url : input, location.href);
      if (!url.pathname.endsWith('/children')) return ask(input, init);
      const namespaceId = url.searchParams.get('namespaceId');
      const from = Number(url.searchParams.get('page') ?? 0);
      const length = Math.min(${PAGE_ENTRIES}, ${entries} - from);
      const nodes = Array.from({ length }, (_, offset) => ({
        namespaceId,
        nodeId: id(from + offset),
        parentId: namespaceId,
        name: 'file ' + (from + offset) + '.txt',
        kind: 'file',
        rev: 1,
        contentRev: 1,
        placeRev: 1,
        size: from + offset,
        modifiedAt: '2026-01-01T00:00:00.000Z',
      }));
      const next = from + length;
      return Promise.resolve(Response.json({ nodes, ...(next < ${entries} ? { nextPage: String(next) } : {}) }));
    };
  }`);
}
