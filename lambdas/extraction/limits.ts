import { assert, KiB, MiB, SECOND_MS } from '@syncline/protocol';

/** Bytes of UTF-8 that are kept of the text of one content; what comes after is not found. OpenSearch highlights texts up to 1,000,000 characters. */
export const TEXT_BYTES_MAX = 1_000_000;
/** Characters that are gathered of one content before its spaces are drawn together. */
export const GATHERED_CHARS_MAX = 2 * TEXT_BYTES_MAX;
/** First bytes of a content, by which its format is told. */
export const START_BYTES = 64 * KiB;
/** Bytes that are read of a content whose end does not matter: text, mail, and images, whose words stand before their picture. */
export const OPEN_ENDED_BYTES_MAX = 4 * MiB;
/** Bytes of a content that can only be read whole: what stands in it is told at its end. */
export const WHOLE_BYTES_MAX = 64 * MiB;
/** Parts of a document that is an archive. */
export const ARCHIVE_ENTRIES_MAX = 10_000;
/** Bytes that the parts of one archive unpack to, together. They are never in memory at once. */
export const UNPACKED_BYTES_MAX = 128 * MiB;
/** Elements within elements; every one costs as much as there are above it. */
export const MARKUP_DEPTH_MAX = 5000;
/** Pages of a PDF. */
export const PDF_PAGES_MAX = 5000;
/** Parts within parts of a mail, and mails within mails. */
export const MAIL_DEPTH_MAX = 16;
export const MAILS_IN_MAIL_MAX = 4;
/** Values of what a camera or a person wrote about an image, and their characters and depth. */
export const IMAGE_VALUES_MAX = 1000;
export const IMAGE_VALUE_CHARS_MAX = 4000;
export const IMAGE_DEPTH_MAX = 6;

/** Time that one content may be read for. */
export const READ_MS_MAX = 20 * SECOND_MS;
/** Heap of the process that reads, and all its memory; what is unpacked lies outside its heap. */
export const READER_HEAP_MIB_MAX = 768;
export const READER_RESIDENT_BYTES_MAX = 1280 * MiB;
/** Contents that one process reads before it gives way to a new one. */
export const READER_CONTENTS_MAX = 500;
/** Tasks of one batch that are under way together: bytes of one are fetched while another is read. */
export const CONTENTS_IN_FLIGHT_MAX = 2;
/** Times that a document is written again because its node has changed since it was read. */
export const PUT_LOOKS_MAX = 100;
/** Messages of one request to the queue. Source: Amazon SQS API Reference, SendMessageBatch. */
export const QUEUE_BATCH_MAX = 10;
/** Requests to the queue that are under way together. */
export const QUEUE_SENDS_IN_FLIGHT_MAX = 8;

assert(START_BYTES <= OPEN_ENDED_BYTES_MAX, 'the start is a part of what is read');
assert(OPEN_ENDED_BYTES_MAX <= WHOLE_BYTES_MAX, 'what is read whole may be longer than what is read in part');
