/**
 * Who may import whom: `bin → lib → protocol ← lambdas`, and `web → client → protocol`.
 * A later entry replaces an earlier one for the files that it names. Source: docs/STYLE.md, "Dependencies".
 */
import type { OxlintOverride } from 'oxlint';

type Rules = NonNullable<OxlintOverride['rules']>;

interface Ban {
  readonly regex?: string;
  readonly group?: string[];
  readonly message: string;
}

/** Files that reach into another top-level folder by a relative path. */
function reach(folders: string, message: string): Ban {
  return { regex: `^(\\.\\./)+(${folders})/`, message };
}

function layer(files: string[], bans: readonly Ban[], rules: Rules = {}): OxlintOverride {
  return { files, rules: { 'no-restricted-imports': ['error', { patterns: [...bans] }], ...rules } };
}

function globals(messages: Readonly<Record<string, string>>): Rules {
  return {
    'no-restricted-globals': ['error', ...Object.entries(messages).map(([name, message]) => ({ name, message }))],
  };
}

const CLOCK = 'time comes from the Clock port';
const CHANCE = 'randomness comes from a port';
const ANYWHERE = 'this part runs in Node, browsers and simulations: use a port';

const NO_CLOCK_OR_CHANCE: Rules = {
  'no-restricted-properties': [
    'error',
    { object: 'Date', property: 'now', message: CLOCK },
    { object: 'performance', property: 'now', message: CLOCK },
    { object: 'Math', property: 'random', message: CHANCE },
    { object: 'crypto', property: 'randomUUID', message: CHANCE },
    { object: 'crypto', property: 'getRandomValues', message: CHANCE },
  ],
};

const AWS: Ban = {
  regex: '^(@aws-sdk|@smithy|@aws-crypto)/',
  message: 'AWS is spoken to in adapters alone (dynamodb-*, s3-*, sqs-*, api-gateway-*, cloudfront-*, cognito-*)',
};
const CDK: Ban = { regex: '^(aws-cdk|aws-cdk-lib|constructs|cdk-nag)(/|$)', message: 'infrastructure lives in lib' };
const TESTS = reach('test|bench', 'product code does not know its tests');
const ENTRY: Ban = {
  regex: '\\.lambda\\.ts$',
  message: 'an entry is loaded by its deployment, the emulator and tests',
};
const ADAPTER: Ban = {
  regex: '(^|/)(dynamodb|s3|sqs|api-gateway|cloudfront|cognito|memory)-[a-z0-9-]+\\.ts$',
  message: 'logic knows ports; entries and lambdas/runtime choose the adapters',
};
const NODE: Ban = { regex: '^node:', message: ANYWHERE };
const CLIENT_PACKAGE: Ban = { regex: '^@syncline/client', message: 'the service does not know its clients' };
const WEB_PACKAGE: Ban = {
  regex: '^@syncline/web',
  message: 'what serves the web app knows how; nothing else knows of it',
};

const SERVER = [
  CDK,
  TESTS,
  ENTRY,
  CLIENT_PACKAGE,
  WEB_PACKAGE,
  reach('client|web|emulator|lib|bin', 'lambdas import lambdas only'),
];
const CLIENT = [
  AWS,
  CDK,
  TESTS,
  WEB_PACKAGE,
  reach('lambdas|lib|bin|web|emulator', 'a client knows the service by its contract'),
];

const protocol = layer(
  ['protocol/src/**'],
  [{ group: ['*', '!zod/mini', '!./*'], message: 'the contract depends on zod/mini alone' }],
  {
    ...NO_CLOCK_OR_CHANCE,
    ...globals({
      fetch: 'the contract does no input or output',
      console: 'the contract does no input or output',
      process: ANYWHERE,
      crypto: CHANCE,
      setTimeout: CLOCK,
      setInterval: CLOCK,
    }),
  },
);

const lambdas = [
  layer(['lambdas/**'], [...SERVER, AWS, ADAPTER], {
    ...NO_CLOCK_OR_CHANCE,
    ...globals({ fetch: 'the network is behind ports', setTimeout: CLOCK, setInterval: CLOCK }),
    'node/no-process-env': 'error',
  }),
  layer(['lambdas/**/{dynamodb,s3,api-gateway,cognito}-*.ts'], SERVER),
  layer(['lambdas/**/memory-*.ts'], [...SERVER, AWS]),
  layer(['lambdas/runtime/**', 'lambdas/*.lambda.ts'], SERVER, {
    'node/no-process-env': 'off',
    'no-restricted-properties': 'off',
    'no-restricted-globals': 'off',
  }),
];

const infrastructure = [
  layer(
    ['lib/**'],
    [
      ENTRY,
      TESTS,
      CLIENT_PACKAGE,
      reach(
        'lambdas|client|web|emulator|bin|protocol',
        'infrastructure names entries by path and imports @syncline/protocol',
      ),
    ],
  ),
  layer(['bin/**'], [reach('lambdas|client|web|emulator|bench|test|protocol', 'bin composes lib'), CLIENT_PACKAGE]),
];

const client = [
  layer(['client/**'], CLIENT),
  layer(
    ['client/src/{api,sdk,chunking,transfers,ignore}/**'],
    [
      ...CLIENT,
      NODE,
      { regex: '/(platform|cli|engine)/', message: 'this part is below engine, platforms and command line' },
    ],
  ),
  layer(
    ['client/src/platform/**'],
    [
      ...CLIENT,
      { regex: '/(cli|daemon|sync)/', message: 'a platform is below daemon and command line' },
      {
        regex: '/engine/(planner|plan|conflicts|executor|engine)(-[a-z-]+)?\\.ts$',
        message: 'a platform only has ports',
      },
    ],
  ),
  layer(
    ['client/src/{sync,daemon,doctor}/**'],
    [...CLIENT, { regex: '/cli/', message: 'the command line asks the daemon, not the other way round' }],
  ),
  layer(['client/src/platform/browser/**'], [...CLIENT, NODE, { regex: '/(cli|node|engine)/', message: ANYWHERE }]),
  layer(
    ['client/src/engine/**'],
    [{ group: ['*', '!@syncline/protocol', '!./*'], message: 'the engine core knows the contract and its own ports' }],
    {
      ...NO_CLOCK_OR_CHANCE,
      ...globals({
        fetch: 'the network is the Transport port',
        Date: CLOCK,
        performance: CLOCK,
        setTimeout: CLOCK,
        setInterval: CLOCK,
        setImmediate: CLOCK,
        crypto: CHANCE,
        process: ANYWHERE,
        Buffer: ANYWHERE,
        window: ANYWHERE,
        document: ANYWHERE,
      }),
    },
  ),
];

const web = layer(
  ['web/**'],
  [
    AWS,
    CDK,
    NODE,
    TESTS,
    { regex: '^@syncline/[a-z]+/', message: 'only what a package exports' },
    reach('lambdas|lib|bin|client|emulator|protocol', 'the web app uses @syncline/protocol and @syncline/client'),
  ],
);

const emulator = layer(
  ['emulator/**'],
  [TESTS, CLIENT_PACKAGE, reach('lib|bin|client|web', 'the local stack runs what the template deploys')],
);

const ADMIN = [
  CDK,
  TESTS,
  ENTRY,
  reach('lib|bin|web|emulator', 'who looks after a deployment reads it as the service does'),
];
const admin = layer(['admin/**'], [AWS, ...ADMIN]);
/** What no function asks: how AWS keeps a domain. */
const adminAdapters = layer(['admin/describe-domain.ts'], ADMIN);

const tests = layer(['**/*.test.ts', 'test/**', 'bench/**'], [], {
  'no-restricted-imports': 'off',
  'no-restricted-globals': 'off',
  'no-restricted-properties': 'off',
  'node/no-process-env': 'off',
});

export const dependencyRules: readonly OxlintOverride[] = [
  protocol,
  ...lambdas,
  ...infrastructure,
  ...client,
  web,
  emulator,
  admin,
  adminAdapters,
  tests,
];
