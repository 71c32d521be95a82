import * as fc from 'fast-check';
import { ModelService, nameBytes } from './model-service.ts';
import { anEdit, type Edit, editDisk, editService } from './random-edits.ts';
import { modelSyncService, SyncDevice, serviceTree } from './sync-world.ts';

/** Any three trees: what was agreed on, what the disk and the service became since; and where the first execution ends. */
export interface Situation {
  readonly agreed: readonly Edit[];
  readonly local: readonly Edit[];
  readonly remote: readonly Edit[];
  /** What was agreed on and is not known any more. */
  readonly forgotten: readonly number[];
  readonly stopAfter: number;
}

const edits = (maxLength: number) => fc.array(anEdit, { maxLength, size: 'max' });
export const aSituation: fc.Arbitrary<Situation> = fc.record({
  agreed: edits(9),
  local: edits(6),
  remote: edits(6),
  forgotten: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(fc.nat(20), { maxLength: 3 })),
  stopAfter: fc.nat(8),
});

/** Contents with a mark of who wrote them, so that each can be followed to its end. */
const marked = (edit: Edit, mark: string): Edit => ({ ...edit, text: edit.text === '' ? '' : `${edit.text}${mark}` });

/** `unseen`: contents that one side alone has, and the other never had. */
export async function arrange(situation: Situation) {
  const service = new ModelService();
  const device = new SyncDevice(modelSyncService(service), 1);
  for (const [index, edit] of situation.agreed.entries()) editDisk(device.files, marked(edit, `0${index}`));
  await device.sync();
  const agreed = new Set(contents(device.files.tree()));
  for (const [index, edit] of situation.local.entries()) {
    // Every third edit writes what the other side writes, too.
    editDisk(device.files, marked(edit, index % 3 === 0 ? 'same' : `L${index}`));
  }
  for (const [index, edit] of situation.remote.entries()) {
    editService(service, marked(edit, index % 3 === 0 ? 'same' : `R${index}`));
  }
  device.forgetAgreements(situation.forgotten);
  const there = contents(serviceTree(service));
  const here = contents(device.files.tree()).filter((text) => there.includes(text) || !isReplaced(service, text));
  const unseen = [...here, ...there].filter((text) => text !== '' && !agreed.has(text));
  return { service, device, unseen };
}

/** Whether a file that the service has was of this content, and is no more: who has that on the disk has it from there, as far as anybody can tell. */
function isReplaced(service: ModelService, text: string): boolean {
  const contentHash = nameBytes(Buffer.from(text));
  return service.list().some(({ nodeId }) => {
    return service.revisionsOf(nodeId).some((revision) => revision.contentHash === contentHash);
  });
}

export function contents(tree: ReadonlyMap<string, string | undefined>): readonly string[] {
  return [...tree.values()].filter((text) => text !== undefined);
}
