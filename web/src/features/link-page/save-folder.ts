import type { LinkNode } from '@syncline/protocol';
import { downloadZip, predictLength } from 'client-zip';
import type { LinkedEntries, LinkVisit, OpenedLink } from './create-link-visit.ts';
import { describeRefusal } from './describe-refusal.ts';
import { MEMORY_BYTES_MAX, ZIPPED_FILES_MAX } from './limits.ts';
import type { LinkTexts } from './link-texts.ts';
import { openSavePlace } from './save-file.ts';
import type { DownloadState } from './use-link-download.ts';

interface ZippedFile {
  readonly path: string;
  readonly node: LinkNode;
}

/** What is told to the visitor instead of an archive. */
class FolderProblem extends Error {}

/**
 * Saves all that lies in a linked folder as one archive: whole and verified, or not at all. Of it one file is in memory at a time, and the archive where the browser
 * cannot write to the disk. Each file counts as a download.
 */
export async function saveFolder(
  { visit, texts, link }: { readonly visit: LinkVisit; readonly texts: LinkTexts; readonly link: OpenedLink },
  folder: { readonly node: LinkNode; readonly isRoot: boolean },
  onShare: (share: number) => void,
): Promise<DownloadState> {
  try {
    const files = await filesBelow({ visit, texts }, folder);
    const { usesLeft = files.length } = link;
    if (usesLeft < files.length)
      throw new FolderProblem(texts.say('link.zipUses', { count: usesLeft, files: files.length }));
    const named = files.map(({ path, node: { size } }) => ({ name: path, size }));
    const total = Number(predictLength(named));
    const place = await openSavePlace({ name: `${folder.node.name}.zip`, size: total });
    if (place === undefined) throw new FolderProblem(texts.say('link.tooLarge'));
    try {
      const { body } = downloadZip(readAll({ visit, texts }, files), { buffersAreUTF8: true });
      const ended = new AbortController();
      let written = 0;
      for await (const part of body ?? []) {
        await place.sink.write(written, part, ended.signal);
        written += part.length;
        onShare(total === 0 ? 1 : written / total);
      }
      await place.finish();
      return { kind: 'done' };
    } catch (failure) {
      await place.discard();
      throw failure;
    }
  } catch (failure) {
    if (failure instanceof FolderProblem) return { kind: 'failed', text: failure.message };
    throw failure;
  }
}

interface Reading {
  readonly visit: LinkVisit;
  readonly texts: LinkTexts;
}

/** The next one is read when the one before is in the archive. */
async function* readAll({ visit, texts }: Reading, files: readonly ZippedFile[]) {
  for (const { path, node } of files) {
    const input = new Uint8Array(node.size);
    const write = async (offset: number, part: Uint8Array): Promise<void> => input.set(part, offset);
    const outcome = await visit.read(node, { write }, { onProgress: () => undefined });
    if (outcome.kind === 'damaged') throw new FolderProblem(texts.say('link.damaged'));
    if (outcome.kind !== 'downloaded') throw new FolderProblem(describeRefusal(outcome.problem, texts).title);
    yield { name: path, size: node.size, input };
  }
}

async function filesBelow(
  { visit, texts }: Reading,
  folder: { readonly node: LinkNode; readonly isRoot: boolean },
): Promise<readonly ZippedFile[]> {
  const files: ZippedFile[] = [];
  const folders = [{ nodeId: folder.isRoot ? undefined : folder.node.nodeId, above: '' }];
  for (let next = folders.shift(); next !== undefined; next = folders.shift()) {
    let page: LinkedEntries['nextPage'];
    do {
      const answer = await visit.list(next.nodeId, page);
      if (!answer.ok) throw new FolderProblem(describeRefusal(answer.problem, texts).title);
      for (const node of answer.value.nodes) {
        const path = `${next.above}${node.name}`;
        if (node.kind === 'file') files.push({ path, node });
        else folders.push({ nodeId: node.nodeId, above: `${path}/` });
        if (node.size > MEMORY_BYTES_MAX) throw new FolderProblem(texts.say('link.zipLarge', { name: node.name }));
      }
      if (files.length + folders.length > ZIPPED_FILES_MAX) throw new FolderProblem(texts.say('link.zipMany'));
      page = answer.value.nextPage;
    } while (page !== undefined);
  }
  return files;
}
