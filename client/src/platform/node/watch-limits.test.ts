import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { readWatchLimits } from './watch-limits.ts';

test('the limits are read as the system tells them, and where it does not tell all of them there are none', () => {
  const directory = mkdtempSync(join(tmpdir(), 'syncline-limits-'));
  try {
    writeFileSync(join(directory, 'max_user_watches'), '65536\n');
    writeFileSync(join(directory, 'max_user_instances'), '128\n');
    expect(readWatchLimits(directory)).toBeUndefined();
    writeFileSync(join(directory, 'max_queued_events'), '16384\n');
    expect(readWatchLimits(directory)).toEqual({ watchesMax: 65_536, instancesMax: 128, queuedEventsMax: 16_384 });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
