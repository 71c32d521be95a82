import { MemoryUploadStore } from '../../lambdas/uploads/memory-upload-store.ts';
import { describeUploadStore } from './upload-store.ts';

describeUploadStore(async () => new MemoryUploadStore());
