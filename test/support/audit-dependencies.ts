/**
 * `npm run audit`: asks the registry whether the packages of package-lock.json have known weaknesses, and looks at their licenses.
 * Ends with 0 when nothing is to be done, 1 when something is, and 3 when the registry could not say.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ALLOWED_LICENSES, AUDIT_EXCEPTIONS } from './audit-exceptions.ts';
import { type LicensedLock, licenseProblems, readAudit, weaknessProblems } from './audit-findings.ts';

const AUDIT_TIMEOUT_MS = 120_000;
const root = fileURLToPath(new URL('../..', import.meta.url));

const { values } = parseArgs({ options: { registry: { type: 'string' } } });
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

const lock = JSON.parse(readFileSync(`${root}/package-lock.json`, 'utf8')) as LicensedLock;
const licenses = licenseProblems(lock, ALLOWED_LICENSES);
for (const problem of licenses) say(problem);
say(`licenses: ${licenses.length} problems`);
if (licenses.length > 0) process.exitCode = 1;

const registry = values.registry === undefined ? [] : ['--registry', values.registry];
const { stdout, error } = spawnSync('npm', ['audit', '--json', ...registry], {
  cwd: root,
  encoding: 'utf8',
  timeout: AUDIT_TIMEOUT_MS,
  // npm is a script there.
  shell: process.platform === 'win32',
});
const answer = readAudit(error === undefined ? stdout : '');
if (answer.kind === 'unanswered') {
  say(`weaknesses: not looked at. The registry does not answer audits: ${answer.why}`);
  say('Ask one that does: npm run audit -- --registry URL');
  process.exitCode = 3;
} else {
  const problems = weaknessProblems(answer.weaknesses, AUDIT_EXCEPTIONS, new Date().toISOString().slice(0, 10));
  for (const problem of problems) say(problem);
  say(`weaknesses: ${answer.weaknesses.length} known, ${problems.length} problems`);
  if (problems.length > 0) process.exitCode = 1;
}
