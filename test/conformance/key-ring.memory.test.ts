import { MemoryKeyRing } from '../../lambdas/runtime/memory-key-ring.ts';
import { describeKeyRing } from './key-ring.ts';

describeKeyRing(async () => {
  const secret = Buffer.from('0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef');
  return { secret, open: () => new MemoryKeyRing({ secret }) };
});
