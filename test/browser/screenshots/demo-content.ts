import { type NamespaceId, type NodeId, type Operation, rootNodeId } from '@syncline/protocol';
import type { Page } from 'playwright-core';
import { type ApiDevice, newOpId, openApiDevice, valueOf } from '../../support/api-device.ts';
import { datedJpeg } from '../../support/dated-jpeg.ts';
import { pdfOf } from '../../support/documents.ts';
import { SeededRandom } from '../../support/seeded-random.ts';
import { type GivenFile, storeFiles } from '../../support/store-files.ts';
import { zipArchive } from '../../support/zip-archive.ts';
import { type Landscape, paintPhotos } from './paint-photos.ts';

/** Somebody of a small team, with files as such a team has them. */
export interface DemoAccount {
  readonly email: string;
  readonly folders: Readonly<Record<'photos' | 'team' | 'brand', string>>;
  /** Of the page of a link to a folder, without an origin. */
  readonly linkPath: string;
}

const OWNER = 'ada.lindgren@harbour.example';
const COLLEAGUES = ['mateo.ruiz@harbour.example', 'grace.osei@harbour.example'];
const KB = 1000;

const LANDSCAPES: readonly Landscape[] = [
  landscape('Ferry at dawn.jpg', ['#23395d', '#f5b68b'], '#fff1d6', ['#7b8fa6', '#4e6680', '#22364d'], 11),
  landscape('Harbour in June.jpg', ['#3d7fc4', '#cfe8f7'], '#ffffff', ['#6f9f8f', '#3f7a69', '#215246'], 23),
  landscape('Last light.jpg', ['#3b2a5a', '#f07f5c'], '#ffd9a0', ['#6d466b', '#472b50', '#231631'], 37),
  landscape('Morning fog.jpg', ['#9fb1bd', '#e9edef'], '#ffffff', ['#b5c2c7', '#8497a0', '#52666f'], 41),
  landscape('Dunes.jpg', ['#6fb3d9', '#f3e3c3'], '#fff8e0', ['#e5c78f', '#cfa763', '#a87f42'], 59),
  landscape('Pines after rain.jpg', ['#6f8a9b', '#c9d6d2'], '#f2f7f5', ['#5d7f72', '#35584b', '#172f27'], 67),
  landscape('North pier.jpg', ['#17446b', '#8fc7d9'], '#eaf8ff', ['#4b7d95', '#27566d', '#0f3144'], 73),
  landscape('Field trip.jpg', ['#5aa0d6', '#fbf3d4'], '#fffbe8', ['#b9c96b', '#7fa548', '#466f2c'], 89),
];

const MINUTES = `# Weekly, 17 November

**Here:** Ada, Mateo, Grace

- The booking page goes live on Thursday. Grace writes the announcement.
- Photos of the new pier are in *Photos*. Mateo chooses three for the front page.
- Budget: 4 % below plan. The invoice of the printer is still open.

## To do

1. Send the contract to the ferry company
2. Order paper for the winter programme
3. Ask the city about the signs
`;

const BUDGET = `Item,Plan,Spent,Left
Printing,4200,3890,310
Photography,2500,1750,750
Website,8000,7420,580
Signs,3600,0,3600
Travel,1200,940,260
`;

/** Makes the account, its team and all of their files. The same each time, but for ids and for when it was made. */
export async function makeDemoContent(apiUrl: string, painting: Page): Promise<DemoAccount> {
  const device = await openApiDevice({ apiUrl, email: OWNER });
  valueOf(await device.api.renameDevice({ parameters: { deviceId: device.deviceId }, body: { name: 'Ada’s laptop' } }));
  const photos = await makeFolder(device, 'Photos');
  const team = await makeFolder(device, 'Harbour team');
  const brand = await makeFolder(device, 'Brand');
  await makeFolder(device, 'Archive 2025');
  const pictures = await paintPhotos(painting, LANDSCAPES);
  const dated = pictures.map(({ name, bytes }, index) => {
    const [month, date] = index < 4 ? ['11', '07'] : ['10', '18'];
    const taken = datedJpeg(bytes, { time: `2026:${month}:${date} 16:${String(50 - index)}:00` });
    return { name, bytes: taken, modifiedAt: day(`2026-${month}`, 3 + index * 2) };
  });
  await storeFiles(device, dated, photos);
  await storeFiles(device, rootFiles(pictures[1]?.bytes ?? new Uint8Array(0)));
  await storeFiles(device, teamFiles(), team);
  await storeFiles(device, brandFiles(), brand);
  await replaceFile(device, 'Weekly notes.md', `${MINUTES}\n> Next meeting: 24 November, 10:00\n`);
  const shared = await shareWithTeam(apiUrl, device, team);
  await makeTrash(device, 'Old drafts');
  const { homeNamespaceId: namespaceId } = device.account;
  const { token } = valueOf(await device.api.createLink({ body: { role: 'view', namespaceId, nodeId: photos } }));
  const upload = { role: 'upload' as const, namespaceId, nodeId: brand, password: 'press kit 26' };
  valueOf(await device.api.createLink({ body: upload }));
  const path = (nodeId: string, of: NamespaceId = namespaceId): string => `/folder/${of}/${nodeId}`;
  return {
    email: OWNER,
    folders: { photos: path(photos), team: path(rootNodeId(shared), shared), brand: path(brand) },
    linkPath: `/l/${token}`,
  };
}

function landscape(
  name: string,
  sky: Landscape['sky'],
  light: string,
  hills: Landscape['hills'],
  seed: number,
): Landscape {
  return { name, sky, light, hills, seed };
}

function rootFiles(picture: Uint8Array): readonly GivenFile[] {
  return [
    file('Weekly notes.md', Buffer.from(MINUTES), day('2026-11', 17)),
    file('Budget 2026.csv', Buffer.from(BUDGET), day('2026-11', 12)),
    file(
      'Ferry contract.pdf',
      pdfOf('Contract between Harbour and the ferry company for the winter of 2026.'),
      day('2026-11', 9),
    ),
    file('Winter programme.docx', filled('programme', 48 * KB), day('2026-11', 5)),
    file('Front page.jpg', picture, day('2026-11', 3)),
    file('Interview with the pilots.mp3', filled('interview', 6400 * KB), day('2026-10', 28)),
    file('Timetable.xlsx', filled('timetable', 31 * KB), day('2026-10', 21)),
    file('Website backup.zip', zipOf(), day('2026-10', 2)),
  ];
}

function teamFiles(): readonly GivenFile[] {
  return [
    file(
      'Announcement.md',
      Buffer.from('# The new pier opens on Thursday\n\nFrom 10:00, with coffee.\n'),
      day('2026-11', 18),
    ),
    file('Signs for the pier.pdf', pdfOf('Signs for the new pier, with sizes.'), day('2026-11', 14)),
    file('Offers of printers.xlsx', filled('offers', 22 * KB), day('2026-11', 11)),
    file('Talk for the city council.pptx', filled('talk', 2900 * KB), day('2026-11', 6)),
  ];
}

function brandFiles(): readonly GivenFile[] {
  return [
    file(
      'Logo.svg',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle cx="4.5" cy="4.5" r="4"/></svg>'),
      day('2026-09', 4),
    ),
    file('Colours.css', Buffer.from(':root {\n  --sea: #17446b;\n  --sand: #e5c78f;\n}\n'), day('2026-09', 4)),
    file('Press kit.zip', zipOf(), day('2026-09', 9)),
  ];
}

function file(name: string, bytes: Uint8Array, modifiedAt: string): GivenFile {
  return { name, bytes, modifiedAt };
}

function zipOf(): Uint8Array {
  const names = ['index.html', 'timetable.html', 'styles/main.css', 'images/pier.jpg'];
  return zipArchive(names.map((name) => ({ name, bytes: filled(name, 9 * KB) })));
}

function filled(seed: string, bytes: number): Uint8Array {
  return new SeededRandom(seed).bytes(bytes);
}

function day(month: string, date: number): string {
  return `${month}-${String(date).padStart(2, '0')}T09:${String(10 + date).padStart(2, '0')}:00.000Z`;
}

async function makeFolder(device: ApiDevice, name: string): Promise<NodeId> {
  return (await commitOne(device, mkdir(device, name))).node.nodeId;
}

/** A second revision, so that there is a history. */
async function replaceFile(device: ApiDevice, name: string, text: string): Promise<void> {
  const { homeNamespaceId: namespaceId } = device.account;
  const query = { namespaceId };
  const { nodes } = valueOf(await device.api.listChildren({ parameters: { nodeId: rootNodeId(namespaceId) }, query }));
  const present = nodes.find((node) => node.name === name);
  if (present === undefined) throw new Error(`${name} is not there`);
  const place = { nodeId: present.nodeId, baseRev: present.rev };
  await storeFiles(device, [{ ...file(name, Buffer.from(text), day('2026-11', 18)), replaces: place }]);
}

/** What was made and thrown away again. */
async function makeTrash(device: ApiDevice, name: string): Promise<void> {
  const { homeNamespaceId: namespaceId } = device.account;
  const { node, seq } = await commitOne(device, mkdir(device, name));
  await commitOne(device, {
    type: 'delete',
    opId: newOpId(),
    namespaceId,
    nodeId: node.nodeId,
    baseRev: node.rev,
    baseSeq: seq,
  });
}

function mkdir({ account }: ApiDevice, name: string): Operation {
  const namespaceId = account.homeNamespaceId;
  return { type: 'mkdir', opId: newOpId(), namespaceId, parentId: rootNodeId(namespaceId), name };
}

async function commitOne(device: ApiDevice, operation: Operation) {
  const [result] = valueOf(await device.api.commit({ body: { operations: [operation] } })).results;
  if (result?.status !== 'committed') throw new Error(`not committed: ${JSON.stringify(result)}`);
  return result;
}

/** Colleagues join; one more was invited. */
async function shareWithTeam(apiUrl: string, owner: ApiDevice, folderId: NodeId): Promise<NamespaceId> {
  const { homeNamespaceId } = owner.account;
  const { namespaceId } = valueOf(
    await owner.api.shareFolder({ body: { namespaceId: homeNamespaceId, folderId } }),
  ).folder;
  const parameters = { namespaceId };
  for (const email of COLLEAGUES) {
    const colleague = await openApiDevice({ apiUrl, email });
    const { token } = valueOf(await owner.api.invite({ parameters, body: { role: 'editor', email } }));
    valueOf(await colleague.api.acceptInvitation({ body: { token } }));
  }
  valueOf(await owner.api.invite({ parameters, body: { role: 'viewer', email: 'press@harbour.example' } }));
  return namespaceId;
}
