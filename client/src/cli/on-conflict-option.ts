import { ConflictStrategy } from '@syncline/protocol';
import { Option } from 'commander';

/** `--on-conflict STRATEGY`, with the words of the protocol. What they mean stands in docs/SYNC.md, "Conflicts". */
export function onConflictOption(): Option {
  const text = 'what becomes of a change of this folder where the service has another one meanwhile';
  return new Option('--on-conflict <strategy>', text).choices(ConflictStrategy.options);
}
