import type { Audit } from './audit.ts';
import { type ExportOptions, exportNamespace } from './export-namespace.ts';
import type { Terminal } from './terminal.ts';

export type ExportCommand = Omit<ExportOptions, 'tell' | 'progress'>;

/** `npm run admin -- export`. Exit code: 0 everything was written, 1 something could not be read. */
export async function runExport(audit: Audit, terminal: Terminal, command: ExportCommand): Promise<number> {
  const { files, there, bytes, folders, lost, mounts } = await exportNamespace(audit, {
    ...command,
    tell: (path, why) => terminal.say(`LOST ${path}: ${why}`),
    progress: (counts) => terminal.progress(`${counts.files} files, ${counts.bytes} bytes`),
  });
  terminal.say(`${files} files with ${bytes} bytes in ${folders} folders are in ${command.to}.`);
  if (there > 0) terminal.say(`${there} of them had been written before.`);
  if (mounts > 0)
    terminal.say(`${mounts} shared folders stand in it: each is a namespace of its own, to be exported by itself.`);
  if (lost > 0) terminal.say(`${lost} files could not be read. "npm run admin -- fsck" tells more.`);
  return lost === 0 ? 0 : 1;
}
