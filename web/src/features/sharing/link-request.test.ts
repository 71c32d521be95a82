import { expect, test } from '@jest/globals';
import { CreateLinkRequest } from '@syncline/protocol';
import fc from 'fast-check';
import * as z from 'zod/mini';
import { makeNode } from '../files/test/make-node.ts';
import { linkRequest } from './link-request.ts';

const { namespaceId, nodeId } = makeNode({});
const base = { role: 'view', namespaceId, nodeId, lifeSeconds: 3600 } as const;

test('what is left empty is not asked for', () => {
  expect(linkRequest(base, { password: '', maxUses: ' ' })).toEqual({ kind: 'request', body: base });
});

test('a password and a limit go into the request', () => {
  expect(linkRequest(base, { password: 'open sesame', maxUses: '5' })).toEqual({
    kind: 'request',
    body: { ...base, password: 'open sesame', maxUses: 5 },
  });
});

test.each([
  [{ password: 'schlüssel', maxUses: '' }, 'password'],
  [{ password: ' x', maxUses: '' }, 'password'],
  [{ password: '', maxUses: '0' }, 'maxUses'],
  [{ password: '', maxUses: '1.5' }, 'maxUses'],
  [{ password: '', maxUses: '1e3' }, 'maxUses'],
  [{ password: '', maxUses: '1000001' }, 'maxUses'],
])('%j cannot be taken: %s', (options, field) => {
  expect(linkRequest(base, options)).toEqual({ kind: 'problem', field });
});

test('whatever is typed, the service takes what is sent', () => {
  const text = fc.oneof(fc.string(), fc.nat().map(String));
  fc.assert(
    fc.property(text, text, (password, maxUses) => {
      const outcome = linkRequest(base, { password, maxUses });
      if (outcome.kind === 'request') expect(z.safeParse(CreateLinkRequest, outcome.body).success).toBe(true);
    }),
  );
});
