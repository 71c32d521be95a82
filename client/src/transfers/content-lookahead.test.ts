import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import {
  CONTENT_FILES_MAX,
  ContentHash,
  type ContentResponse,
  NamespaceId,
  NodeId,
  type RouteInput,
} from '@syncline/protocol';
import type { ApiClient } from '../api/api-client.ts';
import { UnavailableError } from '../api/unavailable-error.ts';
import { ContentLookahead, type ExpectedContent } from './content-lookahead.ts';
import { RUNS_KEPT_BYTES_MAX } from './limits.ts';

const GROUPS = 4;
const namespaceId = NamespaceId.parse('0'.repeat(26));
const contents = Array.from(
  { length: GROUPS * CONTENT_FILES_MAX },
  (_, file): ExpectedContent => ({
    namespaceId,
    nodeId: NodeId.parse(`${file + 1}`.padStart(26, '0')),
    rev: 1,
    size: 0,
  }),
);

/** An empty content, which says by its revision whose it is. */
function contentOf(nodeId: NodeId): ContentResponse {
  const contentHash = ContentHash.parse(createHash('sha256').digest('hex'));
  return {
    rev: Number(nodeId),
    size: 0,
    contentHash,
    chunking: 'fixed-4m',
    chunks: [],
    expiresAt: '2026-01-01T00:00:00.000Z',
  };
}

/** A lookahead over all of these contents, and which groups it has asked for, by number. Those in `failing` get no answer. */
function lookaheadOver(failing: readonly number[] = []) {
  const asked: number[] = [];
  const api: Pick<ApiClient, 'readContents'> = {
    readContents: async (input: RouteInput<'readContents'>) => {
      const { files } = input.body;
      const group = (Number(files[0]?.nodeId) - 1) / CONTENT_FILES_MAX;
      asked.push(group);
      if (failing.includes(group)) throw new UnavailableError('no answer');
      const found = files.map(({ nodeId }) => ({ status: 'found' as const, content: contentOf(NodeId.parse(nodeId)) }));
      return { ok: true, value: { contents: found, runs: [] } };
    },
  };
  const transport = { send: () => Promise.reject(new Error('nothing is read')) };
  const lookahead = new ContentLookahead({ api, transport }, { signal: new AbortController().signal });
  lookahead.expect(contents);
  const take = (file: number) => lookahead.take(contents[file] as ExpectedContent);
  return { lookahead, asked, take };
}

test('each content is told once, and nothing is asked before the first is taken', async () => {
  const { asked, take } = lookaheadOver();
  expect(asked).toEqual([]);
  for (const file of contents.keys()) expect((await take(file))?.rev).toBe(file + 1);
  expect(await take(0)).toBeUndefined();
  expect(asked).toEqual(Array.from({ length: GROUPS }, (_, group) => group));
});

test('the group after the one that is begun is asked for ahead, or the one before where they are taken from the end', async () => {
  const { asked, take } = lookaheadOver();
  await take(0);
  expect(asked).toEqual([0, 1]);
  await take(1);
  expect(asked).toEqual([0, 1]);
  await take(contents.length - 1);
  expect(asked).toEqual([0, 1, 3, 2]);
});

test('an answer ahead that fails is told to whoever takes one of its contents, and to nobody else', async () => {
  const { asked, take } = lookaheadOver([1]);
  expect((await take(0))?.rev).toBe(1);
  expect(asked).toEqual([0, 1]);
  await expect(take(CONTENT_FILES_MAX)).rejects.toThrow(UnavailableError);
});

test('what is asked for together has no more bytes than are kept, however few files that are', async () => {
  const asked: number[] = [];
  const size = Math.floor(RUNS_KEPT_BYTES_MAX / 40);
  const api: Pick<ApiClient, 'readContents'> = {
    readContents: async (input: RouteInput<'readContents'>) => {
      asked.push(input.body.files.length);
      return { ok: true, value: { contents: [], runs: [] } };
    },
  };
  const transport = { send: () => Promise.reject(new Error('nothing is read')) };
  const lookahead = new ContentLookahead({ api, transport }, { signal: new AbortController().signal });
  const large = contents.slice(0, 100).map((content) => ({ ...content, size }));
  lookahead.expect(large);
  for (const content of large) await lookahead.take(content);
  expect(asked).toEqual([40, 40, 20]);
});
