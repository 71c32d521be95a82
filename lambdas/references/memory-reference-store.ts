import type { ChunkHash, NamespaceId } from '@syncline/protocol';
import type { JournalPosition } from '../journal/journal-positions.ts';
import { MemoryJournalPositions } from '../journal/memory-journal-positions.ts';
import {
  type ContentKey,
  contentKeyText,
  type DomainChunks,
  type NodeName,
  type NodePass,
  type ReferencedContent,
  type ReferenceStore,
} from './reference-store.ts';

type ContentRow = ReferencedContent & { readonly pass: number };

/** References in the memory of one process. */
export class MemoryReferenceStore implements ReferenceStore {
  readonly #passes = new Map<string, number>();
  readonly #contents = new Map<string, Map<string, ContentRow>>();
  /** Chunk → node → pass that added it. */
  readonly #references = new Map<string, Map<string, number>>();
  readonly #positions = new MemoryJournalPositions();

  async beginPass(node: NodeName): Promise<number> {
    const pass = (this.#passes.get(nodeText(node)) ?? 0) + 1;
    this.#passes.set(nodeText(node), pass);
    return pass;
  }

  async isLastPass(pass: NodePass): Promise<boolean> {
    return this.#isLast(pass);
  }

  async listContents(node: NodeName): Promise<readonly ReferencedContent[]> {
    return [...(this.#contents.get(nodeText(node))?.values() ?? [])].map(({ pass: _pass, ...content }) => content);
  }

  async beginAdding(pass: NodePass, content: ContentKey): Promise<boolean> {
    const rows = this.#contentsOf(pass);
    const row = rows.get(contentKeyText(content));
    if (row !== undefined && row.pass > pass.pass) return false;
    rows.set(contentKeyText(content), { ...content, state: 'adding', pass: pass.pass });
    return true;
  }

  async endAdding(pass: NodePass, content: ContentKey): Promise<boolean> {
    const rows = this.#contentsOf(pass);
    const row = rows.get(contentKeyText(content));
    if (row?.state !== 'adding' || row.pass !== pass.pass) return false;
    if (!this.#isLast(pass)) return false;
    rows.set(contentKeyText(content), { ...row, state: 'referenced' });
    return true;
  }

  async beginDropping(pass: NodePass, content: ContentKey): Promise<boolean> {
    const rows = this.#contentsOf(pass);
    const row = rows.get(contentKeyText(content));
    if (row === undefined || row.pass > pass.pass || !this.#isLast(pass)) return false;
    rows.set(contentKeyText(content), { ...row, state: 'dropping', pass: pass.pass });
    return true;
  }

  async endDropping(pass: NodePass, content: ContentKey): Promise<boolean> {
    const rows = this.#contentsOf(pass);
    const row = rows.get(contentKeyText(content));
    if (row?.state !== 'dropping' || row.pass !== pass.pass) return false;
    return rows.delete(contentKeyText(content));
  }

  async add(pass: NodePass, { domain, hashes }: DomainChunks): Promise<void> {
    for (const hash of hashes) {
      const nodes = this.#references.get(`${domain}#${hash}`) ?? new Map<string, number>();
      nodes.set(nodeText(pass), Math.max(pass.pass, nodes.get(nodeText(pass)) ?? 0));
      this.#references.set(`${domain}#${hash}`, nodes);
    }
  }

  async drop(pass: NodePass, { domain, hashes }: DomainChunks): Promise<void> {
    for (const hash of hashes) {
      const nodes = this.#references.get(`${domain}#${hash}`);
      if ((nodes?.get(nodeText(pass)) ?? 0) <= pass.pass) nodes?.delete(nodeText(pass));
    }
  }

  async isReferenced(domain: string, hash: ChunkHash): Promise<boolean> {
    return (this.#references.get(`${domain}#${hash}`)?.size ?? 0) > 0;
  }

  getPosition(namespaceId: NamespaceId): Promise<JournalPosition | undefined> {
    return this.#positions.get(namespaceId);
  }

  advance(namespaceId: NamespaceId, to: JournalPosition): Promise<void> {
    return this.#positions.advance(namespaceId, to);
  }

  setPosition(namespaceId: NamespaceId, to: JournalPosition): Promise<void> {
    return this.#positions.set(namespaceId, to);
  }

  #isLast(pass: NodePass): boolean {
    return this.#passes.get(nodeText(pass)) === pass.pass;
  }

  #contentsOf(node: NodeName): Map<string, ContentRow> {
    const rows = this.#contents.get(nodeText(node)) ?? new Map<string, ContentRow>();
    this.#contents.set(nodeText(node), rows);
    return rows;
  }
}

function nodeText({ namespaceId, nodeId }: NodeName): string {
  return `${namespaceId}#${nodeId}`;
}
