import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { bundleOf } from '../../lib/bundles.ts';
import { type FunctionName, functions } from '../../lib/functions.ts';
import { projectRoot } from './synthesised.ts';

const names = Object.keys(functions) as FunctionName[];
/** A bundle is read and compiled before the first request of every new instance. */
const BUNDLE_BYTES_MAX = 150_000;
/** Most of it reads PDFs, and is only compiled when there is one. */
const STARTED_BYTES_MAX = 2_500_000;

test('the entries in lambdas are the functions of the table, neither more nor fewer', () => {
  const entries = readdirSync(join(projectRoot, 'lambdas')).filter((name) => name.endsWith('.lambda.ts'));
  expect(entries.toSorted()).toEqual(names.map((name) => `${name}.lambda.ts`).toSorted());
});

test('what is started as a process of its own is small enough to be started for every namespace', () => {
  const started = names.flatMap((name) => [...bundleOf(name).beside].map(([file, bundle]) => ({ name, file, bundle })));
  expect(started.map(({ name, file }) => `${name}/${file}`)).toEqual(['extract/reader.mjs']);
  for (const { bundle } of started) {
    expect(bundle.bytes.length).toBeLessThanOrEqual(STARTED_BYTES_MAX);
    const isExpected = (input: string) =>
      /^(lambdas|protocol)\/|^node_modules\/(zod|unpdf|exifr|yauzl|pend|htmlparser2|entities|domhandler|domelementtype|domutils|dom-serializer|postal-mime)\//.test(
        input,
      );
    expect(bundle.inputs.filter((input) => !isExpected(input))).toEqual([]);
  }
});

describe.each(names)('the bundle of %s', (name) => {
  const { bytes, inputs } = bundleOf(name);

  test('is small enough to start quickly', () => {
    expect(bytes.length).toBeLessThanOrEqual(BUNDLE_BYTES_MAX);
  });

  test('holds no tracer, nothing of the SDK and no tests', () => {
    const unwanted = /aws-xray|node_modules\/@(aws-sdk|aws-crypto|smithy)\/|\.test\.ts$/;
    expect(inputs.filter((input) => unwanted.test(input))).toEqual([]);
  });

  test('holds no table of all routes, which has the schemas of every other function', () => {
    expect(inputs).not.toContain('protocol/src/routes.ts');
  });

  test('is a module that exports a handler', () => {
    const text = Buffer.from(bytes).toString('utf8');
    expect(text).toMatch(/export\{[^}]*\bas handler\b[^}]*\}/);
  });
});
