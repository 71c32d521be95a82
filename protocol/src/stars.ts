import * as z from 'zod/mini';
import { NamespaceId, NodeId } from './ids.ts';
import { PATH_BYTES_MAX, STARS_MAX } from './limits.ts';
import { Instant, Node } from './nodes.ts';

/** A file or folder that an account has starred, as it is now; `path` is in its namespace. */
export const Star = z.strictObject({
  node: Node,
  path: z.string().check(z.maxLength(PATH_BYTES_MAX)),
  starredAt: Instant,
});
export type Star = z.infer<typeof Star>;

export const AddStarRequest = z.strictObject({ namespaceId: NamespaceId, nodeId: NodeId });
export const StarParameters = z.strictObject({ nodeId: NodeId });
export const RemoveStarQuery = z.strictObject({ namespaceId: NamespaceId });

export const StarResponse = z.strictObject({ star: Star });
/** Newest first; what is in the trash, or may not be read any more, is left out until it is there again. */
export const StarsResponse = z.strictObject({ stars: z.array(Star).check(z.maxLength(STARS_MAX)) });
/** Also where there was no star. */
export const RemovedStarResponse = z.strictObject({ nodeId: NodeId });
