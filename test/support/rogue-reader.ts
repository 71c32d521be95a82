import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A process that a document has taken over: does what the text of each content says, and answers what came of it. */
const SOURCE = `
import { readFileSync, writeFileSync } from 'node:fs';

const seen = [];

const deeds = {
  remember: () => seen.join(','),
  steal: () => readFileSync('/etc/hostname', 'utf8'),
  write: () => writeFileSync('stolen.txt', 'stolen'),
  run: async () => (await import('node:child_process')).execSync('id').toString(),
  thread: async () => String(new (await import('node:worker_threads')).Worker('1', { eval: true })),
  evaluate: () => String(new Function('return 1')()),
  environment: () => \`environment: \${Object.keys(process.env).toSorted().join(' ')}\`,
  sleep: () => new Promise(() => undefined),
  spin: () => {
    for (;;) seen.at(0);
  },
  hoard: () => {
    const hoard = [];
    for (;;) hoard.push(Buffer.alloc(8 * 1024 * 1024, 1));
  },
  fill: () => {
    const filled = [];
    for (;;) filled.push({ filled: String(filled.length) });
  },
  leave: () => process.exit(3),
  lie: () => undefined,
};

process.on('message', async ({ bytes }) => {
  const deed = Buffer.from(bytes).toString();
  seen.push(deed);
  try {
    const text = await deeds[deed]();
    process.send(deed === 'lie' ? { kind: 'read', text: 42 } : { kind: 'read', text });
  } catch (error) {
    process.send({ kind: 'read', text: \`refused: \${error.code ?? error.message}\` });
  }
});
`;

/** Writes it as a module, and answers where. */
export async function writeRogueReader(directory: string): Promise<string> {
  const file = join(directory, 'rogue-reader.mjs');
  await writeFile(file, SOURCE);
  return file;
}
