import { expect, test } from '@jest/globals';
import { EngineDevice } from '../support/engine-device.ts';
import { objectPuts } from '../support/in-memory-client.ts';
import { InMemoryService } from '../support/in-memory-service.ts';

const RESTED = { kind: 'rested', problems: [] };
const FILE_BYTES = 10;

function names(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${index}.txt`);
}

/** So many bytes, other ones for each file and edit. */
function text(name: string, edit: number): string {
  return `${name} ${edit}`.padEnd(FILE_BYTES, '.');
}

// A file alone, some in uploads of their own, and so many that they travel in packs.
test.each([1, 10, 60])(
  'where all room is taken, %s files are edited all the same, if they grow no larger',
  async (count) => {
    const service = new InMemoryService({ quotaBytes: count * FILE_BYTES });
    const [desk, phone] = [await EngineDevice.open(service, 'desk'), await EngineDevice.open(service, 'phone')];
    for (const name of names(count)) desk.files.write(name, text(name, 1));
    expect(await desk.sync()).toEqual(RESTED);
    for (const name of names(count)) desk.files.write(name, text(name, 2));
    expect(await desk.sync()).toEqual(RESTED);
    // A pack each time, or a chunk of each.
    expect(objectPuts(desk.client).length).toBe(2 * (count === 60 ? 1 : count));
    await phone.sync();
    for (const name of names(count)) expect(phone.files.text(name)).toBe(text(name, 2));
    // There is no room for what is new, or more.
    desk.files.write('new.txt', '!');
    desk.files.write('0.txt', `${text('0.txt', 3)}!`);
    expect((await desk.sync()).problems).toEqual(['0.txt: refused', 'new.txt: refused']);
  },
);
