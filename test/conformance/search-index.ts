import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { NodeId } from '@syncline/protocol';
import type { IndexQuery } from '../../lambdas/search/search-index.ts';
import { documentAt, HASH, indexDocuments, newId, type TestedIndex } from './search-fixture.ts';
import { describeSearchTexts } from './search-texts.ts';

/** Names that are one letter or two from each other. */
const SIMILAR = 500;

/** What every index of nodes does. */
export function describeSearchIndex(open: () => Promise<TestedIndex>, { hasVersions = true } = {}): void {
  let tested: TestedIndex;
  beforeAll(async () => {
    tested = await open();
  });
  afterAll(() => tested.close());

  const indexed = (paths: Parameters<typeof indexDocuments>[1]) => indexDocuments(tested, paths);

  let made: ReturnType<typeof indexed> | undefined;
  const similar = () =>
    (made ??= indexed(
      Array.from({ length: SIMILAR }, (_, index) => {
        const letters = [index % 26, Math.floor(index / 26)].map((at) => String.fromCharCode(97 + at));
        return `/harbor${letters.join('')} h${letters.join('')}.txt`;
      }),
    ));

  describe('words', () => {
    test('a file is found by any word of its name, whatever the case, accent and separator', async () => {
      const { paths } = await indexed(['/Résumé_2026-finalDraft.PDF', '/other.txt']);
      for (const q of ['resume ', 'RÉSUMÉ ', '2026 ', 'final ', 'finaldraft ', 'draft pdf ']) {
        expect([q, await paths(q)]).toEqual([q, ['/Résumé_2026-finalDraft.PDF']]);
      }
      expect(await paths('summary ')).toEqual([]);
    });

    test('the last word finds while it is typed, and not when a space ends it', async () => {
      const { paths } = await indexed(['/quarterly report.doc', '/quarry.jpg']);
      expect(await paths('quar')).toEqual(['/quarry.jpg', '/quarterly report.doc']);
      expect(await paths('quarterly rep')).toEqual(['/quarterly report.doc']);
      expect(await paths('quar ')).toEqual([]);
    });

    test('all words are found, in name, path or content, each where it stands', async () => {
      const text = { contentHash: HASH, text: 'The invoice of the harbour was paid.' };
      const { paths } = await indexed([
        { path: '/Projects/Lisbon/plan.md', contentHash: HASH, text },
        '/Projects/Lisbon/notes.md',
      ]);
      expect(await paths('lisbon plan harbour ')).toEqual(['/Projects/Lisbon/plan.md']);
      expect(await paths('lisbon ')).toHaveLength(2);
      expect(await paths('lisbon madrid ')).toEqual([]);
    });

    test('a phrase stands together, and what has a minus is not there', async () => {
      const text = { contentHash: HASH, text: 'red apples and green pears' };
      const { paths } = await indexed([
        { path: '/a.txt', contentHash: HASH, text },
        '/green red.txt',
        '/red green.txt',
      ]);
      expect(await paths('"green pears"')).toEqual(['/a.txt']);
      expect(await paths('"red green"')).toEqual(['/red green.txt']);
      expect(await paths('red -green ')).toEqual([]);
      expect(await paths('red -"green red"')).toEqual(['/a.txt', '/red green.txt']);
    });

    test('scripts without spaces are found by their characters', async () => {
      const { paths } = await indexed(['/東京の写真.jpg', '/מסמך חשוב.docx', '/Договор аренды.pdf']);
      expect(await paths('東京 ')).toEqual(['/東京の写真.jpg']);
      expect(await paths('写真')).toEqual(['/東京の写真.jpg']);
      expect(await paths('חשוב ')).toEqual(['/מסמך חשוב.docx']);
      expect(await paths('договор')).toEqual(['/Договор аренды.pdf']);
    });

    test.each(['*', '?:/\\', '"', '-', 'name:* OR 1=1', '{"match_all":{}}', '(a AND', '~2^9', '\u0000', '"-"-'])(
      'signs of query languages are no more than spaces: %j',
      async (q) => {
        const { find } = await indexed(['/kept.txt', { path: '/gone.txt', isTrashed: true }]);
        const { hits } = await find(q);
        for (const { path } of hits) expect(path).toBe('/kept.txt');
      },
    );
  });

  describe('hostile queries', () => {
    test.each([
      [
        'many misspelt words',
        Array.from({ length: 16 }, (_, index) => `harbor${String.fromCharCode(97 + index)}`).join(' '),
      ],
      ['one word of very many parts', 'harbor-'.repeat(36)],
      ['letters and digits in turns', 'a1'.repeat(128)],
      ['sixteen unfinished beginnings', Array.from({ length: 16 }, () => 'h').join(' ')],
      ['a phrase of nothing but words', `"${'harbor '.repeat(35)}"`],
      ['what is not there, in many words', Array.from({ length: 16 }, (_, index) => `-harbour${index}`).join(' ')],
      ['half a character', 'harbor \ud800 x\udfff'],
      ['the language of the index', 'name:* OR _exists_:text AND "a"~9 {"script":{"source":"1"}}'],
    ])('%s are answered', async (_, q) => {
      const { find } = await similar();
      const { hits, total } = await find(q, { limit: 10 });
      expect(hits.length).toBeLessThanOrEqual(10);
      expect(total).toBeLessThanOrEqual(SIMILAR);
    });

    test('what is only similar to a word with a minus is there', async () => {
      const { paths } = await indexed(['/plane.txt', '/plan.txt', '/harbour plan.txt']);
      expect(await paths('-plan ')).toEqual(['/plane.txt']);
      expect(await paths('harbour -plans ')).toEqual(['/harbour plan.txt']);
    });

    test('pages as deep as there are any have each hit once, and end', async () => {
      const { find } = await similar();
      const told = new Set<string>();
      let after: IndexQuery['after'];
      let pages = 0;
      for (;;) {
        const answer = await find('', { limit: 50, ...(after === undefined ? {} : { after }) });
        for (const { nodeId } of answer.hits) told.add(nodeId);
        pages++;
        after = answer.hits.at(-1)?.place;
        if (answer.hits.length < 50) break;
      }
      expect(told.size).toBe(SIMILAR);
      expect(pages).toBe(SIMILAR / 50 + 1);
    });
  });

  describe('passages', () => {
    test('a passage of the text shows what was found in it, and nothing else as found', async () => {
      const text = {
        contentHash: HASH,
        text: `${'Before that. '.repeat(50)}The harbour was Frozen. ${'After that. '.repeat(50)}`,
      };
      const { find } = await indexed([{ path: '/a.txt', contentHash: HASH, text }]);
      for (const [q, word] of [
        ['HARBOUR ', 'harbour'],
        ['froz', 'Frozen'],
        ['"the harbour"', 'harbour'],
      ] as const) {
        const [hit] = (await find(q)).hits;
        const parts = hit?.passages.flat() ?? [];
        expect(parts.filter(({ isMatch }) => isMatch).map((part) => part.text)).toContain(word);
        expect(
          parts
            .filter(({ isMatch }) => !isMatch)
            .map((part) => part.text)
            .join(''),
        ).not.toContain(word);
        expect(parts.map((part) => part.text).join('').length).toBeLessThan(text.text.length);
      }
    });

    test('what is found by its name alone has no passages', async () => {
      const { find } = await indexed([
        { path: '/harbour.txt', contentHash: HASH, text: { contentHash: HASH, text: 'sea' } },
      ]);
      expect((await find('harbour ')).hits.map(({ passages }) => passages)).toEqual([[]]);
    });

    test('scripts in a text are no more than a text', async () => {
      const script = '<script>alert(1)</script> <em>harbour</em> \u202E';
      const { find } = await indexed([
        { path: '/a.txt', contentHash: HASH, text: { contentHash: HASH, text: script } },
      ]);
      const [hit] = (await find('harbour ')).hits;
      expect(
        hit?.passages
          .flat()
          .map((part) => part.text)
          .join(''),
      ).toContain('<script>alert(1)</script> <em>harbour</em>');
    });
  });

  describe('borders', () => {
    test('nothing of another namespace is found, counted or in a facet', async () => {
      const mine = await indexed(['/salary.xlsx']);
      const theirs = await indexed(['/salary.xlsx', '/salary.pdf']);
      const { hits, total, facets } = await mine.find('salary ');
      expect(hits.map(({ namespaceId }) => namespaceId)).toEqual([mine.namespaceId]);
      expect(total).toBe(1);
      expect(facets).toEqual({
        types: [{ value: 'spreadsheet', count: 1 }],
        extensions: [{ value: 'xlsx', count: 1 }],
      });
      const both = await mine.find('salary ', { namespaceIds: [mine.namespaceId, theirs.namespaceId] });
      expect(both.total).toBe(3);
    });

    test('filters: folder, type, extension, time, size and trash', async () => {
      const folderId = newId() as NodeId;
      const { paths } = await indexed([
        { path: '/in/a.jpg', aboveIds: [folderId], size: 5 },
        { path: '/b.mp4', size: 5_000_000_000, modifiedAt: '2026-05-01T00:00:00.000000001Z' },
        { path: '/c.jpg', isTrashed: true },
      ]);
      expect(await paths('', { filter: { isTrashed: false, folderId } })).toEqual(['/in/a.jpg']);
      expect(await paths('', { filter: { isTrashed: false, type: 'video' } })).toEqual(['/b.mp4']);
      expect(await paths('', { filter: { isTrashed: false, extension: 'jpg' } })).toEqual(['/in/a.jpg']);
      expect(await paths('', { filter: { isTrashed: true, extension: 'jpg' } })).toEqual(['/c.jpg']);
      const may = {
        isTrashed: false,
        modifiedFrom: '2026-05-01T00:00:00.000Z',
        modifiedTo: '2026-06-01T00:00:00.000Z',
      };
      expect(await paths('', { filter: may })).toEqual(['/b.mp4']);
      expect(await paths('', { filter: { isTrashed: false, sizeMin: 6 } })).toEqual(['/b.mp4']);
      expect(await paths('', { filter: { isTrashed: false, sizeMax: 5 } })).toEqual(['/in/a.jpg']);
    });
  });

  describe('order', () => {
    test('pages in every order have each hit once', async () => {
      const names = Array.from({ length: 23 }, (_, index) => ({
        path: `/page ${index % 7}.txt`,
        size: index % 5,
        modifiedAt: `2026-01-0${1 + (index % 3)}T00:00:00.000Z`,
      }));
      const { find, documents } = await indexed(names);
      for (const sort of ['name', 'modified', 'size', 'relevance'] as const) {
        const told: string[] = [];
        let after: IndexQuery['after'];
        for (let page = 0; page < 10; page++) {
          const { hits, total } = await find('page ', { sort, limit: 5, ...(after === undefined ? {} : { after }) });
          expect(total).toBe(names.length);
          told.push(...hits.map(({ nodeId }) => nodeId));
          after = hits.at(-1)?.place;
          if (hits.length < 5) break;
        }
        expect(told.toSorted()).toEqual(documents.map(({ nodeId }) => nodeId).toSorted());
      }
    });

    test('the newest and the largest come first', async () => {
      const { paths } = await indexed([
        { path: '/old big.txt', size: 9, modifiedAt: '2020-01-01T00:00:00.000Z' },
        { path: '/new small.txt', size: 1, modifiedAt: '2026-01-01T00:00:00.000Z' },
      ]);
      expect(await paths('', { sort: 'modified' })).toEqual(['/new small.txt', '/old big.txt']);
      expect(await paths('', { sort: 'size' })).toEqual(['/old big.txt', '/new small.txt']);
    });
  });

  if (hasVersions) describeVersions(indexed, () => tested);
  describe('listing', () => {
    test('what lies below a folder is listed by pages', async () => {
      const folderId = newId() as NodeId;
      const { documents, namespaceId } = await indexed([
        { path: '/f/a', aboveIds: [folderId] },
        { path: '/f/b', aboveIds: [folderId], isTrashed: true },
        { path: '/f/c/d', aboveIds: [newId() as NodeId, folderId] },
        '/elsewhere',
      ]);
      const below = documents
        .slice(0, 3)
        .map(({ nodeId }) => ({ nodeId, version: hasVersions ? 1 : 0 }))
        .toSorted((left, right) => (left.nodeId < right.nodeId ? -1 : 1));
      const first = await tested.index.listBelow({ namespaceId, folderId, limit: 2 });
      expect(first).toEqual(below.slice(0, 2));
      const after = first.at(-1)?.nodeId;
      expect(await tested.index.listBelow({ namespaceId, folderId, limit: 2, ...(after && { after }) })).toEqual(
        below.slice(2),
      );
      expect(await tested.index.listBelow({ namespaceId, limit: 10 })).toHaveLength(4);
    });
  });

  describeSearchTexts(() => tested);
}

/** What those do that know in which order changes were read. */
function describeVersions(
  indexed: (paths: Parameters<typeof indexDocuments>[1]) => ReturnType<typeof indexDocuments>,
  subject: () => TestedIndex,
): void {
  describe('versions', () => {
    test('an older change never stands over a newer one, whichever comes last', async () => {
      const { documents, paths } = await indexed(['/first.txt']);
      const [document] = documents;
      if (document === undefined) throw new Error('there is one');
      const renamed = { ...document, name: 'third.txt', path: '/third.txt' };
      await subject().index.apply([{ kind: 'put', version: 3, document: renamed }]);
      await subject().index.apply([{ kind: 'put', version: 2, document }]);
      await subject().settle();
      expect(await paths('')).toEqual(['/third.txt']);
      await subject().index.apply([{ ...document, kind: 'remove', version: 5 }]);
      await subject().index.apply([{ kind: 'put', version: 4, document: renamed }]);
      await subject().settle();
      expect(await paths('')).toEqual([]);
      await subject().index.apply([{ kind: 'put', version: 5, document }]);
      await subject().settle();
      expect(await paths('')).toEqual(['/first.txt']);
    });

    test('what was never there can be removed, and does not come back by an older change', async () => {
      const { documents, namespaceId, paths } = await indexed([]);
      expect(documents).toEqual([]);
      const document = documentAt(namespaceId, '/ghost.txt');
      await subject().index.apply([{ kind: 'remove', version: 9, namespaceId, nodeId: document.nodeId }]);
      await subject().index.apply([{ kind: 'put', version: 8, document }]);
      await subject().settle();
      expect(await paths('')).toEqual([]);
    });
  });
}
