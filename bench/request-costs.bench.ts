import { createNodeTransport } from '@syncline/client/node';
import { newId, valueOf } from '../test/support/api-device.ts';
import type { BenchResult, Figure } from './bench-report.ts';
import type { BenchStack } from './bench-stack.ts';
import { type Aims, CountingTransport, describeCounted } from './counted-work.ts';
import { startLocalService } from './local-service.ts';
import { RequestRecorder } from './request-recorder.ts';
import { Workbench } from './workbench.ts';

const FOLDER_FILES = 10_000;

/** What does each piece of everyday work cost in requests and request units? Counted on the wire, not timed. */
export async function benchRequestCosts(stack: BenchStack): Promise<BenchResult> {
  const recorder = await RequestRecorder.start(stack.outputs.endpoint);
  const environment = { ...(await stack.functionEnvironment()), AWS_ENDPOINT_URL: recorder.endpoint };
  const service = await startLocalService(environment, { issuer: 'https://bench.invalid', subject: newId() });
  const transport = new CountingTransport(createNodeTransport());
  try {
    const work = await Workbench.open(service.url, transport);
    const figures: Figure[] = [];
    const measure = async (name: string, aims: Aims, task: () => Promise<unknown>) => {
      transport.take();
      const calls = await recorder.record(task);
      figures.push(...describeCounted(name, aims, { requests: transport.take(), calls }));
    };

    const edited = await work.makeFile('warm');
    await measure('one new small file', { roundTrips: 3, commitUnits: 12 }, () => work.makeFile('one'));
    await measure('100 new small files', { apiCalls: 6, commitUnits: 900 }, () => work.makeFiles('hundred', 100));
    await measure('one edit', { roundTrips: 3, commitUnits: 12 }, () => work.edit(edited));
    const renamed = await work.makeFolder('renamed');
    await measure('one rename', { commitUnits: 12 }, () => work.move(renamed, 'renamed again'));
    const folder = await work.makeFullFolder('full', FOLDER_FILES);
    await measure('move of a 10,000-file folder', { commitUnits: 12 }, () => work.move(folder, 'moved'));
    const { cursor } = valueOf(await work.api.getCursor());
    await measure('delta of nothing', {}, async () => valueOf(await work.api.listChanges({ query: { cursor } })));
    await work.makeCopies(renamed, edited, 1000);
    await measure('delta of 1,000', {}, async () => valueOf(await work.api.listChanges({ query: { cursor } })));
    return { question: 'What does everyday work cost in requests and request units?', figures };
  } finally {
    service.stop();
    recorder.stop();
  }
}
