import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { ALLOWED_LICENSES, AUDIT_EXCEPTIONS } from './audit-exceptions.ts';
import { type LicensedLock, licenseProblems, readAudit, weaknessProblems } from './audit-findings.ts';

/** As `npm audit --json` of npm 11 prints it. */
const REPORT = {
  auditReportVersion: 2,
  vulnerabilities: {
    left: {
      name: 'left',
      severity: 'high',
      via: [
        {
          source: 1,
          name: 'left',
          dependency: 'left',
          title: 'Prototype pollution',
          url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
          severity: 'high',
          range: '<1.2.3',
        },
      ],
      effects: ['right'],
      fixAvailable: true,
    },
    right: { name: 'right', severity: 'high', via: ['left'], effects: [] },
  },
  metadata: {},
};
const LEFT = {
  advisory: 'GHSA-aaaa-bbbb-cccc',
  packageName: 'left',
  severity: 'high',
  title: 'Prototype pollution',
  url: 'https://github.com/advisories/GHSA-aaaa-bbbb-cccc',
};

describe('what a registry answers', () => {
  test('is each weakness once, by the package that has it', () => {
    expect(readAudit(JSON.stringify(REPORT))).toEqual({ kind: 'answered', weaknesses: [LEFT] });
    expect(readAudit(JSON.stringify({ auditReportVersion: 2, vulnerabilities: {} }))).toEqual({
      kind: 'answered',
      weaknesses: [],
    });
  });

  test('is never taken for "nothing is known" when it is no answer', () => {
    const refused = { message: '405 Method Not Allowed - POST https://registry.example/advisories', statusCode: 405 };
    expect(readAudit(JSON.stringify(refused))).toEqual({ kind: 'unanswered', why: refused.message });
    for (const printed of ['', '<html>', '{}', '[]', 'null', '{"auditReportVersion":1,"vulnerabilities":{}}'])
      expect([printed, readAudit(printed).kind]).toEqual([printed, 'unanswered']);
  });
});

describe('a weakness', () => {
  const exception = { advisory: LEFT.advisory, reason: 'not reached', until: '2030-06-30' };

  test('is a problem, unless it is lived with until a day that has not passed', () => {
    expect(weaknessProblems([LEFT], [], '2030-01-01')).toEqual([`left: high: Prototype pollution (${LEFT.url})`]);
    expect(weaknessProblems([LEFT], [exception], '2030-06-30')).toEqual([]);
    expect(weaknessProblems([LEFT], [exception], '2030-07-01')).toEqual([
      `left: high: Prototype pollution (${LEFT.url})`,
      'the exception for GHSA-aaaa-bbbb-cccc ended on 2030-06-30: mend it, or say why not yet',
    ]);
  });

  test('that is gone leaves no exception behind', () => {
    expect(weaknessProblems([], [exception], '2030-01-01')).toEqual([
      'the exception for GHSA-aaaa-bbbb-cccc is for nothing any more: take it out',
    ]);
  });
});

describe('a license', () => {
  const allowed = { shipped: ['MIT', 'ISC'], tools: ['MPL-2.0'] };
  const problemsOf = (packages: LicensedLock['packages']) => licenseProblems({ packages }, allowed);

  test('of what is shipped is one of few, and a tool may have some more', () => {
    expect(problemsOf({ '': { license: 'Apache-2.0' }, 'node_modules/a': { license: 'MIT' } })).toEqual([]);
    expect(problemsOf({ 'node_modules/a': { license: 'MPL-2.0', dev: true } })).toEqual([]);
    expect(problemsOf({ 'node_modules/a': { license: 'MPL-2.0' } })).toEqual([
      'a: its license is MPL-2.0, and it is shipped',
    ]);
    expect(problemsOf({ 'node_modules/x/node_modules/@s/a': { dev: true } })).toEqual([
      '@s/a: its license is not said',
    ]);
  });

  test('is chosen among alternatives, and all of several must do', () => {
    const ofOne = (license: string) => problemsOf({ 'node_modules/a': { license } }).length;
    expect([ofOne('(MIT OR GPL-3.0-or-later)'), ofOne('MIT OR X'), ofOne('MIT AND ISC')]).toEqual([0, 0, 0]);
    expect([ofOne('MIT AND X'), ofOne('X OR Y'), ofOne('(MIT OR X) AND Y'), ofOne('SEE LICENSE')]).toEqual([
      1, 1, 1, 1,
    ]);
  });

  test('of a package for another platform is that of the one that asks for it', () => {
    const asking = { license: 'MIT', dev: true, optionalDependencies: { 'a-win32': '1.0.0' } };
    expect(problemsOf({ 'node_modules/a': asking, 'node_modules/a-win32': { dev: true } })).toEqual([]);
    expect(problemsOf({ 'node_modules/a-win32': { dev: true } })).toHaveLength(1);
  });
});

test('every package of this repository has a license that is allowed', () => {
  const lock = JSON.parse(
    readFileSync(fileURLToPath(new URL('../../package-lock.json', import.meta.url)), 'utf8'),
  ) as LicensedLock;
  expect(Object.keys(lock.packages).length).toBeGreaterThan(300);
  expect(licenseProblems(lock, ALLOWED_LICENSES)).toEqual([]);
});

test('every exception has a reason and a day', () => {
  for (const { advisory, reason, until } of AUDIT_EXCEPTIONS) {
    expect(advisory).toMatch(/^GHSA(-[a-z0-9]{4}){3}$/);
    expect(reason.length).toBeGreaterThan(20);
    expect(until).toMatch(/^\d{4}-\d\d-\d\d$/);
  }
});
