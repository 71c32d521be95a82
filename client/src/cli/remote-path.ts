import { type Node, nameDefect } from '@syncline/protocol';
import { CommandError, problemError } from './command-error.ts';
import { quote } from './escape-text.ts';
import type { Session } from './open-session.ts';

/** A path in the account, such as `/a/b.txt`: its names, outermost first. The root has none. */
export interface RemotePath {
  readonly text: string;
  readonly names: readonly string[];
  /** Written with a `/` at its end: it is meant to be a folder. */
  readonly isFolder: boolean;
}

/** @throws CommandError when a name in it could not be the name of anything. */
export function parseRemotePath(given: string): RemotePath {
  const names = given.split('/').filter((name) => name !== '');
  for (const name of names) {
    const defect = nameDefect(name);
    if (defect === undefined) continue;
    throw new CommandError({
      reason: 'usage',
      code: 'bad_path',
      message: `${quote(given)} is not a path in Syncline: ${defect}.`,
      remedy: "Write it from the top, such as '/folder/file.txt'.",
    });
  }
  return { text: `/${names.join('/')}`, names, isFolder: names.length === 0 || given.endsWith('/') };
}

/** Splits off the last name. */
export function splitRemotePath(path: RemotePath): { readonly parent: RemotePath; readonly name: string } {
  const name = path.names.at(-1);
  if (name === undefined) {
    throw new CommandError({
      reason: 'usage',
      code: 'is_root',
      message: "'/' is the top folder; this needs a path inside it.",
      remedy: "Name something in it, such as '/folder'; `syncline ls` shows what there is.",
    });
  }
  return { parent: parseRemotePath(`/${path.names.slice(0, -1).join('/')}/`), name };
}

/** A local name may hold what no name of the service does. @throws CommandError that says how to give another one. */
function refuseOwnName(ownName: string): void {
  const defect = nameDefect(ownName);
  if (defect === undefined) return;
  throw new CommandError({
    reason: 'usage',
    code: 'bad_name',
    message: `${quote(ownName)} cannot keep its name in Syncline: ${defect}.`,
    remedy: "Give the whole path that it shall have, such as '/folder/file.txt'.",
  });
}

/** The path of a name inside a folder. */
export function joinRemotePath(folder: RemotePath, name: string): RemotePath {
  return parseRemotePath(`${folder.text}/${name}`);
}

/** The node at a path, or undefined when there is none. */
export async function findNode(session: Session, path: RemotePath, signal: AbortSignal): Promise<Node | undefined> {
  const answer = await session.api.resolvePath({ query: { path: path.text }, signal });
  if (answer.ok) return answer.value.node;
  if (answer.problem.code === 'not_found') return undefined;
  throw problemError(answer.problem, quote(path.text));
}

/** @throws CommandError when there is nothing at the path, or a file where a folder is meant. */
export async function requireNode(session: Session, path: RemotePath, signal: AbortSignal): Promise<Node> {
  const node = await findNode(session, path, signal);
  if (node === undefined) {
    throw new CommandError({
      reason: 'notFound',
      code: 'not_found',
      message: `${quote(path.text)} does not exist.`,
      remedy: 'Look what there is with `syncline ls`.',
    });
  }
  if (path.isFolder && node.kind === 'file') throw notAFolder(path);
  return node;
}

/** The top folder of the shared folder that a mount stands for; every other node is itself. */
export async function enterMount(session: Session, node: Node, signal: AbortSignal): Promise<Node> {
  if (node.mountedNamespaceId === undefined) return node;
  const query = { path: '/', namespaceId: node.mountedNamespaceId };
  const answer = await session.api.resolvePath({ query, signal });
  if (!answer.ok) throw problemError(answer.problem, quote(node.name));
  return answer.value.node;
}

/** The folder that something is to go into. @throws CommandError that says how it is made, when there is none. */
export async function requireParent(session: Session, path: RemotePath, signal: AbortSignal): Promise<Node> {
  return requireFolder(session, path, signal).catch((failure: unknown) => {
    if (!(failure instanceof CommandError) || failure.code !== 'not_found') throw failure;
    const { reason, code, message } = failure;
    const remedy = `Make it with \`syncline mkdir -p ${quote(path.text)}\`, or look what there is with \`syncline ls\`.`;
    throw new CommandError({ reason, code, message, remedy });
  });
}

/** @throws CommandError when there is no folder at the path. */
export async function requireFolder(session: Session, path: RemotePath, signal: AbortSignal): Promise<Node> {
  const node = await enterMount(session, await requireNode(session, path, signal), signal);
  if (node.kind !== 'folder') throw notAFolder(path);
  return node;
}

export function notAFolder(path: RemotePath): CommandError {
  const message = `${quote(path.text)} is a file, not a folder.`;
  return new CommandError({ reason: 'conflict', code: 'not_a_folder', message, remedy: 'Name a folder.' });
}

/** Where something goes: at a path, or, when a folder is there or meant, inside it under its own name. */
export interface Destination {
  readonly path: RemotePath;
  readonly parent: Node;
  readonly name: string;
  /** What stands there already. */
  readonly present: Node | undefined;
}

export async function resolveDestination(
  session: Session,
  given: { readonly path: RemotePath; readonly ownName: string },
  signal: AbortSignal,
): Promise<Destination> {
  const target = await findNode(session, given.path, signal);
  if ((target !== undefined && target.kind !== 'file') || given.path.isFolder) {
    const found = target ?? (await requireParent(session, given.path, signal));
    const parent = await enterMount(session, found, signal);
    if (parent.kind !== 'folder') throw notAFolder(given.path);
    refuseOwnName(given.ownName);
    const path = joinRemotePath(given.path, given.ownName);
    return { path, parent, name: given.ownName, present: await findNode(session, path, signal) };
  }
  const { parent, name } = splitRemotePath(given.path);
  return { path: given.path, parent: await requireParent(session, parent, signal), name, present: target };
}
