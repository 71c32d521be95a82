import { type NamespaceId, type Operation, type OpId, opId } from '@syncline/protocol';
import { UnavailableError } from '../../client/src/api/unavailable-error.ts';
import { type InMemoryClient, openInMemoryClient } from '../support/in-memory-client.ts';
import { type Member, sha256Hex } from '../support/in-memory-member.ts';
import type { Chance } from './chance.ts';
import { doSharing, SHARING_DOINGS } from './sharing-acts.ts';
import type { World } from './simulated-device.ts';
import type { NetworkEnd } from './simulated-network.ts';
import { doToTree, TREE_DOINGS } from './tree-acts.ts';

/** Share of what is written that was written before: the same bytes, which perhaps are just going. */
const AGAIN_SHARE = 0.25;

/** What people tell each other beside the service, and what they remember. */
export interface Grapevine {
  readonly people: readonly SimulatedPerson[];
  /** Tokens of invitations, whoever has them. */
  readonly tokens: string[];
  /** Shared folders that somebody has heard of, member or not. */
  readonly folders: NamespaceId[];
}

/** Share of what people do that is about members. */
const SHARING_SHARE = 0.35;

/** Somebody with an account who works by the real client, without a disk: in the home, and in whatever folder is known, allowed or not. */
export class SimulatedPerson implements NetworkEnd {
  readonly name: string;
  readonly member: Member;
  readonly client: InMemoryClient;
  readonly world: World;
  readonly #chance: Chance;
  readonly #asked = new Map<OpId, Operation>();
  #acts = 0;
  #marks = 0;
  #batches = 0;
  #open = 0;

  constructor(world: World, own: { readonly name: string; readonly member: Member }) {
    this.world = world;
    this.name = own.name;
    this.member = own.member;
    this.#chance = world.stage.chance.fork(own.name);
    const { inMemory } = world.service;
    this.client = openInMemoryClient(inMemory, own.member, world.network.transportOf(this));
  }

  isOnline(): boolean {
    return true;
  }

  /** Nothing is under way. */
  get isIdle(): boolean {
    return this.#open === 0;
  }

  /** What was asked for under this name; undefined when that was a part of something larger. */
  asked(id: OpId): Operation | undefined {
    return this.#asked.get(id);
  }

  /** Does one thing. Whatever comes of it, a refusal or no answer, is fine: that it must not harm is others' to check. */
  async act(grapevine: Grapevine): Promise<void> {
    this.#acts += 1;
    const chance = this.#chance.fork(`act ${this.#acts}`);
    const isSharing = chance.happens(SHARING_SHARE);
    this.#open += 1;
    try {
      const what = isSharing
        ? await doSharing(this, grapevine, { chance, doing: chance.pick(SHARING_DOINGS) })
        : await doToTree(this, grapevine, { chance, doing: chance.pick(TREE_DOINGS) });
      this.tell(() => what);
    } catch (error) {
      if (error instanceof UnavailableError) this.tell(() => 'gives up: nothing answers');
      else this.world.stage.violate('engine', error instanceof Error ? (error.stack ?? error.message) : String(error));
    } finally {
      this.#open -= 1;
    }
  }

  tell(what: () => string): void {
    this.world.stage.tell(this.name, what);
  }

  /** A text that nobody else writes; now and then it is one that was written before. */
  write(chance: Chance): string {
    const isNew = this.#marks === 0 || !chance.happens(AGAIN_SHARE);
    if (isNew) this.#marks += 1;
    const text = `${this.name}.${`${isNew ? this.#marks : chance.between(1, this.#marks)}`.padStart(3, '0')}`;
    this.world.ledger.written(text, this.member.deviceId);
    return text;
  }

  nextOpId(): OpId {
    this.#batches += 1;
    const digits = sha256Hex(`${this.name} ${this.#batches}`).slice(0, 25);
    return opId(`0${digits.toUpperCase()}`, 0);
  }

  /** Commits one operation, and answers in a word what came of it. */
  async commit(operation: Operation): Promise<string> {
    this.#asked.set(operation.opId, operation);
    const answer = await this.client.api.commit({ body: { operations: [operation] } });
    if (!answer.ok) return answer.problem.code;
    const [result] = answer.value.results;
    return result?.status === 'error' ? result.error.code : (result?.status ?? 'nothing');
  }
}
