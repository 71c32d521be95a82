import { epochMs, type NamespaceId, type NodeId } from '@syncline/protocol';
import { readContentChunks } from '../lambdas/references/content-chunks.ts';
import { NODE_PASSES_MAX, REVISION_PAGES_MAX, REVISIONS_AT_ONCE } from '../lambdas/references/limits.ts';
import type { NodePass } from '../lambdas/references/reference-store.ts';
import type { Audit } from './audit.ts';

/**
 * Gives a node a reference for each chunk of every content that it retains, also where it is noted already that it has them; takes none
 * away. False when other passes over the node did not come to an end.
 */
export async function addReferences(audit: Audit, groundId: NamespaceId, nodeId: NodeId): Promise<boolean> {
  for (let attempt = 1; attempt <= NODE_PASSES_MAX; attempt++) {
    // Before anything is read, as in every pass: one that begins later has seen at least as much.
    const pass = await audit.references.beginPass({ namespaceId: groundId, nodeId });
    if (await addAll(audit, { namespaceId: groundId, nodeId, pass })) return true;
  }
  return false;
}

async function addAll({ namespaces, references, chunks, objects }: Audit, pass: NodePass): Promise<boolean> {
  const { namespaceId, nodeId } = pass;
  let before: number | undefined;
  for (let page = 0; page < REVISION_PAGES_MAX; page++) {
    const from = before === undefined ? {} : { before };
    const { revisions, next } = await namespaces.listRevisions({
      namespaceId,
      nodeId,
      limit: REVISIONS_AT_ONCE,
      ...from,
    });
    for (const { domain, contentHash, manifest } of revisions) {
      const content = { domain, contentHash, ...(manifest === undefined ? {} : { manifest }) };
      const needed = await readContentChunks({ objects }, content);
      if (needed === undefined) continue;
      if (!(await references.beginAdding(pass, content))) return false;
      for (const chunksOf of needed) {
        await references.add(pass, chunksOf);
        // After the references, as everybody does who adds some: a sweep that has not seen them is seen here.
        await chunks.pin({ ...chunksOf, until: epochMs(0) });
      }
      if (!(await references.endAdding(pass, content))) return false;
    }
    if (next === undefined) return references.isLastPass(pass);
    before = next;
  }
  return false;
}
