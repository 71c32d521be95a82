import * as z from 'zod/mini';
import { StageFile } from '../lib/stage-file.ts';

export function stageSchemaText(): string {
  return `${JSON.stringify(z.toJSONSchema(StageFile), undefined, 2)}\n`;
}
