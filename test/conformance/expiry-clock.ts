import { expect, test } from '@jest/globals';
import { epochMs, NamespaceId } from '@syncline/protocol';
import type { ExpiryClock } from '../../lambdas/history/expiry-clock.ts';
import { freshId, type NamespaceSubject, openHome } from './namespace-fixture.ts';

const NOW = epochMs(Date.UTC(2026, 0, 1));

/** What every ExpiryClock must do. */
export function describeExpiryClock(
  make: () => Promise<NamespaceSubject & { readonly expiryClock: ExpiryClock }>,
): void {
  test('its time is what was written last, and none before', async () => {
    const { expiryClock } = await make();
    expect(await expiryClock.read()).toBeUndefined();
    for (const time of [NOW, epochMs(NOW + 1)]) {
      await expiryClock.write(time);
      expect(await expiryClock.read()).toBe(time);
    }
  });

  test('a floor stands in the head of its namespace, is raised and never lowered; there is none for no namespace', async () => {
    const subject = await make();
    const { expiryClock, namespaces } = subject;
    const home = await openHome(subject);
    const floor = async () => (await namespaces.readAccess(home))?.head.timeFloor;
    expect(await floor()).toBeUndefined();
    for (const [given, kept] of [
      [1, 1],
      [3, 3],
      [2, 3],
    ] as const) {
      await expiryClock.raiseFloor({ namespaceId: home.namespaceId, timeFloor: epochMs(NOW + given) });
      expect(await floor()).toBe(NOW + kept);
    }
    const missing = { namespaceId: NamespaceId.parse(freshId()), accountId: home.accountId };
    await expiryClock.raiseFloor({ ...missing, timeFloor: NOW });
    expect(await namespaces.readAccess(missing)).toBeUndefined();
  });
}
