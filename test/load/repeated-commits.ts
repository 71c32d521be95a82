import type { RouteName } from '@syncline/protocol';
import type { RouteOperations } from '../../lambdas/runtime/route-operation.ts';

/** Counts the operations that reach the service more than once, because somebody did not hear the answer or the network doubled them. */
export class RepeatedCommits {
  count = 0;
  readonly #seen = new Set<string>();

  watch(operations: RouteOperations<RouteName>): RouteOperations<RouteName> {
    return {
      ...operations,
      commit: (request, caller) => {
        for (const { opId } of request.body.operations) {
          const key = `${caller.device.deviceId}/${opId}`;
          if (this.#seen.has(key)) this.count += 1;
          this.#seen.add(key);
        }
        return operations.commit(request, caller);
      },
    };
  }
}
