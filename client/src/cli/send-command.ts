import { basename } from 'node:path';
import { LinkToken, NamespaceId, nameDefect, type Problem, type UploadId } from '@syncline/protocol';
import type { Command } from 'commander';
import type * as z from 'zod/mini';
import { type ApiClient, createApiClient } from '../api/api-client.ts';
import { systemClock } from '../api/system-clock.ts';
import { formatBytes } from '../engine/format-bytes.ts';
import { makeDeviceId } from '../platform/node/configuration-store.ts';
import { createNodeTransport } from '../platform/node/node-transport.ts';
import { TRANSFER_BYTES_MAX, WINDOW_TASKS_MAX } from '../transfers/limits.ts';
import { linkTransfers } from '../transfers/link-transfers.ts';
import { TransferGate } from '../transfers/transfer-gate.ts';
import { uploadFiles } from '../transfers/upload-files.ts';
import type { CommandContext, RunCommand } from './command-context.ts';
import { CommandError, problemError } from './command-error.ts';
import { quote } from './escape-text.ts';
import { type LocalFile, localFileError, openLocalFile } from './local-file.ts';
import { readLinkPassword } from './read-link-password.ts';

interface SendOptions {
  readonly passwordStdin?: boolean;
}

type Token = z.infer<typeof LinkToken>;

/** A link that takes files. */
interface Inbox {
  readonly api: ApiClient;
  readonly token: Token;
  readonly linkPassword: string | undefined;
}

export function registerSend(program: Command, run: RunCommand): void {
  program
    .command('send')
    .description('Sends a file to somebody who gave you a link for uploads. Needs no account.')
    .argument('<local>', 'the file')
    .argument('<link>', 'the address that you were given')
    .option('--password-stdin', 'reads the password of the link as the first line of standard input')
    .action(run(send));
}

async function send(
  context: CommandContext,
  [local, address]: readonly [string, string],
  options: SendOptions,
): Promise<void> {
  const { baseUrl, token } = parseAddress(address);
  refuseName(local);
  const linkPassword = options.passwordStdin === true ? await readLinkPassword(context, PASSWORD_EXAMPLE) : undefined;
  const file = await openLocalFile(local, NO_NAMESPACE);
  const transport = createNodeTransport();
  const base = { transport, clock: systemClock, random: Math.random };
  // A visitor is nobody: neither account nor device goes with these requests.
  const tokens = { current: async () => undefined, renew: async () => undefined };
  const inbox = { api: createApiClient({ ...base, baseUrl, tokens, deviceId: makeDeviceId() }), token, linkPassword };
  try {
    const gate = new TransferGate({ tasksMax: WINDOW_TASKS_MAX, bytesMax: TRANSFER_BYTES_MAX });
    const uploadId = await upload(
      context,
      { ...base, gate, api: linkTransfers(inbox.api, inbox) },
      { file, local, linkPassword },
    );
    await store(inbox, { uploadId, name: basename(local), clientModifiedAt: file.modifiedAt }, context.signal);
    const { size } = file.source;
    context.output.result({ local, size }, [`Sent ${quote(local)}, ${formatBytes(size)}.`]);
  } finally {
    await file.close();
    await transport.close();
  }
}

const PASSWORD_EXAMPLE = 'printf %s "$PASSWORD" | syncline send FILE LINK --password-stdin';
/** The service knows where a link leads, and nobody else has to. */
const NO_NAMESPACE = NamespaceId.parse('0'.repeat(26));

function parseAddress(address: string): { readonly baseUrl: string; readonly token: Token } {
  const [, baseUrl, given] = /^(https?:\/\/.+?)\/(?:v1\/public|l)\/([^/?#]+)$/.exec(address) ?? [];
  const token = LinkToken.safeParse(given);
  if (baseUrl !== undefined && token.success) return { baseUrl, token: token.data };
  throw new CommandError({
    reason: 'usage',
    code: 'usage',
    message: `${quote(address)} is not the address of a link for uploads.`,
    remedy: 'Give it as `syncline link-create FOLDER --upload` has printed it.',
  });
}

/** A file arrives under its own name. @throws CommandError where that cannot be. */
function refuseName(local: string): void {
  const defect = nameDefect(basename(local));
  if (defect === undefined) return;
  throw new CommandError({
    reason: 'usage',
    code: 'bad_name',
    message: `${quote(local)} cannot be sent under its name: ${defect}.`,
    remedy: 'Rename it, or copy it under another name, and send that.',
  });
}

async function upload(
  { output, signal }: CommandContext,
  dependencies: Parameters<typeof uploadFiles>[0],
  {
    file,
    local,
    linkPassword,
  }: { readonly file: LocalFile; readonly local: string; readonly linkPassword: string | undefined },
): Promise<UploadId> {
  const progress = output.progress(`Sending ${basename(local)}`);
  try {
    const [outcome] = await uploadFiles(dependencies, [file.source], { signal, onProgress: progress.update });
    if (outcome?.kind === 'refused') throw linkError(outcome.problem, linkPassword);
    if (outcome?.kind === 'unreadable') throw localFileError(local, outcome.cause);
    if (outcome?.kind === 'uploaded' && (await file.isUnchanged())) return outcome.uploadId;
  } finally {
    progress.end();
  }
  throw new CommandError({
    reason: 'localFile',
    code: 'local_changed',
    message: `${quote(local)} changed while it was read; nothing was sent.`,
    remedy: 'Repeat the command when nothing writes to it any more.',
  });
}

/** Makes the upload a file, once, however often it is asked. */
async function store(
  { api, token, linkPassword }: Inbox,
  file: { readonly uploadId: UploadId; readonly name: string; readonly clientModifiedAt: string },
  signal: AbortSignal,
): Promise<void> {
  const answer = await api.storeLinkFiles({ parameters: { token }, body: { files: [file] }, signal, linkPassword });
  if (!answer.ok) throw linkError(answer.problem, linkPassword);
  const [stored] = answer.value.files;
  if (stored?.status === 'error') throw problemError(stored.error, quote(file.name));
}

function linkError(problem: Problem, linkPassword: string | undefined): CommandError {
  // The service tells other programs of the header that a password goes in.
  const isMissing = problem.code === 'password_needed' && linkPassword === undefined;
  const error = problemError(isMissing ? { ...problem, detail: 'it has a password' } : problem, 'The link');
  if (problem.code !== 'not_found') return error;
  const { reason, code, message } = error;
  return new CommandError({ reason, code, message, remedy: 'Ask who gave it to you for another one.' });
}
