import type { DiskUser } from './disk-user.ts';
import type { ServiceUser } from './service-user.ts';

/** Something that a device has to bring from one side to the other, and that may be interrupted at every call. */
export interface KillScenario {
  readonly name: string;
  /** What both sides have agreed on before. Without it the device is new and its folder unknown to the service. */
  readonly agreed?: (here: DiskUser, there: ServiceUser) => void;
  /** What happens then, on the device and at the service. */
  readonly happens: (here: DiskUser, there: ServiceUser) => void;
}

/** Contents longer than a block of the disk, so that they can be there in part. */
export function longText(word: string): string {
  return `${word} `.repeat(12);
}

export const KILL_SCENARIOS: readonly KillScenario[] = [
  {
    name: 'new files come from the service',
    agreed: (here) => here.write('there already', longText('old')),
    happens: (_, there) => {
      there.mkdir('folder');
      there.write('folder/one', longText('one'));
      there.write('two', longText('two'), { executable: true });
      there.write('folder/empty', '');
    },
  },
  {
    name: 'a file comes over an existing one',
    agreed: (here) => {
      here.write('file', longText('old'));
      here.write('other', longText('other'));
    },
    happens: (_, there) => {
      there.write('file', longText('new and longer'));
      there.write('other', 'short');
    },
  },
  {
    name: 'the service renames in a circle',
    agreed: (here) => {
      for (const name of ['a', 'b', 'c']) here.write(name, longText(name));
    },
    happens: (_, there) => {
      there.rename('a', 'aside');
      there.rename('c', 'a');
      there.rename('b', 'c');
      there.rename('aside', 'b');
    },
  },
  {
    name: 'two folders swap their names at the service',
    agreed: (here) => {
      for (const name of ['a', 'b']) {
        here.mkdir(name);
        here.write(`${name}/file`, longText(name));
      }
    },
    happens: (_, there) => {
      there.rename('a', 'aside');
      there.rename('b', 'a');
      there.rename('aside', 'b');
    },
  },
  {
    name: 'a folder moves at the service while files in it are edited on both sides',
    agreed: (here) => {
      for (const folder of ['docs', 'docs/deep', 'archive']) here.mkdir(folder);
      for (const name of ['docs/one', 'docs/two', 'docs/deep/three']) here.write(name, longText(name));
    },
    happens: (here, there) => {
      there.write('docs/one', longText('one, from there'));
      there.rename('docs', 'archive/papers');
      here.write('docs/two', longText('two, edited here'));
      here.replace('docs/deep/three', longText('three, replaced here'));
    },
  },
  {
    name: 'a file with an edit moves from one folder to another at the service',
    agreed: (here) => {
      for (const folder of ['from', 'to']) here.mkdir(folder);
      here.write('from/file', longText('base'));
    },
    happens: (here, there) => {
      there.rename('from/file', 'to/file');
      here.write('from/file', longText('edited here'));
    },
  },
  {
    name: 'both sides edit the same file',
    agreed: (here) => here.write('plan.txt', longText('base')),
    happens: (here, there) => {
      there.write('plan.txt', longText('by the other'));
      here.write('plan.txt', longText('by this device'));
    },
  },
  {
    name: 'files and folders are deleted at the service',
    agreed: (here) => {
      here.mkdir('folder');
      here.write('folder/one', longText('one'));
      here.write('folder/two', longText('two'));
      here.write('three', longText('three'));
    },
    happens: (_, there) => {
      there.remove('folder');
      there.remove('three');
    },
  },
  {
    name: 'a folder is deleted at the service while a file in it is edited here',
    agreed: (here) => {
      here.mkdir('folder');
      here.write('folder/one', longText('one'));
      here.write('folder/two', longText('two'));
    },
    happens: (here, there) => {
      there.remove('folder');
      here.write('folder/two', longText('two, edited here'));
    },
  },
  {
    name: 'files and folders are deleted here',
    agreed: (here) => {
      here.mkdir('folder');
      here.write('folder/one', longText('one'));
      here.write('two', longText('two'));
      here.write('kept', longText('kept'));
    },
    happens: (here) => {
      here.remove('folder');
      here.remove('two');
    },
  },
  {
    name: 'new files are made here',
    agreed: (here) => here.write('there already', longText('old')),
    happens: (here) => {
      here.mkdir('new');
      here.write('new/one', longText('one'));
      here.write('new/two', longText('two'));
      here.write('empty', '');
      here.replace('there already', longText('replaced'));
    },
  },
  {
    name: 'permissions to run change on both sides',
    agreed: (here) => {
      for (const name of ['here', 'there']) here.write(name, longText(name));
    },
    happens: (here, there) => {
      here.chmod('here', true);
      there.write('there', longText('there'), { executable: true });
    },
  },
  {
    name: 'a folder with files is linked with a namespace that has some',
    happens: (here, there) => {
      there.mkdir('both');
      there.write('both/same', longText('same'));
      there.write('both/differs', longText('from there'));
      there.write('only there', longText('only there'));
      here.mkdir('both');
      here.write('both/same', longText('same'));
      here.write('both/differs', longText('from here'));
      here.write('only here', longText('only here'));
    },
  },
  {
    name: 'names are used again: what the service renames away makes room for what it brings',
    agreed: (here) => {
      here.mkdir('folder');
      here.write('folder/name', longText('first'));
      here.write('name', longText('second'));
    },
    happens: (_, there) => {
      there.rename('name', 'folder/moved');
      there.write('name', longText('third'));
      there.remove('folder/name');
      there.write('folder/name', longText('fourth'));
    },
  },
];
