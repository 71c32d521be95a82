import { shownName } from './shown-name.ts';

/** The name of a file, a folder, a device or a person. Letters that are written from the right turn nothing around it. */
export function Name({ of }: { readonly of: string }) {
  return <bdi>{shownName(of)}</bdi>;
}
