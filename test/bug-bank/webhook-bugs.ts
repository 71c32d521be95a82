import type { PlantedBug } from './planted-bug.ts';

const WEBHOOKS = 'test/scenarios/webhooks.test.ts';
const AT_ONCE = 'test/scenarios/folder-webhooks-at-once.test.ts';
const FOLDERS = 'test/scenarios/folder-webhooks.test.ts';
const SENDER = 'lambdas/webhooks/guarded-sender.test.ts';

/** Errors in what tells servers of others, and in where a client goes. */
export const WEBHOOK_BUGS: readonly PlantedBug[] = [
  {
    id: 'webhook-without-a-first-look',
    what: 'What changes while a webhook is made is told to nobody.',
    invariant: 'I-20',
    file: 'lambdas/webhooks/create-webhook.ts',
    find: "  await deliveries.send({ kind: 'changed', namespaceId, webhookId, ticket }, FIRST_LOOK_SECONDS);\n",
    replace: '',
    caughtBy: { file: WEBHOOKS, test: 'what changes while a webhook is made is told' },
  },
  {
    id: 'early-message-keeps-quiet',
    what: 'A message that comes before its time leaves the row saying that one is still on its way.',
    invariant: 'I-20',
    file: 'lambdas/webhooks/deliver-webhook.ts',
    find: '  if (isEarly) await webhooks.change(webhook, { quietUntil: undefined });\n',
    replace: '',
    caughtBy: {
      file: WEBHOOKS,
      test: 'what changes while a message is taken that came again before its time is told',
    },
  },
  {
    id: 'removed-member-is-told',
    what: 'Whether the maker of a webhook may still read the namespace is not looked at for changes.',
    invariant: 'I-18',
    file: 'lambdas/webhooks/deliver-webhook.ts',
    find: '  const access = await namespaces.readAccess(webhook);',
    replace: '  const access = { head: { epoch: 1, seq: 1_000_000 } };',
    caughtBy: {
      file: WEBHOOKS,
      test: 'who loses access is told nothing more, not even by a message that was queued before',
    },
  },
  {
    id: 'moved-out-is-told-to-nobody',
    what: 'Whether a change was in the followed folder is asked of where a node is, and not of where it was.',
    invariant: 'I-20',
    file: 'lambdas/webhooks/look-at-folder.ts',
    find: '=> [parentId, wasParentId]',
    replace: '=> [parentId]',
    caughtBy: { file: FOLDERS, test: 'what is moved into the folder, out of it or within it is told' },
  },
  {
    id: 'expired-entries-were-elsewhere',
    what: 'Changes whose entries are not kept any more count as changes elsewhere than in the followed folder.',
    invariant: 'I-20',
    file: 'lambdas/webhooks/look-at-folder.ts',
    find: '    if (steps.length < limit) return true;\n',
    replace: '',
    caughtBy: {
      file: FOLDERS,
      test: 'what cannot be decided any more is told: entries that have expired, and those of another epoch',
    },
  },
  {
    id: 'unknown-ways-lead-elsewhere',
    what: 'A change in a folder of which nobody knows where it was counts as one elsewhere than in the followed folder.',
    invariant: 'I-20',
    file: 'lambdas/webhooks/look-at-folder.ts',
    find: "ways.leadsThrough(parentId) !== 'no'",
    replace: "ways.leadsThrough(parentId) === 'yes'",
    caughtBy: { file: FOLDERS, test: 'a change in a folder of which nobody knows any more where it was is told' },
  },
  {
    id: 'folder-seen-between-two-moments',
    what: 'Where a followed folder is, is concluded from rows that were read while it was moved.',
    invariant: 'I-20',
    file: 'lambdas/webhooks/deliver-webhook.ts',
    find: '  if (isBehind(place, upTo)) return { upTo, known: { end: undefined } };\n',
    replace: '',
    caughtBy: {
      file: FOLDERS,
      test: 'a folder that is taken out of another one, which is shared then, all while it is looked at, is followed on',
    },
  },
  {
    id: 'trash-is-told-with-an-older-place',
    what: 'That a followed folder is in the trash is told with where the journal was before it came there.',
    invariant: 'I-20',
    file: 'lambdas/webhooks/deliver-webhook.ts',
    find: "{ type: 'namespace.changed', place: seen.upTo }",
    replace: "{ type: 'namespace.changed', place }",
    caughtBy: {
      file: FOLDERS,
      test: 'a folder that went into the trash just after the journal was read is told with the entry of that',
    },
  },
  {
    id: 'slow-message-says-the-last-word',
    what: 'What a receiver knows of a followed folder is what the delivery noted that took longest.',
    invariant: 'I-20',
    file: 'lambdas/webhooks/deliver-webhook.ts',
    find: '  if (await webhooks.change(webhook, { ...taken, ...isSure }, webhook.told)) return true;\n',
    replace: '  if (await webhooks.change(webhook, { ...taken, ...isSure })) return true;\n',
    caughtBy: {
      file: AT_ONCE,
      test: 'that a folder came back is told, though it did while the receiver was still taking that it is in the trash',
    },
  },
  {
    id: 'slow-message-brings-a-webhook-back',
    what: 'A webhook that has ended goes on, because an earlier message was taken.',
    invariant: 'I-20',
    file: 'lambdas/webhooks/deliver-webhook.ts',
    find: '  const ended = end === undefined ? {} : { end };\n',
    replace: '  const ended = { end };\n',
    caughtBy: { file: WEBHOOKS, test: 'a webhook that has ended while an earlier message was being taken stays ended' },
  },
  {
    id: 'one-public-address-is-enough',
    what: 'A name may lead inside of the network, if it leads to the public internet too.',
    invariant: 'I-18',
    file: 'lambdas/webhooks/guarded-sender.ts',
    find: 'addresses.every((one)',
    replace: 'addresses.some((one)',
    caughtBy: { file: SENDER, test: 'nothing is sent to a name that leads to ["8.8.8.8","127.0.0.1"]' },
  },
  {
    id: 'name-is-resolved-twice',
    what: 'The connection goes to what the name leads to then, and not to the address that was looked at.',
    invariant: 'I-18',
    file: 'lambdas/webhooks/guarded-sender.ts',
    find: '    host: address,',
    replace: '    host: hostOf(url),',
    caughtBy: {
      file: SENDER,
      test: 'a name is asked once for a try, and the connection goes to what was answered then',
    },
  },
  {
    id: 'any-base-is-followed',
    what: 'A client sends its token to wherever an answer points.',
    invariant: 'I-18',
    file: 'client/src/api/api-bases.ts',
    find: '!cells.includes(to) || ',
    replace: '',
    caughtBy: { file: 'test/scenarios/cells.test.ts', test: 'nobody is sent a token who is no cell of the deployment' },
  },
];
