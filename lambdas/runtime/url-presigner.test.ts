import { expect, test } from '@jest/globals';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { epochMs } from '@syncline/protocol';
import fc from 'fast-check';
import { SigningHash } from '../../test/support/signing-hash.ts';
import { escapeUri } from './escape-uri.ts';
import { UrlPresigner } from './url-presigner.ts';

const requests = fc.record({
  method: fc.constantFrom('GET' as const, 'PUT' as const),
  path: fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }),
  origin: fc.constantFrom('https://bucket.s3.eu-west-1.amazonaws.com', 'http://127.0.0.1:4566'),
  headers: fc.dictionary(fc.stringMatching(/^x-amz-meta-[a-z]{1,8}$/), fc.stringMatching(/^[!-~]{0,20}$/)),
  query: fc.dictionary(fc.stringMatching(/^response-[a-z-]{1,8}$/), fc.string({ unit: 'grapheme', maxLength: 20 })),
  lifeMs: fc.integer({ min: 1, max: 900 }).map((seconds) => seconds * 1000),
  now: fc.integer({ min: 0, max: 4e12 }).map(epochMs),
  sessionToken: fc.option(fc.base64String({ minLength: 1 }), { nil: undefined }),
});

test('every signature is the one of the library', async () => {
  await fc.assert(
    fc.asyncProperty(requests, async ({ method, path, origin, headers, query, lifeMs, now, sessionToken }) => {
      const credentials = async () => ({
        accessKeyId: 'AKIDEXAMPLE',
        secretAccessKey: 'secret/+',
        ...(sessionToken === undefined ? {} : { sessionToken }),
      });
      const connection = { region: 'eu-west-1', credentials };
      const url = new URL(`${origin}/x-${path.map(escapeUri).join('/')}`);
      const signed = new URL(await new UrlPresigner(connection).presign({ method, url, headers, query, lifeMs }, now));

      const library = new SignatureV4({ ...connection, service: 's3', sha256: SigningHash, uriEscapePath: false });
      const expected = await library.presign(
        new HttpRequest({
          method,
          path: url.pathname,
          query,
          headers: { host: url.host, ...headers, 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' },
        }),
        { signingDate: new Date(now), expiresIn: lifeMs / 1000, unhoistableHeaders: new Set(Object.keys(headers)) },
      );
      expect(Object.fromEntries(signed.searchParams)).toEqual(expected.query);
      expect(signed.pathname).toBe(url.pathname);
    }),
  );
});

test('a key is derived anew when the day or the credentials change', async () => {
  let secretAccessKey = 'one';
  const credentials = async () => ({ accessKeyId: 'id', secretAccessKey });
  const presigner = new UrlPresigner({ region: 'eu-west-1', credentials });
  const request = { method: 'GET', url: new URL('https://bucket/key'), headers: {}, lifeMs: 1000 } as const;
  const today = epochMs(Date.UTC(2026, 0, 1));
  const tomorrow = epochMs(Date.UTC(2026, 0, 2));
  const first = await presigner.presign(request, today);
  expect(await presigner.presign(request, tomorrow)).not.toBe(first);
  secretAccessKey = 'two';
  expect(await presigner.presign(request, today)).not.toBe(first);
  secretAccessKey = 'one';
  expect(await presigner.presign(request, today)).toBe(first);
});
