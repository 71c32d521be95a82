import { expect, test } from '@jest/globals';
import { decodeAnswer, PROTOCOL_VERSION, routes } from '@syncline/protocol';
import { InMemoryService } from '../support/in-memory-service.ts';
import { readKeptSession } from './kept-session.ts';
import { lacking, playSession } from './play-session.ts';

const kept = [PROTOCOL_VERSION - 1, PROTOCOL_VERSION].flatMap((version) => {
  const session = readKeptSession(version);
  return session === undefined ? [] : [{ version, session }];
});

test('a session of the present version is kept, and one of the version before it where there was one', () => {
  expect(kept.map(({ version }) => version)).toEqual(
    [PROTOCOL_VERSION - 1, PROTOCOL_VERSION].filter((version) => version > 0),
  );
});

test.each(kept)(
  'this service serves what a client of version $version sends, and answers all that it reads',
  async ({ session }) => {
    const answers = await playSession(new InMemoryService(), session);
    for (const [index, { route, answer }] of session.entries()) {
      expect([route, lacking(answer, answers[index])]).toEqual([route, []]);
    }
  },
);

test.each(kept)('this client reads what a service of version $version answers', ({ session }) => {
  for (const { route, answer } of session) {
    const decoded = decodeAnswer(routes[route as keyof typeof routes].response, answer);
    expect([route, decoded.error?.issues ?? []]).toEqual([route, []]);
  }
});

test('a member that is gone, or of another type, is found wherever it stands', () => {
  const answer = { cursor: 'x', nodes: [{ name: 'a', size: 1 }] };
  expect(lacking(answer, { ...answer, more: 1 })).toEqual([]);
  expect(lacking(answer, { nodes: [{ name: 'a', size: '1' }] })).toEqual([
    '.cursor is undefined and was string',
    '.nodes[0].size is string and was number',
  ]);
});
