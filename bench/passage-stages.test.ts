import { expect, test } from '@jest/globals';
import { stagesOf } from './passage-stages.ts';

const WORK = [
  { request: 'GET', start: 195, end: 200 },
  { request: 'GET', start: 191, end: 194 },
  { request: 'listChanges', start: 180, end: 190 },
  { request: 'commit', start: 160, end: 175 },
  { request: 'initiateUploads', start: 150, end: 152 },
  { request: 'PUT', start: 154, end: 156 },
  // Of the file before, and after this one has come.
  { request: 'GET', start: 90, end: 95 },
  { request: 'commit', start: 260, end: 270 },
];

test('the way of a file is divided where its first request, its commit and its bytes are seen', () => {
  const stages = stagesOf({ start: 100, end: 250 }, WORK);
  expect(stages).toEqual({ noticedMs: 50, sentMs: 25, fetchedMs: 25, placedMs: 50 });
});

test('the stages of a file add up to its whole way', () => {
  const { noticedMs = 0, sentMs = 0, fetchedMs = 0, placedMs = 0 } = stagesOf({ start: 100, end: 250 }, WORK) ?? {};
  expect(noticedMs + sentMs + fetchedMs + placedMs).toBe(150);
});

test('a way whose requests were not all seen has no stages', () => {
  expect(stagesOf({ start: 100, end: 192 }, WORK)).toBeUndefined();
});
