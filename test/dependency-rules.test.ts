import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod/mini';

/** The real linter with the real configuration, on a tree of files that each break, or keep, one rule of the house. */
const root = fileURLToPath(new URL('..', import.meta.url));
const CONFIGURATION = [
  'oxlint.config.ts',
  'dependency-rules.ts',
  'tsconfig.json',
  'tsconfig.base.json',
  'package.json',
];

interface Plant {
  readonly file: string;
  readonly code: string;
  readonly rule: string;
}

const IMPORTS = 'eslint(no-restricted-imports)';
const GLOBALS = 'eslint(no-restricted-globals)';
const PROPERTIES = 'eslint(no-restricted-properties)';
const imported = (specifier: string) => `import * as planted from '${specifier}';\nexport const shown = planted;\n`;

const forbiddenImports: readonly (readonly [file: string, specifier: string])[] = [
  ['protocol/src/a.ts', 'node:fs'],
  ['protocol/src/b.ts', 'zod'],
  ['protocol/src/c.ts', '../../lambdas/journal/journal.ts'],
  ['protocol/src/d.ts', '@aws-sdk/client-dynamodb'],
  ['lambdas/journal/a.ts', '@aws-sdk/client-dynamodb'],
  ['lambdas/journal/b.ts', './dynamodb-journal-store.ts'],
  ['lambdas/journal/c.ts', '../chunks/s3-object-store.ts'],
  ['lambdas/journal/d.ts', '../api.lambda.ts'],
  ['lambdas/journal/e.ts', '../../lib/config.ts'],
  ['lambdas/journal/f.ts', '@syncline/client'],
  ['lambdas/journal/g.ts', '../../emulator/start-problem.ts'],
  ['lambdas/journal/h.ts', '@syncline/web/response-headers'],
  ['lambdas/journal/i.ts', '../../test/support/world.ts'],
  ['lambdas/journal/j.ts', './memory-journal-store.ts'],
  ['lambdas/journal/dynamodb-journal-store.ts', '../../client/src/api/clock.ts'],
  ['lambdas/journal/memory-journal-store.ts', '@aws-sdk/client-dynamodb'],
  ['lambdas/runtime/a.ts', 'aws-cdk-lib'],
  ['lib/a.ts', '../lambdas/journal/journal.ts'],
  ['lib/stacks/b.ts', '../../client/src/api/clock.ts'],
  ['lib/c.ts', '../bin/syncline.ts'],
  ['bin/a.ts', '../lambdas/api.lambda.ts'],
  ['bin/b.ts', '../emulator/start.ts'],
  ['client/src/cli/a.ts', '../../../lambdas/journal/journal.ts'],
  ['client/src/cli/b.ts', '@aws-sdk/client-s3'],
  ['client/src/cli/c.ts', '../../../bench/run.ts'],
  ['client/src/api/a.ts', 'node:fs'],
  ['client/src/transfers/b.ts', '../platform/node/file-system.ts'],
  ['client/src/sdk/c.ts', '../cli/main.ts'],
  ['client/src/engine/a.ts', 'node:path'],
  ['client/src/engine/b.ts', '../platform/node/file-system.ts'],
  ['client/src/engine/c.ts', '../api/api-client.ts'],
  ['client/src/platform/node/a.ts', '../../cli/main.ts'],
  ['client/src/platform/node/c.ts', '../../daemon/daemon.ts'],
  ['client/src/daemon/a.ts', '../cli/main.ts'],
  ['client/src/sync/a.ts', '../cli/main.ts'],
  ['client/src/platform/node/b.ts', '../../engine/planner.ts'],
  ['client/src/platform/browser/a.ts', 'node:crypto'],
  ['client/src/platform/browser/b.ts', '../node/file-system.ts'],
  ['web/src/a.ts', '../../client/src/api/clock.ts'],
  ['web/src/b.ts', '../../lambdas/journal/journal.ts'],
  ['web/src/c.ts', 'node:fs'],
  ['admin/a.ts', '../lib/config.ts'],
  ['admin/b.ts', '../lambdas/sweep.lambda.ts'],
  ['admin/c.ts', '@aws-sdk/client-dynamodb'],
  ['admin/d.ts', '../test/support/world.ts'],
  ['emulator/a.ts', '../client/src/api/clock.ts'],
  ['emulator/b.ts', '../test/support/world.ts'],
];

const allowedImports: readonly (readonly [file: string, specifier: string])[] = [
  ['protocol/src/ok.ts', 'zod/mini'],
  ['protocol/src/ok-too.ts', './ids.ts'],
  ['lambdas/journal/ok.ts', './journal-store.ts'],
  ['admin/ok.ts', '../lambdas/journal/dynamodb-journal-store.ts'],
  ['lambdas/journal/dynamodb-ok-store.ts', '@aws-sdk/client-dynamodb'],
  ['lambdas/ok.lambda.ts', './journal/dynamodb-journal-store.ts'],
  ['lib/stacks/ok.ts', 'aws-cdk-lib'],
  ['lib/ok.ts', '@syncline/protocol'],
  ['bin/ok.ts', '../lib/config.ts'],
  ['client/src/engine/ok.ts', '@syncline/protocol'],
  ['client/src/engine/ok-too.ts', './ports.ts'],
  ['client/src/platform/node/ok.ts', '../../engine/ports.ts'],
  ['emulator/ok.ts', '../lambdas/api.lambda.ts'],
  ['test/ok.test.ts', '../client/src/engine/planner.ts'],
];

const forbiddenNames: readonly Plant[] = [
  { file: 'protocol/src/n1.ts', code: 'export const n = Date.now();\n', rule: PROPERTIES },
  { file: 'protocol/src/n2.ts', code: 'export const n = Math.random();\n', rule: PROPERTIES },
  { file: 'protocol/src/n3.ts', code: "export const n = fetch('x');\n", rule: GLOBALS },
  { file: 'lambdas/journal/n1.ts', code: "export const n = process.env['X'];\n", rule: 'node(no-process-env)' },
  { file: 'lambdas/journal/n2.ts', code: 'export const n = Date.now();\n', rule: PROPERTIES },
  { file: 'client/src/engine/n1.ts', code: 'export const n = new Date();\n', rule: GLOBALS },
  { file: 'client/src/engine/n2.ts', code: 'export const n = Math.random();\n', rule: PROPERTIES },
  { file: 'client/src/engine/n3.ts', code: 'export const n = setTimeout(() => n, 1);\n', rule: GLOBALS },
  { file: 'client/src/engine/n4.ts', code: "export const n = fetch('x');\n", rule: GLOBALS },
  { file: 'client/src/engine/n5.ts', code: 'export const n = Buffer.alloc(1);\n', rule: GLOBALS },
  { file: 'lambdas/journal/n3.ts', code: "console.log('x');\nexport {};\n", rule: 'eslint(no-console)' },
  { file: 'lib/n1.ts', code: 'const n = 1;\nexport default n;\n', rule: 'import(no-default-export)' },
  { file: 'lib/notKebab.ts', code: 'export const n = 1;\n', rule: 'unicorn(filename-case)' },
  { file: 'lib/n2.ts', code: 'export const n = (v: any) => v;\n', rule: 'typescript(no-explicit-any)' },
  { file: 'lib/n3.ts', code: 'const f = async () => 1;\nf();\n', rule: 'typescript(no-floating-promises)' },
  { file: 'lib/n4.ts', code: "throw 'text';\n", rule: 'typescript(only-throw-error)' },
  { file: 'lib/n5.ts', code: '[1].forEach(async () => {});\n', rule: 'typescript(no-misused-promises)' },
  {
    file: 'lib/n6.ts',
    code: 'export const n = (a: 1, b: 2, c: 3, d: 4) => [a, b, c, d];\n',
    rule: 'eslint(max-params)',
  },
  { file: 'lib/n7.ts', code: 'try {\n  JSON.parse("");\n} catch {}\n', rule: 'eslint(no-empty)' },
  { file: 'lib/n8.ts', code: 'export {};\n'.repeat(401), rule: 'eslint(max-lines)' },
  {
    file: 'lib/n9.ts',
    code: `export function n() {\n${'  n();\n'.repeat(70)}}\n`,
    rule: 'eslint(max-lines-per-function)',
  },
  {
    file: 'lib/n10.ts',
    code: "export function n(v: 'a' | 'b') {\n  switch (v) {\n    case 'a':\n      return 1;\n  }\n}\n",
    rule: 'typescript(switch-exhaustiveness-check)',
  },
  {
    file: 'lib/cycle-a.ts',
    code: "import { b } from './cycle-b.ts';\nexport const a = () => b();\n",
    rule: 'import(no-cycle)',
  },
  {
    file: 'lib/cycle-b.ts',
    code: "import { a } from './cycle-a.ts';\nexport const b = () => a();\n",
    rule: 'import(no-cycle)',
  },
  {
    file: 'test/n1.test.ts',
    code: "import { test } from '@jest/globals';\ntest('t', () => {});\n",
    rule: 'jest(expect-expect)',
  },
  {
    file: 'test/n2.test.ts',
    code: "import { expect, test } from '@jest/globals';\ntest.only('t', () => expect(1).toBe(1));\n",
    rule: 'jest(no-focused-tests)',
  },
];

const LintReport = z.object({ diagnostics: z.array(z.object({ code: z.string(), filename: z.string() })) });
const found = new Map<string, Set<string>>();
const folder = mkdtempSync(join(tmpdir(), 'syncline-rules-'));

function plant(file: string, code: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), code);
}

beforeAll(() => {
  for (const file of CONFIGURATION) cpSync(join(root, file), join(folder, file));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, specifier] of [...forbiddenImports, ...allowedImports]) plant(file, imported(specifier));
  for (const { file, code } of forbiddenNames) plant(file, code);
  const oxlint = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['--format', 'json'], {
    cwd: folder,
    encoding: 'utf8',
  });
  for (const { code, filename } of LintReport.parse(JSON.parse(oxlint.stdout)).diagnostics) {
    found.set(filename, (found.get(filename) ?? new Set()).add(code));
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('an import against the direction of the layers is refused', () => {
  test.each(forbiddenImports)('%s cannot import %s', (file) => {
    expect([...(found.get(file) ?? [])]).toContain(IMPORTS);
  });
});

describe('an import along the direction of the layers is accepted', () => {
  test.each(allowedImports)('%s may import %s', (file) => {
    expect([...(found.get(file) ?? [])]).not.toContain(IMPORTS);
  });
});

test.each(forbiddenNames)('$rule is an error in $file', ({ file, rule }) => {
  expect([...(found.get(file) ?? [])]).toContain(rule);
});
