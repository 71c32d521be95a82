import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { ConfigError } from './config.ts';

const Text = z.string().check(z.minLength(1));
const Whole = z.int().check(z.minimum(1));

/** What a file of a stage may say: every setting of lib/config.ts, which also says what each means and checks its value. The stage is the file's name. */
export const StageFile = z.strictObject({
  $schema: z.optional(z.string()),
  dedupScope: z.optional(z.enum(['deployment', 'account'])),
  removal: z.optional(z.enum(['hourly', 'by-hand'])),
  quotaBytes: z.optional(Whole),
  encryptionKey: z.optional(Text),
  issuer: z.optional(Text),
  audience: z.optional(Text),
  allowedOrigins: z.optional(z.array(Text)),
  scrubDays: z.optional(Whole),
  search: z.optional(z.enum(['off', 'domain', 'serverless'])),
  web: z.optional(z.enum(['on', 'off'])),
  webDomain: z.optional(Text),
  webCertificate: z.optional(Text),
  originKey: z.optional(Whole),
  webAcl: z.optional(Text),
  webPriceClass: z.optional(z.enum(['all', '200', '100'])),
  contents: z.optional(z.enum(['bucket', 'cloudfront'])),
  contentKey: z.optional(Whole),
  contentDomain: z.optional(Text),
  contentCertificate: z.optional(Text),
  socketPings: z.optional(z.enum(['function', 'gateway'])),
  logRetentionDays: z.optional(Whole),
  watch: z.optional(z.enum(['none', 'alarms', 'full'])),
  alarmEmail: z.optional(Text),
  canary: z.optional(z.enum(['on', 'off'])),
  rollout: z.optional(z.enum(['at-once', 'gradual'])),
});

const stagesDir = join(import.meta.dirname, '..', 'stages');

/**
 * The settings of `stages/STAGE.json`, under those that a command names itself.
 * @throws ConfigError that names the file, each wrong key, and what to do.
 */
export function readStageFile(stage: string, directory = stagesDir): Readonly<Record<string, unknown>> {
  const known = stageFiles(directory);
  const file = `${stage}.json`;
  if (!known.includes(file)) {
    throw new ConfigError(
      `there is no stages/${file}. Stages that can be deployed: ${known.map((name) => name.replace('.json', '')).join(', ')}`,
    );
  }
  const parsed = z.safeParse(StageFile, parseJson(readFileSync(join(directory, file), 'utf8'), file));
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map((issue) => `- ${describe(issue)}`);
    throw new ConfigError(`stages/${file} cannot be deployed:\n${mistakes.join('\n')}`);
  }
  const { $schema: _schema, ...settings } = parsed.data;
  return settings;
}

export function hasStageFile(stage: string): boolean {
  return stageFiles(stagesDir).includes(`${stage}.json`);
}

function stageFiles(directory: string): readonly string[] {
  return readdirSync(directory).filter((name) => /^\w+\.json$/.test(name));
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`stages/${file} is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function describe(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    return `${issue.keys.join(', ')}: there is no such setting. Remove it, or look in stages/stage.schema.json for what it is called`;
  }
  const key = issue.path.join('.');
  if (issue.code === 'invalid_value') return `${key}: choose one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'invalid_type')
    return `${key}: write a ${issue.expected === 'int' ? 'whole number' : issue.expected}, as stages/stage.schema.json says`;
  return `${key}: ${issue.message}; stages/stage.schema.json says what it may be`;
}
