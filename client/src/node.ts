/** What the SDK adds in Node: a faster transport. */
export { createNodeTransport } from './platform/node/node-transport.ts';
