import { MemoryLinkStore } from '../../lambdas/links/memory-link-store.ts';
import { describeLinkStore } from './link-store.ts';

describeLinkStore(async () => new MemoryLinkStore());
