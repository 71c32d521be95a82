/** Folders that one page of a tree listing reads. Bounds its time to what a request may take. */
export const TREE_QUERIES_MAX = 500;
/** Times that the tables can be set back: the epoch and the sequence make one number in the search index. */
export const EPOCH_MAX = 1023;
/** Namespaces of which a function remembers where their rows lie. */
export const KNOWN_GROUNDS_MAX = 10_000;
