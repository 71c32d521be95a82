import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { ERRORS, ErrorCode, OperationError, operationError, Remedy } from './errors.ts';

const reference = readFileSync(new URL('../../docs/PROTOCOL.md', import.meta.url), 'utf8');

test.each(Object.entries(ERRORS))('%s is documented with its status and remedy', (code, { status, remedy }) => {
  expect(reference).toMatch(new RegExp(`^\\| \`${code}\` \\| ${status} \\| \`${remedy}\` \\| .+ \\|$`, 'm'));
});

test('the documentation names no code that does not exist', () => {
  const [, table = ''] = /## Errors\n([\s\S]*?)\n## /.exec(reference) ?? [];
  const documented = [...table.matchAll(/^\| `(\w+)` \| \d/gm)].map(([, code]) => String(code));
  expect(documented.toSorted()).toEqual(Object.keys(ERRORS).toSorted());
});

test('every remedy is the answer to some refusal, and no refusal is a success', () => {
  expect(new Set(Object.values(ERRORS).map(({ remedy }) => remedy))).toEqual(new Set(Remedy.options));
  for (const { status } of Object.values(ERRORS)) expect(status).toBeGreaterThanOrEqual(400);
});

/** Only a request as a whole is in another cell. */
const PARTS = ErrorCode.options.filter((code) => code !== 'moved');

test.each(PARTS)('the refusal of an operation with %s carries the remedy of the table', (code) => {
  const error = operationError(code, 'why', { limit: 'x', max: 1 });
  expect(OperationError.parse(error)).toEqual({
    code,
    remedy: ERRORS[code].remedy,
    detail: 'why',
    details: { limit: 'x', max: 1 },
  });
  expect(operationError(code, 'why')).not.toHaveProperty('details');
});
