/** What the SDK adds in Node: a faster transport, and threads that cut large files (`cutting` of the transfers). */
export { CuttingThreads } from './platform/node/cutting-threads.ts';
export { createNodeTransport } from './platform/node/node-transport.ts';
