/** Runs in a process of its own, which process-content-reader.ts starts: reads each content that it is sent, and answers what came of it. */
import type { ReadableContent } from './content-reader.ts';
import { readContent } from './read-content.ts';

process.on('message', ({ format, bytes }: Omit<ReadableContent, 'namespaceId'>) => {
  void readContent(format, bytes).then((outcome) => process.send?.(outcome));
});
