import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { lockFile } from './file-lock.ts';
import { forgetRunning, recordRunning, refuseToStartTwice } from './running-stack.ts';

const FREE = { port: 0, webPort: 0 };
let dataDir: string;

beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'syncline-running-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

async function listening(): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server };
}

test('where a stack runs it is said that it does, where, and how to stop it', async () => {
  const lock = await lockFile(path.join(dataDir, 'lock'), { waitMs: 0 });
  await recordRunning(dataDir, { pid: process.pid, webUrl: 'http://127.0.0.1:4580' });
  await expect(refuseToStartTwice({ dataDir, ...FREE })).rejects.toMatchObject({
    message: `Syncline is running already, on the data in ${dataDir}. In a browser: http://127.0.0.1:4580`,
    remedy: expect.stringContaining(`Ctrl-C in its terminal, or with "kill ${process.pid}"`),
  });
  lock?.release();
  await forgetRunning(dataDir);
  await expect(refuseToStartTwice({ dataDir, ...FREE })).resolves.toBeUndefined();
});

test('what a stack that was killed has left keeps nobody from starting', async () => {
  await recordRunning(dataDir, { pid: process.pid, webUrl: 'http://127.0.0.1:4580' });
  await expect(refuseToStartTwice({ dataDir, ...FREE })).resolves.toBeUndefined();
});

test('a port that another program has is named, with the option that chooses another', async () => {
  const { port, server } = await listening();
  try {
    await expect(refuseToStartTwice({ dataDir, port, webPort: 0 })).rejects.toMatchObject({
      message: `Port ${port} for the service is taken by another program.`,
      remedy: expect.stringContaining(`--port ${port + 1}`),
    });
    await expect(refuseToStartTwice({ dataDir, port: 0, webPort: port })).rejects.toMatchObject({
      message: `Port ${port} for the web app is taken by another program.`,
      remedy: expect.stringContaining(`--web-port ${port + 1}`),
    });
  } finally {
    server.close();
  }
});
