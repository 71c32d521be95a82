import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { missingNativePackages, type PackageLock } from './support/complete-lock.ts';
import {
  importedBy,
  packageOf,
  pictureNames,
  type RepositoryFile,
  reachableFrom,
  repositoryFiles,
} from './support/repository-files.ts';

/** The rules of the house that no linter knows. Every failure lists the places, as `file: what`. */
const files = repositoryFiles();
const source = files.filter(({ name }) => /\.(tsx?|mjs|js|py)$/.test(name));
const isTest = ({ name }: RepositoryFile) => name.endsWith('.test.ts') || /(^|\/)test\//.test(name);
const product = source.filter((file) => !isTest(file) && !file.name.startsWith('bench/'));
const own = files.filter(({ name }) => name !== 'package-lock.json' && name !== 'test/tidy.test.ts');
const documents = files.filter(({ name }) => name.endsWith('.md'));
const names = new Set([...files.map(({ name }) => name), ...pictureNames()]);

function textOf(name: string): string {
  const file = files.find((candidate) => candidate.name === name);
  if (file === undefined) throw new Error(`${name} is missing`);
  return file.text;
}

/** Every line of the files that matches, as `file:line: match`. */
function findings(among: readonly RepositoryFile[], pattern: RegExp): readonly string[] {
  return among.flatMap(({ name, text }) =>
    text.split('\n').flatMap((line, index) => {
      const match = pattern.exec(line);
      return match === null ? [] : [`${name}:${index + 1}: ${match[0]}`];
    }),
  );
}

interface Manifest {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly exports?: unknown;
  readonly imports?: unknown;
  readonly bin?: unknown;
}
const manifestOf = (folder: string) => JSON.parse(textOf(path.posix.join(folder, 'package.json'))) as Manifest;
const WORKSPACES = ['.', 'protocol', 'client', 'web'];
const declared = (folder: string) => ({ ...manifestOf(folder).dependencies, ...manifestOf(folder).devDependencies });

describe('files', () => {
  test('have at most 400 lines', () => {
    expect(source.filter(({ text }) => text.split('\n').length > 401).map(({ name }) => name)).toEqual([]);
  });

  test('are named after a noun of the house, not after a drawer', () => {
    const drawer = /^(.*-)?(utils?|helpers?|common|misc|types|(?<!secrets-)manager|service|base|stuff)(-.*)?\.[a-z.]+$/;
    expect(product.filter(({ name }) => drawer.test(path.posix.basename(name))).map(({ name }) => name)).toEqual([]);
  });

  test('are all reached from something that runs', () => {
    const tests = source.filter(({ name }) => name.endsWith('.test.ts')).map(({ name }) => name);
    const reached = reachableFrom([...tests, ...productRoots()], source);
    expect(source.filter(({ name }) => !reached.has(name)).map(({ name }) => name)).toEqual([]);
  });

  test('of the product are not kept alive by tests alone', () => {
    const reached = reachableFrom(productRoots(), source);
    const isForTests = ({ name }: RepositoryFile) =>
      /(^|\/)memory-[a-z-]+\.ts$|^protocol\/generate\/wire-contract\.ts$/.test(name);
    const testOnly = product.filter((file) => !reached.has(file.name) && !isForTests(file));
    expect(testOnly.map(({ name }) => name)).toEqual([]);
  });
});

/** What is started, deployed, exported or configured; also what a file that is no module loads by its name. */
function productRoots(): readonly string[] {
  const loaders = files
    .filter(({ name }) => /(package|cdk)\.json$|\.(mjs|py|html|config\.ts)$/.test(name))
    .map(({ text }) => text);
  const isRoot = ({ name }: RepositoryFile) => {
    const base = path.posix.basename(name);
    return (
      /\.lambda\.ts$|\.config\.(ts|mjs)$/.test(name) ||
      /^(bin|bench)\//.test(name) ||
      loaders.some((text) => text.includes(base))
    );
  };
  const byName = product.filter((file) =>
    product.some(({ text }) => text.includes(`'${path.posix.basename(file.name)}'`)),
  );
  return [...source.filter(isRoot), ...byName].map(({ name }) => name).concat(WORKSPACES.flatMap(entryFiles));
}

/** Files that a package.json exports, runs or installs as a command. */
function entryFiles(folder: string): readonly string[] {
  const { exports, imports, bin, scripts } = manifestOf(folder);
  const texts = JSON.stringify([exports, imports, bin, scripts]).matchAll(/[\w./-]+\.(?:ts|mjs)/g);
  return [...texts].map(([file]) => path.posix.join(folder, file)).filter((name) => names.has(name));
}

describe('words', () => {
  test.each([
    [/\bsoft[- ]?delet/i, 'tombstone'],
    [/\b(garbage[- ]collect|GC)\b/, 'sweep'],
    [/\bblock[- ]?list\b/i, 'manifest'],
    [/\buser(Id|_id)\b/, 'accountId'],
    [/\b(file|chunk)Part\b/, 'chunk'],
    [/\bversion(Id)? of (a|the) (file|node)\b/i, 'revision'],
  ])('%p is never said: the word is %s', (pattern) => {
    expect(
      findings(
        product.filter(({ name }) => !/(dynamodb|s3|cognito)-/.test(name)),
        pattern,
      ),
    ).toEqual([]);
  });

  test('of unfinished work stand nowhere', () => {
    expect(findings(own, /\b(TODO|FIXME|XXX|HACK)\b/)).toEqual([]);
  });

  test('that name one machine or one registry stand nowhere', () => {
    const machine =
      /(?<![\w.@:-])\/(work|root|home\/\w+|Users\/\w+|tmp\/[\w.-]+)\/|\bregistry\.[a-z]+\.[a-z]+|\bartifactory\b|\bpypi\.org\b/;
    expect(
      findings(
        files.filter(({ name }) => name !== 'test/tidy.test.ts'),
        machine,
      ),
    ).toEqual([]);
    expect(textOf('package-lock.json')).not.toContain('"resolved": "http');
  });

  test('that leave a test out or alone stand nowhere', () => {
    expect(
      findings(source.filter(isTest), /\b(test|it|describe)\.(only|skip|todo|failing)\b|\b(xit|xtest|fit|fdescribe)\(/),
    ).toEqual([]);
  });

  test('that cast to a brand stand only where brands are made', () => {
    const brands = 'AccountId|NamespaceId|NodeId|DeviceId|UploadId|OpId|ChunkHash|ContentHash|Cursor|EpochMs';
    // A store reads back what it wrote: parsing every row again would only cost time.
    const elsewhere = product.filter(({ name }) => !/^protocol\/src\/|\/(dynamodb|sqlite)-[a-z-]+\.ts$/.test(name));
    expect(findings(elsewhere, new RegExp(`\\bas (${brands})\\b(?! *,| *\\})`))).toEqual([]);
  });
});

/** Packages that another one loads, and the words by which that is asked for. */
const LOADED_AS: Readonly<Record<string, string>> = { '@swc/core': '@swc/jest', 'oxlint-tsgolint': 'typeAware: true' };

/** A package.json uses a package by its scripts, not by declaring it. */
function withoutDeclarations({ name, text }: RepositoryFile): string {
  if (!name.endsWith('package.json')) return text;
  return JSON.stringify((JSON.parse(text) as Manifest).scripts ?? {});
}

describe('dependencies', () => {
  test.each(WORKSPACES)('of %s are declared where they are imported', (folder) => {
    const inWorkspace = ({ name }: RepositoryFile) =>
      folder === '.'
        ? !/^((protocol|client)\/src|web)\//.test(name)
        : name.startsWith(folder === 'web' ? 'web/' : `${folder}/src/`);
    const allowed = { ...declared(folder) };
    const undeclared = source.filter(inWorkspace).flatMap((file) => {
      const known =
        isTest(file) || file.name.startsWith('bench/')
          ? { ...declared('.'), ...allowed, '@syncline/client': '' }
          : allowed;
      const packages = importedBy(file).flatMap((specifier) => packageOf(specifier) ?? []);
      return packages.filter((name) => !Object.hasOwn(known, name)).map((name) => `${file.name}: ${name}`);
    });
    expect(undeclared).toEqual([]);
  });

  test.each(WORKSPACES)('of %s have exact versions, a use, and a line that says what they replace', (folder) => {
    const table = textOf('docs/dependencies.md');
    const users = own.filter(({ name }) => name !== 'docs/dependencies.md').map(withoutDeclarations);
    const wrong = Object.entries(declared(folder)).flatMap(([name, version]) => {
      if (!/^\d+\.\d+\.\d+$/.test(version)) return [`${name}: ${version} is not exact`];
      if (name.startsWith('@syncline/')) return [];
      const command = LOADED_AS[name] ?? name.replace('@types/', '');
      return [
        ...(table.includes(`| \`${name}\` |`) ? [] : [`${name}: not in docs/dependencies.md`]),
        ...(users.some((text) => text.includes(command)) ? [] : [`${name}: not used`]),
      ];
    });
    expect(wrong).toEqual([]);
  });

  test('that docs/dependencies.md lists are all declared', () => {
    const all = new Set(WORKSPACES.flatMap((folder) => Object.keys(declared(folder))));
    const listed = [...textOf('docs/dependencies.md').matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => String(name));
    expect(listed.filter((name) => !all.has(name) && !name.includes('python'))).toEqual([]);
  });

  test('are in the lock for every platform; "npm run lock" adds what is missing', () => {
    expect(missingNativePackages(JSON.parse(textOf('package-lock.json')) as PackageLock)).toEqual([]);
  });
});

describe('documents', () => {
  const records = documents.filter(({ name }) => /^docs\/decisions\/\d{4}-/.test(name));

  test('that record a decision are listed in the index, in their order, and say status, context, decision and consequences', () => {
    const index = textOf('docs/decisions/README.md');
    const numbers = records.map(({ name }) => path.posix.basename(name).slice(0, 4));
    expect(numbers).toEqual([...new Set(numbers)]);
    const listed = [...index.matchAll(/^\| (\d{4}) \|/gm)].map(([, number]) => number);
    expect(listed).toEqual(numbers.toSorted());
    for (const { name, text } of records) {
      expect([name, index.includes(`(${path.posix.basename(name)})`)]).toEqual([name, true]);
      for (const part of [/^Status: /m, /^## Context$/m, /^## Decision$/m, /^## Consequences$/m]) {
        expect([name, part.source, part.test(text)]).toEqual([name, part.source, true]);
      }
    }
  });

  test('that sources name exist, with the section that they name', () => {
    const wrong = source.flatMap(({ name, text }) => {
      const named = text.matchAll(/\b(docs\/[\w./-]+\.md)(?:,[\s*/]+"([^"]+)")?/g);
      return [...named].flatMap(([, file = '', section]) => {
        if (!names.has(file)) return [`${name}: ${file}`];
        const isThere = section === undefined || headings(textOf(file)).includes(section);
        return isThere ? [] : [`${name}: ${file}, "${section}"`];
      });
    });
    expect(wrong).toEqual([]);
  });

  test('that comments call "decision NNNN" exist', () => {
    const numbers = new Set(records.map(({ name }) => path.posix.basename(name).slice(0, 4)));
    const missing = own.flatMap(({ name, text }) =>
      [...text.matchAll(/\bdecision (\d{4})\b/g)]
        .filter(([, number]) => !numbers.has(String(number)))
        .map(([all]) => `${name}: ${all}`),
    );
    expect(missing).toEqual([]);
  });

  test('link to files and headings that exist', () => {
    const broken = documents.flatMap(({ name, text }) =>
      [...text.matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([\w-]+))?\)/g)].flatMap(([, target = '', anchor]) => {
        const file = target === '' ? name : path.posix.join(path.posix.dirname(name), target);
        if (target !== '' && !names.has(file)) return [`${name}: ${target}`];
        const isThere = anchor === undefined || headings(textOf(file)).map(anchorOf).includes(anchor);
        return isThere ? [] : [`${name}: #${anchor}`];
      }),
    );
    expect(broken).toEqual([]);
  });

  test('name scripts that exist', () => {
    const scripts = { ...manifestOf('.').scripts, ci: '', install: '', start: '', test: '' };
    const unknown = documents.flatMap(({ name, text }) =>
      [...text.matchAll(/(?:`|^)npm (?:run )?([a-z:]+)\b/gm)]
        .filter(([, script]) => !Object.hasOwn(scripts, String(script)))
        .map(([all]) => `${name}: ${all}`),
    );
    expect(unknown).toEqual([]);
  });
});

function headings(markdown: string): readonly string[] {
  return [...markdown.matchAll(/^#{1,4} (.+)$/gm)].map(([, heading]) => String(heading).trim());
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');
}

test('every script runs a file that exists', () => {
  const missing = WORKSPACES.flatMap((folder) =>
    [
      ...JSON.stringify([manifestOf(folder).scripts, manifestOf(folder).bin, manifestOf(folder).exports]).matchAll(
        /[\w./-]+\.(?:ts|mjs|py)\b/g,
      ),
    ]
      .map(([file]) => path.posix.join(folder, file))
      .filter((file) => !names.has(file)),
  );
  expect(missing).toEqual([]);
});
