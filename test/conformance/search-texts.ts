import { describe, expect, test } from '@jest/globals';
import { ContentHash } from '@syncline/protocol';
import type { IndexedNode } from '../../lambdas/search/search-index.ts';
import { HASH, indexDocuments, type TestedIndex } from './search-fixture.ts';

/** What every index of nodes does with the texts of contents. */
export function describeSearchTexts(subject: () => TestedIndex): void {
  const indexed = (paths: Parameters<typeof indexDocuments>[1]) => indexDocuments(subject(), paths);

  describe('texts', () => {
    test('the texts of nodes are told as they were put, and how long they are', async () => {
      const read = { contentHash: HASH, text: 'some wörds' };
      const unread = { contentHash: HASH, unread: 'it is encrypted' };
      const { documents } = await indexed([
        { path: '/a.txt', contentHash: HASH, text: read },
        { path: '/b.pdf', contentHash: HASH, text: unread },
        { path: '/c.bin', contentHash: HASH },
      ]);
      const texts = await subject().index.getTexts(documents);
      expect(documents.map(({ nodeId }) => texts.get(nodeId))).toEqual([read, unread, undefined]);
      const described = await subject().index.describeTexts(documents);
      expect(documents.map(({ nodeId }) => described.get(nodeId))).toEqual([
        { contentHash: HASH, bytes: 11 },
        { contentHash: HASH, bytes: 0 },
        undefined,
      ]);
    });

    test('files whose content has neither a text nor a reason are listed by pages, one namespace after the other, and nothing else is', async () => {
      const text = { contentHash: HASH, text: '' };
      const { documents } = await indexed([
        { path: '/read.txt', contentHash: HASH, text },
        { path: '/unread.pdf', contentHash: HASH, text: { contentHash: HASH, unread: 'damaged' } },
        { path: '/empty.bin', contentHash: HASH, size: 0 },
        { path: '/folder', kind: 'folder', size: 0 },
      ]);
      const files = Array.from({ length: 5 }, (_, index) => ({
        path: `/${index}.bin`,
        contentHash: HASH,
        isTrashed: index === 0,
      }));
      const waiting = [...(await indexed(files)).documents, ...(await indexed(files)).documents];
      const listed: IndexedNode[] = [];
      let after: IndexedNode | undefined;
      for (;;) {
        const page = await subject().index.listUnread({ limit: 2, ...(after === undefined ? {} : { after }) });
        listed.push(...page);
        after = page.at(-1);
        if (page.length < 2) break;
      }
      const places = listed.map(({ namespaceId, nodeId }) => `${namespaceId} ${nodeId}`);
      expect(places).toEqual([...new Set(places)].toSorted());
      const isListed = ({ nodeId }: IndexedNode) => listed.some((one) => one.nodeId === nodeId);
      expect(documents.filter(isListed)).toEqual([]);
      expect(waiting.filter((document) => !isListed(document))).toEqual([]);
    });

    test('the text of a content is found with another node of the namespace, and in no other one', async () => {
      const contentHash = ContentHash.parse('cd'.repeat(32));
      const text = { contentHash, text: 'read once' };
      const mine = await indexed([{ path: '/a.txt', contentHash, text }]);
      const theirs = await indexed([{ path: '/b.txt', contentHash }]);
      expect(await subject().index.findText({ namespaceId: mine.namespaceId, contentHash })).toEqual(text);
      expect(await subject().index.findText({ namespaceId: theirs.namespaceId, contentHash })).toBeUndefined();
      expect(await subject().index.findText({ namespaceId: mine.namespaceId, contentHash: HASH })).toBeUndefined();
    });

    test('texts of any length are applied together', async () => {
      const text = { contentHash: HASH, text: '"long" text '.repeat(80_000) };
      const { find } = await indexed(
        Array.from({ length: 6 }, (_, index) => ({ path: `/${index}.txt`, contentHash: HASH, text })),
      );
      expect((await find('"long text"')).total).toBe(6);
    });
  });
}
