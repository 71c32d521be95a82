/** Messages or closings under way at once. */
export const SOCKET_POSTS_IN_FLIGHT_MAX = 16;
/** Members of a namespace who are told of an upload's progress; the others see it when they look. */
export const PROGRESS_MEMBERS_MAX = 20;
/** Connections that are told of it, of all these members together. */
export const PROGRESS_CONNECTIONS_MAX = 40;
/** Namespaces of one stream batch that are notified at once. */
export const NOTIFY_NAMESPACES_IN_FLIGHT_MAX = 8;
/** Members of one namespace whose connections are looked up at once. */
export const NOTIFY_MEMBERS_IN_FLIGHT_MAX = 8;
/** Bytes of randomness in a ticket. */
export const TICKET_BYTES = 32;
/** Longest ticket that is looked up, in characters. */
export const TICKET_CHARS_MAX = 64;
