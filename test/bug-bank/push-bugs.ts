import type { PlantedBug } from './planted-bug.ts';

const NOTIFY = 'lambdas/sockets/notify-devices.test.ts';
const FAN_OUT = 'lambdas/sockets/fan-out.test.ts';

/** Errors in what tells connected devices that there is something new. */
export const PUSH_BUGS: readonly PlantedBug[] = [
  {
    id: 'push-stops-at-a-failure',
    what: 'A push that could not reach everybody counts as done.',
    invariant: 'I-20',
    file: 'lambdas/sockets/push-to-members.ts',
    find: 'return told.every(Boolean);',
    replace: 'return told.length === 0 || told.some(Boolean);',
    caughtBy: {
      file: NOTIFY,
      test: 'a connection that cannot be reached fails its namespace from its first record on, and keeps no other from being told',
    },
  },
  {
    id: 'push-of-the-oldest',
    what: 'Of several entries the push tells the first, not the last.',
    invariant: 'I-20',
    file: 'lambdas/sockets/notify-devices.ts',
    find: 'return left.epoch === right.epoch ? left.seq < right.seq : left.epoch < right.epoch;',
    replace: 'return left.epoch === right.epoch ? left.seq > right.seq : left.epoch < right.epoch;',
    caughtBy: {
      file: NOTIFY,
      test: 'every other device of a member is told once how far the journal has come',
    },
  },
  {
    id: 'author-of-some-is-left-out',
    what: 'A device that made one of several entries is told of none.',
    invariant: 'I-20',
    file: 'lambdas/sockets/notify-devices.ts',
    find: 'const isAlone = known === undefined || known.author === deviceId;',
    replace: 'const isAlone = known === undefined || known.author !== undefined;',
    caughtBy: {
      file: NOTIFY,
      test: 'a device is told of its own entries when another device made some of them',
    },
  },
  {
    id: 'rest-of-a-membership-is-not-told',
    what: 'Of a large membership only full pages are handed over.',
    invariant: 'I-20',
    file: 'lambdas/sockets/notify-devices.ts',
    find: 'start < members.length; start += MEMBER_PAGE_MAX',
    replace: 'start + MEMBER_PAGE_MAX <= members.length; start += MEMBER_PAGE_MAX',
    caughtBy: {
      file: FAN_OUT,
      test: 'above it nobody is told at once, and the queue tells everybody but who knows already',
    },
  },
  {
    id: 'poisoned-page-counts-as-told',
    what: 'A message of the queue that nobody can read is taken for done.',
    invariant: 'I-20',
    file: 'lambdas/sockets/create-fan-out-handler.ts',
    find: "outcomes[index]?.kind !== 'told'",
    replace: "outcomes[index]?.kind === 'unreached'",
    caughtBy: {
      file: FAN_OUT,
      test: 'a poisoned message is reported by its own name, and everything around it is pushed',
    },
  },
  {
    id: 'unreached-page-fails-the-batch',
    what: 'One member who cannot be reached makes every page of the batch come again.',
    invariant: 'I-20',
    file: 'lambdas/sockets/create-fan-out-handler.ts',
    find: "(_record, index) => outcomes[index]?.kind !== 'told'",
    replace: "() => outcomes.some(({ kind }) => kind !== 'told')",
    caughtBy: { file: FAN_OUT, test: 'a page whose member cannot be reached comes again, and no other page does' },
  },
];
