import { expect, test } from '@jest/globals';
import { fileOfPath } from './file-of-path.ts';

test.each([
  ['/', '/index.html'],
  ['/files', '/index.html'],
  ['/files/01J9ZC4W8Q2V6T0N5R7XKM3BHD', '/index.html'],
  ['/files/report.pdf', '/index.html'],
  ['/v1', '/index.html'],
  ['/l/AbC-_123', '/link.html'],
  ['/l/AbC-_123/report.pdf', '/link.html'],
  ['/assets/index-D1g2.js', '/assets/index-D1g2.js'],
  ['/assets/../index.html', '/assets/../index.html'],
  ['/favicon.svg', '/favicon.svg'],
  ['/service-worker.js', '/service-worker.js'],
])('%s is answered by %s', (path, file) => {
  expect(fileOfPath(path)).toBe(file);
});
