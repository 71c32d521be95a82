/** `npm run check:templates`: cfn-lint over the templates of deployments at both ends of every option. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { downloadEnvironment } from '../../emulator/environment.ts';
import { localDir } from '../../emulator/local-stack.ts';
import { ensurePythonEnvironment } from '../../emulator/python-environment.ts';
import { runCommand } from '../../emulator/run-command.ts';
import { synthesiseTemplates } from '../../lib/synthesise-templates.ts';
import { readFindings } from './lint-findings.ts';
import { CHOICES } from './option-ends.ts';

const LINT_TIMEOUT_MS = 600_000;

const env = downloadEnvironment();
const python = await ensurePythonEnvironment({
  localDir,
  requirementsFile: path.join(import.meta.dirname, 'requirements.txt'),
  tool: { name: 'the linter of CloudFormation templates', folder: 'cfn-lint' },
  env,
  log: (line) => process.stdout.write(`${line}\n`),
});
const directory = mkdtempSync(path.join(tmpdir(), 'syncline-lint-'));
try {
  // Many stacks are the same at both ends of an option.
  const templates = new Map<string, string>();
  for (const settings of Object.values(CHOICES)) {
    for (const [name, template] of synthesiseTemplates(settings)) {
      const text = JSON.stringify(template);
      if (!templates.has(text)) templates.set(text, `${templates.size}-${name}.json`);
    }
  }
  const files = [...templates].map(([text, name]) => {
    const file = path.join(directory, name);
    writeFileSync(file, text);
    return file;
  });
  const output = await runCommand({
    purpose: 'linting the templates',
    // It lies beside the interpreter.
    file: path.join(path.dirname(python), 'cfn-lint'),
    args: ['--format', 'parseable', '--non-zero-exit-code', 'none', '--', ...files],
    env,
    timeoutMs: LINT_TIMEOUT_MS,
    remedy: 'Look at what the linter says.',
  });
  const { lines, mistakes } = readFindings(output);
  for (const mistake of mistakes) process.stdout.write(`${mistake}\n`);
  process.stdout.write(
    `${files.length} templates, ${lines} findings, ${mistakes.length} of them mistakes or excepted for nothing\n`,
  );
  process.exitCode = mistakes.length === 0 ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
