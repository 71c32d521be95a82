import { fixedCostsOf, sumOf } from '../capacity/fixed-costs.ts';
import { synthesiseTemplates } from '../lib/synthesise-templates.ts';

/** Deployments that people choose between. */
const CHOICES: readonly Readonly<Record<string, string>>[] = [
  { stage: 'dev' },
  { stage: 'prod' },
  { stage: 'prod', watch: 'alarms' },
  { stage: 'prod', encryptionKey: 'managed' },
  { stage: 'dev', search: 'domain' },
  { stage: 'prod', search: 'domain' },
];

const BEGIN = '<!-- written by npm run costs -->';
const END = '<!-- end -->';

/** The table of what deployments cost while nobody uses them, from their templates. */
export function idleCostTable(): string {
  const rows = CHOICES.map((settings) => {
    const costs = fixedCostsOf([...synthesiseTemplates(settings).values()]);
    const chosen = Object.entries(settings).map(([key, value]) => `-c ${key}=${value}`);
    const parts = costs
      .filter(({ dollars }) => dollars > 0)
      .map(({ what, dollars }) => `${what} $${dollars.toFixed(2)}`);
    return `| \`${chosen.join(' ')}\` | $${sumOf(costs).toFixed(2)} | ${parts.join(', ')} |`;
  });
  return ['| settings | a month | of it |', '| --- | --- | --- |', ...rows].join('\n');
}

/** The text with another table between its marks. @throws Error when it has no marks. */
export function withIdleCosts(text: string, table: string): string {
  const [before, rest] = text.split(`${BEGIN}\n`);
  const after = rest?.split(`${END}\n`)[1];
  if (before === undefined || after === undefined)
    throw new Error(`there is no place for the table: "${BEGIN}" and "${END}"`);
  return `${before}${BEGIN}\n${table}\n${END}\n${after}`;
}
