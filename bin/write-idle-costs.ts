/** `npm run costs`: writes into the README what deployments cost while nobody uses them. A test checks that it is current. */
import { readFileSync, writeFileSync } from 'node:fs';
import { idleCostTable, withIdleCosts } from './idle-costs.ts';

const readme = new URL('../README.md', import.meta.url);
writeFileSync(readme, withIdleCosts(readFileSync(readme, 'utf8'), idleCostTable()));
process.stdout.write('wrote README.md\n');
