import type { CopyOperation } from '@syncline/protocol';
import type { NamespaceStore } from '../namespaces/namespace-store.ts';
import { decideNewFile } from './decide-put.ts';
import { type Decision, type DecisionContext, type ErrorDecision, refusing } from './decision.ts';
import { NamespaceView } from './namespace-view.ts';
import { contentOf, type FileContent } from './node-change.ts';

/** Makes a new file with a content that the caller may read. The bytes are in the store already; none is copied. */
export async function decideCopy(
  context: DecisionContext & { readonly namespaces: NamespaceStore },
  operation: CopyOperation,
): Promise<Decision> {
  const source = await readSource(context, operation.from);
  if (source.kind === 'error') return source;
  return decideNewFile(context, { ...operation, onConflict: 'keep_both' }, source.content);
}

/** Foreign and missing sources are answered alike. */
async function readSource(
  context: DecisionContext & { readonly namespaces: NamespaceStore },
  from: CopyOperation['from'],
): Promise<{ readonly kind: 'content'; readonly content: FileContent } | ErrorDecision> {
  const missing = refusing('not_found', 'there is no such file to copy');
  const view = await openSource(context, from);
  if (view === undefined || from.nodeId === view.rootId) return missing;
  const node = await view.node(from.nodeId);
  if (node === undefined || (await view.ancestry(from.nodeId)).kind !== 'live') return missing;
  if (node.kind !== 'file') return refusing('invalid_request', 'only a file can be copied');
  const revision = await view.revision(node.nodeId, from.rev ?? node.contentRev);
  if (revision === undefined) return missing;
  if (revision.domain !== 'shared' && revision.domain !== context.caller.accountId) {
    return refusing(
      'invalid_request',
      'this deployment keeps the bytes of accounts apart: download the file and upload it',
    );
  }
  return { kind: 'content', content: contentOf(revision, revision.clock) };
}

async function openSource(
  context: DecisionContext & { readonly namespaces: NamespaceStore },
  from: CopyOperation['from'],
): Promise<NamespaceView | undefined> {
  if (from.namespaceId === context.namespaceId) return context.view;
  const { accountId } = context.caller;
  const access = await context.namespaces.readAccess({ namespaceId: from.namespaceId, accountId });
  return access === undefined ? undefined : new NamespaceView(context, access);
}
