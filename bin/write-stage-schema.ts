/** The second half of `npm run generate`: writes stages/stage.schema.json, by which editors know what a file of a stage may say. A test checks that it is current. */
import { writeFileSync } from 'node:fs';
import { stageSchemaText } from './stage-schema.ts';

writeFileSync(new URL('../stages/stage.schema.json', import.meta.url), stageSchemaText());
process.stdout.write('wrote stages/stage.schema.json\n');
