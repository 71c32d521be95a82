import { expect, test } from '@jest/globals';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { epochMs } from '@syncline/protocol';
import fc from 'fast-check';
import { SigningHash } from '../../test/support/signing-hash.ts';
import { escapeUri } from './escape-uri.ts';
import { RequestSigner } from './request-signer.ts';

const requests = fc.record({
  service: fc.constantFrom('s3', 'dynamodb', 'execute-api'),
  method: fc.constantFrom('GET' as const, 'PUT' as const, 'POST' as const, 'DELETE' as const),
  path: fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), { maxLength: 4 }),
  origin: fc.constantFrom('https://dynamodb.eu-west-1.amazonaws.com', 'http://127.0.0.1:4566'),
  query: fc.array(fc.tuple(fc.stringMatching(/^[a-z-]{1,8}$/), fc.string({ unit: 'grapheme', maxLength: 8 })), {
    maxLength: 3,
  }),
  headers: fc.dictionary(fc.stringMatching(/^x-[a-z]{1,8}$/), fc.stringMatching(/^[!-~]{0,20}$/)),
  body: fc.option(fc.uint8Array({ maxLength: 200 }), { nil: undefined }),
  // Longer than a block of the hash, too.
  secretAccessKey: fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 100, size: 'max' }),
  sessionToken: fc.option(fc.base64String({ minLength: 1 }), { nil: undefined }),
  now: fc.integer({ min: 0, max: 4e12 }).map(epochMs),
});

test('every signature is the one of the library', async () => {
  await fc.assert(
    fc.asyncProperty(requests, async ({ service, path, query, origin, method, headers, now, ...given }) => {
      const { body, secretAccessKey, sessionToken } = given;
      const credentials = async () => ({
        accessKeyId: 'AKIDEXAMPLE',
        secretAccessKey,
        ...(sessionToken === undefined ? {} : { sessionToken }),
      });
      const connection = { region: 'eu-west-1', credentials };
      const url = new URL(`${origin}/${path.map((part) => `x-${escapeUri(part)}`).join('/')}`);
      const parameters = Object.fromEntries(query);
      url.search = Object.entries(parameters)
        .map(([name, value]) => `${name}=${escapeUri(value)}`)
        .join('&');
      const rest = body === undefined ? {} : { body };
      const signed = await new RequestSigner(connection, service).sign({ method, url, headers, ...rest }, now);

      const library = new SignatureV4({
        ...connection,
        service,
        sha256: SigningHash,
        uriEscapePath: service !== 's3',
      });
      const length = body === undefined ? {} : { 'content-length': String(body.length) };
      const expected = await library.sign(
        new HttpRequest({
          method,
          path: url.pathname,
          query: parameters,
          headers: { host: url.host, ...headers, ...length },
          ...rest,
        }),
        { signingDate: new Date(now) },
      );
      expect(signed).toEqual(expected.headers);
    }),
  );
});
