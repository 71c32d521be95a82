import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/**
 * Jest's environment for Node, with globals that V8 finds by itself. Jest's own has them behind a Proxy, which is asked for each name that the code
 * has not declared, such as `Map` or `Math`: what computes for long, as the properties of the planner do, takes much longer by that. The
 * Proxy is there to take away after a test file what it has put there; here all of that goes with the context.
 *
 * @throws Error when Jest makes the context in another way than it did, and would be slow again without anybody's notice.
 */
export default class PlainGlobalsEnvironment extends TestEnvironment {
  constructor(config, context) {
    const { createContext } = vm;
    let contexts = 0;
    vm.createContext = (_proxy, options) => {
      contexts += 1;
      return createContext(vm.constants.DONT_CONTEXTIFY, options);
    };
    try {
      super(config, context);
    } finally {
      vm.createContext = createContext;
    }
    if (contexts !== 1) throw new Error(`Jest made ${contexts} contexts for a test file, and not one`);
  }
}
