import { expect, test } from '@jest/globals';
import { assert, type ChunkHash, DAY_MS, HOUR_MS, type StoredContent, type Upload } from '@syncline/protocol';
import fc from 'fast-check';
import { possessionProof } from '../../lambdas/chunks/possession.ts';
import { packObjectKey } from '../../lambdas/packs/pack-index.ts';
import { sweepPack } from '../../lambdas/packs/sweep-pack.ts';
import { UnavailableError } from '../../lambdas/runtime/unavailable-error.ts';
import { CommitWorld, type Intent } from '../support/commit-world.ts';
import { chunkOf, fileOf, type Member, sha256Hex, textBytes } from '../support/in-memory-member.ts';
import { type PackForm, packOf } from '../support/in-memory-pack.ts';
import type { InMemoryStores } from '../support/in-memory-stores.ts';
import { interleavedStores } from '../support/interleaved-stores.ts';
import { Interleaver } from '../support/interleaver.ts';
import { propertyCases } from '../support/property-runs.ts';
import { SeededRandom } from '../support/seeded-random.ts';
import { readRecorded } from '../support/stored-chunk.ts';

const ACCOUNTS = ['ann', 'bob', 'eve'];
const ROUNDS = 5;
const RUNS = propertyCases(20);
/** Few enough that accounts and packs meet each other's chunks; of lengths from 1 to 60 bytes. */
const CONTENTS = Array.from({ length: 16 }, (_, index) =>
  textBytes(String.fromCharCode(97 + index).repeat(1 + index * 4)),
);
const GRACE_MS = 35 * DAY_MS;
const STEPS_MAX = 6;
const PACK_FORMS: readonly PackForm[] = ['plain', 'compressed', 'mixed'];
const DOMAIN = 'shared';

/** Accounts that send files in packs at one time, while chunks and packs are swept, over stores that lose answers. */
class History {
  readonly random: SeededRandom;
  readonly interleaver: Interleaver;
  readonly world: CommitWorld;
  readonly ports: InMemoryStores;
  /** Chunks of committed files that nobody has given up. */
  readonly needed = new Map<ChunkHash, Uint8Array>();
  readonly #condemnedAt = new Map<ChunkHash, number>();
  #files = 0;

  constructor(seed: number, faults: number) {
    this.random = new SeededRandom(`history ${seed}`);
    this.interleaver = new Interleaver({ random: new SeededRandom(`order ${seed}`), faults });
    this.world = new CommitWorld({
      seed: `stores ${seed}`,
      seen: (stores) => interleavedStores(this.interleaver, stores),
    });
    this.ports = interleavedStores(this.interleaver, this.world.service.stores);
  }

  chance(of: number): boolean {
    return this.random.fraction() < of;
  }

  /** A client's part: sends some files, whatever is answered, and commits those that it could store. */
  async send(member: Member, contents: readonly Uint8Array[]): Promise<void> {
    const files = contents.map((bytes) => fileOf(member.namespaceId, [bytes]));
    if (this.chance(0.4)) {
      await this.#sendPack(member, [...new Map(contents.map((bytes) => [chunkOf(bytes).hash, bytes])).values()]);
      await this.#commit(
        member,
        contents,
        files.map(({ size, contentHash, chunking, chunks }) => ({ content: { size, contentHash, chunking, chunks } })),
      );
      return;
    }
    const opened = await this.world.service.invoke('initiateUploads', { body: { packs: true, files } }, member);
    if (!opened.ok) return;
    const missing = opened.value.uploads.flatMap((upload, index) => (upload.missing.length > 0 ? [index] : []));
    await this.#sendPack(
      member,
      missing.map((index) => contents[index] as Uint8Array),
    );
    for (const [index, upload] of opened.value.uploads.entries()) {
      await this.#settle(member, upload, contents[index] as Uint8Array);
    }
    await this.#commit(
      member,
      contents,
      opened.value.uploads.map(({ uploadId }) => ({ uploadId })),
    );
  }

  async #commit(member: Member, contents: readonly Uint8Array[], stored: readonly StoredContent[]): Promise<void> {
    const intents = stored.map((content): Intent => {
      this.#files += 1;
      const place = { parentId: member.namespaceId as never, name: `file ${this.#files}`, baseRev: 0, clock: 1 };
      return { type: 'put', ...place, onConflict: 'keep_both', ...content };
    });
    const body = { operations: this.world.name(member, intents) };
    const answer = await this.world.service.invoke('commit', { body }, member);
    for (const [index, result] of (answer.ok ? answer.value.results : []).entries()) {
      const bytes = contents[index] as Uint8Array;
      if (result.status === 'committed') this.needed.set(chunkOf(bytes).hash, bytes);
      else expect(['chunks_missing', 'unavailable']).toContain(result.status === 'error' && result.error.code);
    }
  }

  async #sendPack(member: Member, contents: readonly Uint8Array[]): Promise<void> {
    let left = contents;
    for (let round = 0; round < STEPS_MAX && left.length > 0; round++) {
      const { pack, bytes } = packOf(left, PACK_FORMS[Math.floor(this.random.fraction() * PACK_FORMS.length)]);
      const opened = await this.world.service.invoke('openPack', { body: pack }, member);
      if (!opened.ok) continue;
      if (opened.value.status === 'repack') {
        const { known } = opened.value;
        left = left.filter((each) => !known.includes(chunkOf(each).hash));
        continue;
      }
      this.world.service.stores.objects.put({ ...opened.value.put, bytes });
      const confirmed = await this.world.service.invoke('confirmPack', { body: pack }, member);
      if (confirmed.ok) return;
      if (confirmed.problem.remedy !== 'retry') return;
    }
  }

  /** Asks until the chunk is held: proves what others have stored, and sends alone what no pack could take. */
  async #settle(member: Member, { uploadId }: Upload, bytes: Uint8Array): Promise<void> {
    const { hash } = chunkOf(bytes);
    let body: object = { hashes: [hash] };
    for (let step = 0; step < STEPS_MAX; step++) {
      const answer = await this.world.service.invoke('checkChunks', { parameters: { uploadId }, body }, member);
      if (!answer.ok) continue;
      const { held, prove, missing } = answer.value;
      if (held.length > 0) return;
      for (const { challenge } of prove) body = { proofs: [{ hash, proof: possessionProof(challenge, bytes) }] };
      for (const { put } of missing) {
        assert(put !== undefined, 'a chunk is sent alone where no packs were asked for');
        this.world.service.stores.objects.put({ ...put, bytes });
        body = { stored: [hash] };
      }
    }
  }

  /** What the sweep of chunks does; each step is one conditional write, with nothing between its condition and its effect. */
  async sweepChunks(): Promise<void> {
    const { chunks, objects, clock } = this.world.service.stores;
    for (const hash of CONTENTS.map((bytes) => chunkOf(bytes).hash)) {
      // Lets others go first.
      await this.ports.chunks.locate(DOMAIN, []);
      const record = (await chunks.locate(DOMAIN, [hash])).get(hash);
      if (record === undefined) continue;
      if (this.needed.has(hash) || record.pinnedUntil > clock.now()) {
        this.#condemnedAt.delete(hash);
        continue;
      }
      const condemnedAt = record.state === 'condemned' ? this.#condemnedAt.get(hash) : undefined;
      if (condemnedAt === undefined) {
        chunks.sweep(DOMAIN, hash, 'condemned');
        this.#condemnedAt.set(hash, clock.now());
      } else if (clock.now() - condemnedAt >= GRACE_MS) {
        chunks.sweep(DOMAIN, hash, 'deleted');
        this.#condemnedAt.delete(hash);
        if (record.objectKey.startsWith('chunks/')) objects.sweep(record.objectKey);
      }
    }
  }

  async sweepPacks(): Promise<void> {
    const { packs, objects } = this.world.service.stores;
    for (const pack of packs.list()) {
      const outcome = await sweepPack(this.ports, pack, this.ports.clock.now()).catch((error: unknown) => {
        if (!(error instanceof UnavailableError)) throw error;
      });
      if (outcome?.kind === 'deleted' && objects.keys().includes(outcome.objectKey)) objects.sweep(outcome.objectKey);
      expect(outcome?.kind).not.toBe('damaged');
    }
  }

  /** As a reader does: where it lies first, and the bytes a moment later. */
  async readNeeded(stores: InMemoryStores): Promise<void> {
    for (const [hash] of this.needed) {
      const record = (await stores.chunks.locate(DOMAIN, [hash])).get(hash);
      assert(record !== undefined, 'a chunk of a committed file is stored');
      const { objectKey } = record;
      expect(sha256Hex((await readRecorded(stores, record)) ?? '')).toBe(hash);
      if (!objectKey.startsWith('packs/')) continue;
      const packs = this.world.service.stores.packs.list();
      expect(packs.map(packObjectKey)).toContain(objectKey);
    }
  }

  giveUpSome(): void {
    for (const hash of this.needed.keys()) if (this.chance(0.4)) this.needed.delete(hash);
  }
}

test('whatever accounts send in packs, and however it is swept, no chunk of a committed file is lost', async () => {
  const cases = fc.record({ seed: fc.integer(), faults: fc.constantFrom(0, 0, 0.05) });
  await fc.assert(
    fc.asyncProperty(cases, async ({ seed, faults }) => {
      const history = new History(seed, faults);
      const { clock, packs } = history.world.service.stores;
      const members = await Promise.all(ACCOUNTS.map((name) => history.world.device('desk', name)));
      for (let round = 0; round < ROUNDS; round++) {
        const sends = members
          .filter(() => history.chance(0.7))
          .map((member) => {
            const contents = CONTENTS.filter(() => history.chance(0.4));
            return () => (contents.length > 0 ? history.send(member, contents) : Promise.resolve());
          });
        const sweeps = [() => history.sweepChunks(), () => history.sweepPacks(), () => history.sweepPacks()];
        const read = () => history.readNeeded(history.ports);
        await history.interleaver.run([...sends, ...sweeps, read]);
        await history.readNeeded(history.world.service.stores);
        history.giveUpSome();
        clock.advance([HOUR_MS, 3 * DAY_MS, 36 * DAY_MS][Math.floor(history.random.fraction() * 3)] ?? 0);
      }
      // When nobody needs anything, nothing is kept.
      history.needed.clear();
      for (let sweep = 0; sweep < 5; sweep++) {
        await history.sweepChunks();
        await history.sweepPacks();
        clock.advance(40 * DAY_MS);
      }
      expect(packs.list()).toEqual([]);
    }),
    { numRuns: RUNS },
  );
});
