import type { Command } from 'commander';
import { type DownloadSink, downloadContent } from '../transfers/download-content.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { contentOf, requireDownloaded, requireFile } from './get-command.ts';
import { onRevision } from './on-revision.ts';
import { parseRevision } from './parse-revision.ts';
import { parseRemotePath } from './remote-path.ts';

export function registerCat(program: Command, run: RunCommand): void {
  program
    .command('cat')
    .description('Writes the content of a file to standard output, with `--json` as one JSON document in base 64.')
    .argument('<remote>', 'the file in Syncline')
    .option('--rev <n>', 'an older revision, as `syncline history` numbers them', parseRevision)
    .action(run(cat));
}

async function cat(
  context: CommandContext,
  [remote]: readonly [string],
  options: { readonly rev?: number },
): Promise<void> {
  const path = parseRemotePath(remote);
  const session = await context.session();
  const node = await requireFile(session, path, context.signal);
  const parts: Uint8Array[] = [];
  const write = context.output.json
    ? async (bytes: Uint8Array) => void parts.push(bytes.slice())
    : (bytes: Uint8Array) => writeOut(context.streams.stdout, bytes);
  const { signal } = context;
  const { rev: wanted = node.contentRev } = options;
  const source = contentOf(node, wanted);
  const { rev, contentHash } = await onRevision(session, { node, rev: wanted, path: path.text, signal }, async () =>
    requireDownloaded(await downloadContent(session, source, { sink: inOrder(write), signal }), path),
  );
  context.output.result(
    { path: path.text, node, rev, contentHash, content: Buffer.concat(parts).toString('base64') },
    [],
  );
}

/**
 * Hands chunks on in file order. A chunk that comes early waits with its place in the gate; since the gate serves in order
 * of arrival, the one that it waits for is always under way.
 */
function inOrder(write: (bytes: Uint8Array) => Promise<void>): DownloadSink {
  const waiting = new Map<number, () => void>();
  let next = 0;
  return {
    async write(offset, bytes, signal) {
      if (offset !== next) {
        await new Promise<void>((resolve, reject) => {
          waiting.set(offset, resolve);
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        });
      }
      await write(bytes);
      next = offset + bytes.length;
      waiting.get(next)?.();
      waiting.delete(next);
    },
  };
}

function writeOut(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
