/** Raised with every change of the wire; a test pins the hash of all schemas to it. History: docs/PROTOCOL.md. */
export const PROTOCOL_VERSION = 1;
