import { expect, test } from '@jest/globals';
import { EXCEPTIONS, readFindings } from './lint-findings.ts';

const excepted = "/tmp/0-Api.json:9:5:9:12:W3005:'Role' dependency already enforced by a 'GetAtt'";
const mistake = "/tmp/0-Api.json:3:5:3:12:E3002:Additional properties are not allowed ('Nme' was unexpected)";

test('what is excepted is no mistake, everything else is, also what cannot be read', () => {
  expect(readFindings(`${excepted}\n${mistake}\n\n`)).toEqual({ lines: 2, mistakes: [mistake] });
  expect(readFindings(`${excepted}\nTraceback\n`).mistakes).toEqual(['Traceback']);
});

test('an exception that nothing needs any more is one', () => {
  expect(readFindings('').mistakes).toEqual(['W3005 is excepted, and nothing breaks it']);
  expect(readFindings('', {}).mistakes).toEqual([]);
});

test('every exception has its reason', () => {
  for (const reason of Object.values(EXCEPTIONS)) expect(reason).toMatch(/^[A-Z].{20,}\.$/);
});
