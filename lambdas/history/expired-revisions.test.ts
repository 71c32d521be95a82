import { expect, test } from '@jest/globals';
import {
  AccountId,
  ContentHash,
  DAY_MS,
  DeviceId,
  epochMs,
  formatInstant,
  HOUR_MS,
  NamespaceId,
  NodeId,
} from '@syncline/protocol';
import fc from 'fast-check';
import type { StoredRevision } from '../namespaces/namespace-store.ts';
import { expiredRevisions } from './expired-revisions.ts';

const ID = '0'.repeat(26);
const NOW = epochMs(Date.UTC(2026, 5, 1, 12));
const RETENTION_MS = 30 * DAY_MS;

function revision(rev: number, hoursAgo: number, marks: Partial<StoredRevision> = {}): StoredRevision {
  return {
    namespaceId: NamespaceId.parse(ID),
    nodeId: NodeId.parse(ID),
    deviceId: DeviceId.parse(ID),
    accountId: AccountId.parse(ID),
    contentHash: ContentHash.parse('0'.repeat(64)),
    rev,
    size: 1,
    chunking: 'fixed-4m',
    committedAt: formatInstant(epochMs(NOW - hoursAgo * HOUR_MS)),
    clock: 1,
    domain: 'shared',
    ...marks,
  };
}

/** A file that was edited after these pauses, in minutes; the last edit is as long ago as the first says. */
const files = fc
  .array(
    fc.record({
      minutes: fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: 1, max: 60 * 24 * 12 })),
      isLabelled: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      isLosing: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((edits) => {
    let minutesAgo = 0;
    return edits
      .map((edit, index) => {
        minutesAgo += edit.minutes;
        return revision(edits.length - index, minutesAgo / 60, {
          ...(edit.isLabelled ? { label: 'kept' } : {}),
          ...(edit.isLosing && index > 0 ? { losing: true } : {}),
        });
      })
      .toReversed();
  });

function expire(revisions: readonly StoredRevision[], now: number, contentRev: number): readonly StoredRevision[] {
  const expired = new Set(
    expiredRevisions(revisions, { contentRev, retentionMs: RETENTION_MS, isThinned: true, now: epochMs(now) }),
  );
  return revisions.filter((one) => !expired.has(one));
}

test('of each hour, and after a week of each day, the newest stays, and after the retention none', () => {
  const revisions = [
    revision(1, 24 * 40),
    revision(2, 24 * 32),
    revision(3, 24 * 10 + 4),
    revision(4, 24 * 10 + 3),
    revision(5, 24 * 10 + 2),
    revision(6, 24 * 3 + 0.5),
    revision(7, 24 * 3 + 0.2),
    revision(8, 24 * 2),
    revision(9, 1),
    revision(10, 0.5),
  ];
  // Of the fifth it counts that it was replaced three days ago.
  expect(expire(revisions, NOW, 10).map(({ rev }) => rev)).toEqual([2, 4, 5, 7, 8, 9, 10]);
});

test('a revision counts from when it was replaced, not from when it was made', () => {
  const revisions = [revision(1, 24 * 365), revision(2, 24 * 29), revision(3, 1)];
  expect(expire(revisions, NOW, 3).map(({ rev }) => rev)).toEqual([1, 2, 3]);
  expect(expire(revisions, NOW + 2 * DAY_MS, 3).map(({ rev }) => rev)).toEqual([2, 3]);
});

test('what is present, labelled, kept, or was replaced within a day, always stays', () => {
  fc.assert(
    fc.property(files, fc.nat({ max: 60 }), (revisions, later) => {
      const now = NOW + later * DAY_MS;
      const contentRev = revisions.at(-1)?.rev ?? 0;
      const left = new Set(expire(revisions, now, contentRev));
      let replacedAt = now;
      for (const one of revisions.toReversed()) {
        const isRecent = one.losing !== true && now - replacedAt < DAY_MS;
        if (one.rev === contentRev || one.label !== undefined || isRecent) expect(left.has(one)).toBe(true);
        if (one.losing === true) expect(left.has(one) || now - Date.parse(one.committedAt) >= RETENTION_MS).toBe(true);
        else replacedAt = Date.parse(one.committedAt);
      }
    }),
  );
});

test('to expire again changes nothing, and what is left after the retention is present or labelled', () => {
  fc.assert(
    fc.property(files, fc.nat({ max: 30 }), (revisions, later) => {
      const contentRev = revisions.at(-1)?.rev ?? 0;
      const now = NOW + later * DAY_MS;
      const once = expire(revisions, now, contentRev);
      expect(expire(once, now, contentRev)).toEqual(once);
      const atLast = expire(once, NOW + 1000 * DAY_MS, contentRev);
      expect(atLast.every(({ rev, label }) => rev === contentRev || label !== undefined)).toBe(true);
    }),
  );
});
