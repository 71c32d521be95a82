import type { AccountId, NamespaceId, Role } from '@syncline/protocol';
import type { InMemoryStores } from '../support/in-memory-stores.ts';

/** Which role everybody had when: what a request was allowed depends on all that held between its beginning and its end. */
export class RoleHistory {
  readonly #stores: Pick<InMemoryStores, 'namespaces'>;
  readonly #roles = new Map<string, { readonly moment: number; readonly role: Role | undefined }[]>();
  #moment = 0;

  constructor(stores: Pick<InMemoryStores, 'namespaces'>) {
    this.#stores = stores;
  }

  /** Takes over who is what, and answers the moment. */
  note(): number {
    this.#moment += 1;
    const { namespaces } = this.#stores;
    const present = new Map<string, Role>();
    for (const { namespaceId } of namespaces.listHeads()) {
      for (const { accountId, role } of namespaces.memberships.members(namespaceId).values()) {
        present.set(`${namespaceId}/${accountId}`, role);
      }
    }
    for (const key of new Set([...present.keys(), ...this.#roles.keys()])) {
      const known = this.#roles.get(key) ?? [];
      if (known.at(-1)?.role !== present.get(key)) known.push({ moment: this.#moment, role: present.get(key) });
      this.#roles.set(key, known);
    }
    return this.#moment;
  }

  /** Every role that an account has had from a moment on. */
  since(moment: number, namespaceId: NamespaceId, accountId: AccountId): ReadonlySet<Role> {
    const known = this.#roles.get(`${namespaceId}/${accountId}`) ?? [];
    const atFirst = known.findLast((one) => one.moment <= moment);
    const later = known.filter((one) => one.moment > moment);
    return new Set([...(atFirst === undefined ? [] : [atFirst]), ...later].flatMap(({ role }) => role ?? []));
  }
}
