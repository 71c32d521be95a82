import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { sayFrom } from '../../messages/catalogue-texts.ts';
import type { english } from '../../messages/english.ts';
import type { UploadItem, UploadStatus } from '../../transfers/transfer-state.ts';
import { uploadTotals } from '../../transfers/upload-totals.ts';
import { titleOf } from './title-of.ts';

const transfers = readFileSync(new URL('../../messages/en/transfers.json', import.meta.url), 'utf8');
const say = sayFrom('en', JSON.parse(transfers) as typeof english);

test.each<[readonly UploadStatus[], string]>([
  [['done', 'sending'], 'Uploading: 1 of 2 files'],
  [['done', 'done'], '2 files uploaded'],
  [['skipped'], '1 file left out'],
  [['skipped', 'skipped'], '2 files left out'],
  [['done', 'skipped', 'skipped'], '1 file uploaded · 2 files left out'],
  [['failed', 'done', 'skipped'], '1 file was not uploaded · 1 file left out'],
])('uploads that are %j are summed up as: %s', (statuses, title) => {
  const items = statuses.map((status) => ({ status, size: 1, sentBytes: 0 }) as UploadItem);
  const totals = uploadTotals(items, { bytesPerSecond: undefined, isPaused: false, isOffline: false });
  expect(titleOf({ items, totals }, say)).toBe(title);
});
