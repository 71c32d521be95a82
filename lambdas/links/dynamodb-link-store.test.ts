import { expect, test } from '@jest/globals';
import { DAY_MS, epochMs, LINK_KEPT_MS, LINK_LIFE_MS_MAX } from '@syncline/protocol';
import { newLink } from '../../test/conformance/link-store.ts';
import { SeededRandom } from '../../test/support/seeded-random.ts';
import type { AttributeValue, DynamodbAction, DynamodbRequests, Item } from '../runtime/dynamodb-api.ts';
import { expiryAttribute, toAttributes } from '../runtime/dynamodb-attributes.ts';
import type { DynamodbCalls } from '../runtime/dynamodb-client.ts';
import { MemoryClock } from '../runtime/memory-clock.ts';
import { DynamodbLinkStore } from './dynamodb-link-store.ts';

/** Items by key, with the only changes that a revocation makes: attributes are set to values. */
class FewItems {
  readonly items = new Map<string, Item>();

  readonly client = {
    send: async (action: DynamodbAction, request: unknown) => {
      if (action === 'TransactWriteItems') {
        for (const { Put: put } of (request as DynamodbRequests['TransactWriteItems']).TransactItems) {
          if (put !== undefined) this.items.set(textOf(put.Item), put.Item);
        }
        return {};
      }
      const { Key: key } = request as DynamodbRequests['GetItem'];
      const item = this.items.get(textOf(key));
      if (action === 'GetItem' || item === undefined) return { Item: item };
      const { UpdateExpression: expression, ExpressionAttributeValues: values } =
        request as DynamodbRequests['UpdateItem'];
      const changed: Record<string, AttributeValue> = { ...item };
      for (const [, name = '', value = ''] of expression.matchAll(/(\w+) = (:\w+)/g)) {
        const given = values?.[value];
        if (given !== undefined) changed[name] = given;
      }
      this.items.set(textOf(key), changed);
      return { Attributes: this.items.get(textOf(key)) };
    },
  } as DynamodbCalls;
}

function textOf(item: Item): string {
  return `${item['pk']?.S} ${item['sk']?.S}`;
}

test('nothing of a link that was revoked is kept for longer than it says so', async () => {
  const table = new FewItems();
  const dependencies = { client: table.client, clock: new MemoryClock(), random: new SeededRandom('links') };
  const links = new DynamodbLinkStore({ ...dependencies, tableNames: { accounts: 'accounts' } });
  const endsAt = epochMs(Date.UTC(2026, 0, 1) + LINK_LIFE_MS_MAX);
  const link = newLink({ endsAt, keptUntil: epochMs(endsAt + LINK_KEPT_MS) });
  await links.create(link);
  const at = epochMs(link.createdAt + DAY_MS);
  await links.revoke({ ...link, at, keptUntil: epochMs(at + LINK_KEPT_MS) });
  const { expiresAt } = toAttributes({ expiresAt: expiryAttribute(epochMs(at + LINK_KEPT_MS)) });
  expect([...table.items.values()].map((item) => item['expiresAt'])).toEqual([expiresAt, expiresAt]);
});
