import { QUOTA_BYTES_DEFAULT } from '@syncline/protocol';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Node } from 'constructs';
import { type EdgeDomain, type EdgeOptions, readEdgeDomain, readEdgeOptions } from './edge-options.ts';

/** A year. */
const SCRUB_DAYS_MAX = 366;
/** More rotations than anybody lives to see. */
const ORIGIN_KEY_MAX = 10_000;

const stages = ['local', 'dev', 'prod'] as const;
const searches = ['off', 'domain', 'serverless'] as const;
const pingAnswers = ['function', 'gateway'] as const;
const webhookTargets = ['public', 'loopback'] as const;
export type Stage = (typeof stages)[number];

/** All that one deployment decides. Parsed and validated once, at synthesis, from the CDK context. */
export interface DeploymentConfig {
  /** `local` deploys to an AWS emulator, where data may be destroyed. @default dev */
  readonly stage: Stage;
  /** Base URL of the emulator, without a trailing slash; only in stage `local`. @default http://127.0.0.1:4566 */
  readonly endpoint?: string;
  /** Within what the same bytes are stored once. `account` hides whether anybody else stores them. @default deployment */
  readonly dedupScope: 'deployment' | 'account';
  /** When what nothing keeps is removed: by runs of the expiry and the sweep every hour, or only by hand. @default hourly */
  readonly removal: 'hourly' | 'by-hand';
  /** Quota of a new account, in bytes. @default QUOTA_BYTES_DEFAULT of the protocol */
  readonly quotaBytes: number;
  /** With which key of KMS the bucket, the tables and the secret are encrypted: `managed`, one that the deployment makes, or the ARN of another. @default keys of AWS */
  readonly encryptionKey?: string;
  /** Whose access tokens are accepted. @default a Cognito user pool of this deployment */
  readonly externalIssuer?: ExternalIssuer;
  /** Origins of web apps that may call the API, the bucket and the socket. @default none; any in stage `local` */
  readonly allowedOrigins: readonly string[];
  /** Days in which everything that is stored is looked at once. @default 30 */
  readonly scrubDays: number;
  /** `domain`: an OpenSearch domain, which costs by the hour; `serverless`: a collection, which costs by its use; in stage `local` a real engine beside the emulator. @default off, in `local` as the start says */
  readonly search: (typeof searches)[number];
  /** Where that engine is; only in stage `local`. */
  readonly searchEndpoint?: string;
  /** The web app behind CloudFront, through which alone the API answers then. Stage `local` has a server of its own. @default on, in `local` off */
  readonly web: 'on' | 'off';
  /** Where the web app is, in place of a name of CloudFront's. The DNS record is the operator's to make. @default none */
  readonly webDomain?: EdgeDomain;
  /** What is chosen of CloudFront. */
  readonly edge: EdgeOptions;
  /** Raised by one, it makes the next deployment change the key by which the API knows CloudFront. @default 1 */
  readonly originKey: number;
  /** Who answers pings of sockets: a function, or API Gateway by itself, which spares a run for each. @default function */
  readonly socketPings: (typeof pingAnswers)[number];
  /** Where receivers of webhooks may be: only in stage `local` also on this machine, by plain HTTP. @default public */
  readonly webhookTargets: (typeof webhookTargets)[number];
  /** How long logs are kept, one of the lengths that CloudWatch Logs knows. @default 30, in `local` 1 */
  readonly logRetentionDays: RetentionDays;
  readonly operations: OperationsConfig;
}

/** How a deployment is watched, and how new code comes into it. */
export interface OperationsConfig {
  /** `full`: a dashboard, saved queries, and alarms on what was promised, which cost by the month. `alarms`: those alone that tell of loss, or of work that nobody does. @default full in `prod`, alarms elsewhere; none in `local` */
  readonly watch: 'none' | 'alarms' | 'full';
  /** Who is told of alarms by mail. AWS asks the address before it sends any. @default nobody */
  readonly alarmEmail?: string;
  /** Whether an account of its own stores, hears of, reads and removes a file every five minutes: about $4 a month. @default off, in `local` on and asked by tests alone */
  readonly canary: 'on' | 'off';
  /** Whether new code of the API answers all requests as soon as it is there, or a tenth of them at first and goes back by itself when they fail. @default at-once */
  readonly rollout: 'at-once' | 'gradual';
}

/** An OpenID Connect issuer, and the `aud` (or `client_id`) that its tokens must carry. */
export interface ExternalIssuer {
  readonly issuer: string;
  readonly audience: string;
}

/** The context says something that cannot be deployed. Names every mistake, so that one correction is enough. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads the configuration from the context: `-c key=value` of the CDK CLI, or `context` in cdk.json.
 *
 * Keys: `stage`, `endpoint`, `dedupScope`, `removal`, `scrubDays`, `quotaBytes`, `encryptionKey`, `issuer`, `audience`, `allowedOrigins`
 * (comma-separated or a list), `logRetentionDays`, `search`, `searchEndpoint`, `web`, `webDomain`, `webCertificate`, `originKey`, `webAcl`, `webPriceClass`,
 * `contents`, `contentKey`, `contentDomain`, `contentCertificate`, `socketPings`, `webhookTargets`, `watch`, `alarmEmail`, `canary`, `rollout`.
 *
 * @throws ConfigError when a value is not one that can be deployed.
 */
export function readConfig(node: Pick<Node, 'tryGetContext'>): DeploymentConfig {
  const reader = contextReader(node);
  const stage = reader.choice('stage', stages, 'dev');
  const endpoint = readEndpoint(reader, stage);
  const externalIssuer = readIssuer(reader);
  const encryptionKey = readEncryptionKey(reader, stage);
  const searchEndpoint = readSearchEndpoint(reader, stage);
  const web = readWeb(reader, stage);
  const config: DeploymentConfig = {
    stage,
    ...(endpoint === undefined ? {} : { endpoint }),
    dedupScope: reader.choice('dedupScope', ['deployment', 'account'], 'deployment'),
    removal: reader.choice('removal', ['hourly', 'by-hand'], 'hourly'),
    quotaBytes: readQuota(reader),
    ...(encryptionKey === undefined ? {} : { encryptionKey }),
    ...(externalIssuer === undefined ? {} : { externalIssuer }),
    allowedOrigins: readOrigins(reader, stage),
    scrubDays: readWhole(reader, 'scrubDays', { otherwise: 30, max: SCRUB_DAYS_MAX, what: 'number of days' }),
    search:
      stage === 'local' ? (searchEndpoint === undefined ? 'off' : 'domain') : reader.choice('search', searches, 'off'),
    ...(searchEndpoint === undefined ? {} : { searchEndpoint }),
    ...web,
    edge: readEdgeOptions(reader, { web: web.web, stage }),
    socketPings: readPings(reader, stage),
    webhookTargets: readWebhookTargets(reader, stage),
    logRetentionDays: readLogRetention(reader, stage),
    operations: readOperations(reader, stage, externalIssuer !== undefined),
  };
  if (reader.mistakes.length > 0) throw new ConfigError(`cannot deploy:\n- ${reader.mistakes.join('\n- ')}`);
  return config;
}

interface ContextReader {
  readonly mistakes: string[];
  text(key: string): string | undefined;
  list(key: string): readonly string[] | undefined;
  choice<T extends string>(key: string, choices: readonly T[], otherwise: T): T;
}

function contextReader(node: Pick<Node, 'tryGetContext'>): ContextReader {
  const mistakes: string[] = [];
  const text = (key: string): string | undefined => {
    const value: unknown = node.tryGetContext(key);
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    mistakes.push(`${key} must be one plain value`);
    return undefined;
  };
  return {
    mistakes,
    text,
    list(key) {
      const value: unknown = node.tryGetContext(key);
      if (!Array.isArray(value))
        return text(key)
          ?.split(',')
          .map((part) => part.trim());
      return value.map(String);
    },
    choice(key, choices, otherwise) {
      const value = text(key) ?? otherwise;
      const found = choices.find((choice) => choice === value);
      if (found === undefined) mistakes.push(`${key} must be one of ${choices.join(', ')}, not "${value}"`);
      return found ?? otherwise;
    },
  };
}

function readPings(reader: ContextReader, stage: Stage): DeploymentConfig['socketPings'] {
  const answers = reader.choice('socketPings', pingAnswers, 'function');
  // The emulator does not know the resource that holds the answer.
  if (stage === 'local' && answers === 'gateway') reader.mistakes.push('socketPings=gateway is not for stage local');
  return answers;
}

function readWebhookTargets(reader: ContextReader, stage: Stage): DeploymentConfig['webhookTargets'] {
  const targets = reader.choice('webhookTargets', webhookTargets, 'public');
  // Anybody could have the service ask what listens beside its functions.
  if (stage !== 'local' && targets === 'loopback')
    reader.mistakes.push('webhookTargets=loopback is only for stage local');
  return targets;
}

function readEndpoint(reader: ContextReader, stage: Stage): string | undefined {
  const endpoint = reader.text('endpoint');
  if (stage !== 'local') {
    if (endpoint !== undefined) reader.mistakes.push('endpoint is only for stage local');
    return undefined;
  }
  if (endpoint === undefined) return 'http://127.0.0.1:4566';
  if (!isBareUrl(endpoint, ['http:', 'https:'])) {
    reader.mistakes.push(`endpoint must be like http://127.0.0.1:4566, not "${endpoint}"`);
  }
  return endpoint;
}

function readSearchEndpoint(reader: ContextReader, stage: Stage): string | undefined {
  const endpoint = reader.text('searchEndpoint');
  if (endpoint === undefined) return undefined;
  if (stage !== 'local')
    reader.mistakes.push('searchEndpoint is only for stage local: choose search=domain or search=off');
  if (!isBareUrl(endpoint, ['http:', 'https:'])) {
    reader.mistakes.push(`searchEndpoint must be like http://127.0.0.1:9200, not "${endpoint}"`);
  }
  return stage === 'local' ? endpoint : undefined;
}

function readIssuer(reader: ContextReader): ExternalIssuer | undefined {
  const issuer = reader.text('issuer');
  const audience = reader.text('audience');
  if (issuer === undefined && audience === undefined) return undefined;
  if (issuer === undefined || audience === undefined) {
    reader.mistakes.push('issuer and audience belong together: give both, or neither for a user pool');
    return undefined;
  }
  if (!URL.canParse(issuer) || new URL(issuer).protocol !== 'https:') {
    reader.mistakes.push(`issuer must be an https URL, not "${issuer}"`);
  }
  return { issuer, audience };
}

function readEncryptionKey(reader: ContextReader, stage: Stage): string | undefined {
  const key = reader.text('encryptionKey');
  if (key === undefined) return undefined;
  if (stage === 'local') reader.mistakes.push('encryptionKey is not for stage local');
  if (key !== 'managed' && !/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[a-z0-9-]+$/.test(key)) {
    reader.mistakes.push(`encryptionKey must be "managed", or the ARN of a key of KMS, not "${key}"`);
  }
  return key;
}

function readQuota(reader: ContextReader): number {
  const text = reader.text('quotaBytes');
  if (text === undefined) return QUOTA_BYTES_DEFAULT;
  const quotaBytes = Number(text);
  if (!Number.isSafeInteger(quotaBytes) || quotaBytes <= 0) {
    reader.mistakes.push(`quotaBytes must be a whole number of bytes above 0, not "${text}"`);
  }
  return quotaBytes;
}

function readOrigins(reader: ContextReader, stage: Stage): readonly string[] {
  const origins = reader.list('allowedOrigins') ?? (stage === 'local' ? ['*'] : []);
  for (const origin of origins) {
    if (origin === '*' && stage === 'local') continue;
    if (!isBareUrl(origin, stage === 'prod' ? ['https:'] : ['http:', 'https:'])) {
      reader.mistakes.push(`allowedOrigins must name origins like https://app.example.com, not "${origin}"`);
    }
  }
  return origins;
}

function readWeb(reader: ContextReader, stage: Stage): Pick<DeploymentConfig, 'web' | 'webDomain' | 'originKey'> {
  const web = reader.choice('web', ['on', 'off'], stage === 'local' ? 'off' : 'on');
  if (stage === 'local' && web === 'on')
    reader.mistakes.push('web must be off in stage local, which npm start serves it in');
  const originKey = readWhole(reader, 'originKey', { otherwise: 1, max: ORIGIN_KEY_MAX, what: 'number' });
  const webDomain = readEdgeDomain(reader, 'webDomain', 'webCertificate');
  if (reader.text('webDomain') === undefined && reader.text('webCertificate') === undefined) return { web, originKey };
  if (webDomain === undefined || web === 'off') {
    reader.mistakes.push('webDomain and webCertificate belong together, and to web=on');
    return { web, originKey };
  }
  return { web, webDomain, originKey };
}

interface Whole {
  readonly otherwise: number;
  readonly max: number;
  readonly what: string;
}

function readWhole(reader: ContextReader, key: string, { otherwise, max, what }: Whole): number {
  const text = reader.text(key) ?? String(otherwise);
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1 || value > max) {
    reader.mistakes.push(`${key} must be a whole ${what} from 1 to ${max}, not "${text}"`);
  }
  return value;
}

function readLogRetention(reader: ContextReader, stage: Stage): RetentionDays {
  const text = reader.text('logRetentionDays') ?? (stage === 'local' ? '1' : '30');
  const days = Object.values(RetentionDays).find((choice) => String(choice) === text);
  if (typeof days === 'number' && days !== RetentionDays.INFINITE) return days;
  reader.mistakes.push(`logRetentionDays must be a length that CloudWatch Logs knows (1, 7, 30, 90 …), not "${text}"`);
  return RetentionDays.ONE_MONTH;
}

function readOperations(reader: ContextReader, stage: Stage, hasIssuer: boolean): OperationsConfig {
  const usual = { local: 'none', dev: 'alarms', prod: 'full' } as const;
  const watch = reader.choice('watch', ['none', 'alarms', 'full'], usual[stage]);
  if (stage === 'local' && watch !== 'none')
    reader.mistakes.push('watch must be none in stage local: nobody is told there');
  const canary = reader.choice('canary', ['on', 'off'], stage === 'local' && !hasIssuer ? 'on' : 'off');
  if (canary === 'on' && hasIssuer)
    reader.mistakes.push('canary=on needs a user pool of this deployment: it cannot sign in at another issuer');
  const rollout = reader.choice('rollout', ['at-once', 'gradual'], 'at-once');
  if (stage === 'local' && rollout === 'gradual')
    reader.mistakes.push('rollout=gradual is not for stage local, where nobody else is asking');
  const alarmEmail = reader.text('alarmEmail');
  if (alarmEmail === undefined) return { watch, canary, rollout };
  if (watch === 'none') reader.mistakes.push('alarmEmail needs alarms: leave it out, or set watch to alarms or full');
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(alarmEmail)) {
    reader.mistakes.push(`alarmEmail must be an address like ops@example.com, not "${alarmEmail}"`);
  }
  return { watch, alarmEmail, canary, rollout };
}

/** Scheme, host and port alone: what a browser sends as Origin. */
function isBareUrl(text: string, protocols: readonly string[]): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.origin === text && protocols.includes(url.protocol);
}
