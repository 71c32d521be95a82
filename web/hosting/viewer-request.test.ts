import { describe, expect, test } from '@jest/globals';
import { routeRequest } from './viewer-request.ts';

const TOKEN = 'AbC-_'.padEnd(43, 'x');
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
const CURL = '*/*';

const routeOf = (path: string, accept: string, hasQuery = false) => routeRequest({ path, hasQuery, accept });

describe('a path', () => {
  test.each([
    ['/', '/index.html'],
    ['/files', '/index.html'],
    ['/files/01J9ZC4W8Q2V6T0N5R7XKM3BHD', '/index.html'],
    ['/files/report.pdf', '/index.html'],
    ['/v1', '/index.html'],
    ['/assets/index-D1g2.js', '/assets/index-D1g2.js'],
    ['/assets/../index.html', '/assets/../index.html'],
    ['/favicon.svg', '/favicon.svg'],
    ['/service-worker.js', '/service-worker.js'],
    [`/l/${TOKEN}`, '/link.html'],
    ['/l/too-short', '/link.html'],
  ])('%s is answered by the file %s', (path, file) => {
    expect(routeOf(path, BROWSER)).toEqual({ kind: 'file', file });
  });

  test('below /v1/ is answered by the API, whatever is asked for', () => {
    for (const accept of [BROWSER, CURL, '']) expect(routeOf('/v1/nodes', accept)).toEqual({ kind: 'api' });
  });
});

describe('the address of a link', () => {
  test.each([`/l/${TOKEN}`, `/v1/public/${TOKEN}`, `/v1/public/${TOKEN}/download`])(
    '%s shows its page to a browser',
    (path) => {
      const route = routeOf(path, BROWSER);
      const page = { kind: 'file', file: '/link.html' };
      expect(route.kind === 'redirect' ? routeOf(route.location, BROWSER) : route).toEqual(page);
    },
  );

  test('downloads for a program, which says nothing of pages', () => {
    const download = { kind: 'redirect', location: `/v1/public/${TOKEN}/download` };
    for (const accept of [CURL, '', 'application/octet-stream'])
      expect(routeOf(`/l/${TOKEN}`, accept)).toEqual(download);
    expect(routeOf(`/v1/public/${TOKEN}/download`, CURL)).toEqual({ kind: 'api' });
  });

  test('with a query is a download of the page itself, also when a browser goes there', () => {
    expect(routeOf(`/v1/public/${TOKEN}/download`, BROWSER, true)).toEqual({ kind: 'api' });
  });

  test('never redirects to another origin', () => {
    for (const path of [
      `/l//evil.example/${TOKEN}`,
      `/v1/public//evil.example/download`,
      `/v1/public/${TOKEN}/../../x`,
    ])
      for (const accept of [BROWSER, CURL]) expect(routeOf(path, accept).kind).not.toBe('redirect');
  });
});
