import { randomUUID } from 'node:crypto';
import { CreateTableCommand, type CreateTableCommandInput, type DynamoDBClient } from '@aws-sdk/client-dynamodb';

export interface TableNames {
  readonly files: string;
  readonly chunks: string;
  readonly changes: string;
  readonly accounts: string;
  readonly sessions: string;
}

type Shape = Pick<CreateTableCommandInput, 'AttributeDefinitions' | 'KeySchema' | 'GlobalSecondaryIndexes'>;

const string = (name: string) => ({ AttributeName: name, AttributeType: 'S' }) as const;
const keys = [
  { AttributeName: 'pk', KeyType: 'HASH' },
  { AttributeName: 'sk', KeyType: 'RANGE' },
] as const satisfies CreateTableCommandInput['KeySchema'];
const plain: Shape = { AttributeDefinitions: [string('pk'), string('sk')], KeySchema: [...keys] };

/** The keys of the deployed tables (lib/constructs/data-tables.ts). */
const shapes: { readonly [table in keyof TableNames]: Shape } = {
  files: plain,
  chunks: plain,
  accounts: plain,
  changes: { ...plain, AttributeDefinitions: [string('pk'), { AttributeName: 'sk', AttributeType: 'N' }] },
  sessions: {
    ...plain,
    AttributeDefinitions: [string('pk'), string('sk'), string('accountId')],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byAccount',
        KeySchema: [
          { AttributeName: 'accountId', KeyType: 'HASH' },
          { AttributeName: 'pk', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  },
};

/** Makes a set of tables, with names of its own where none are given. */
export async function createTables(client: DynamoDBClient, nameOf = newNames()): Promise<TableNames> {
  const names = {} as { -readonly [table in keyof TableNames]: string };
  for (const [table, shape] of Object.entries(shapes) as [keyof TableNames, Shape][]) {
    names[table] = nameOf(table);
    await client.send(new CreateTableCommand({ TableName: names[table], BillingMode: 'PAY_PER_REQUEST', ...shape }));
  }
  return names;
}

function newNames(): (table: keyof TableNames) => string {
  const suffix = randomUUID();
  return (table) => `test-${table}-${suffix}`;
}
