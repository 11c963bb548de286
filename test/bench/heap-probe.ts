// How much heap a World takes: a process that holds one as `serve` does, answers a review, and says what is left after
// the garbage is gone.
//
//   node --expose-gc heap-probe.ts WORLD
import { inject } from '../../src/core/engine.js';
import { WorldStore } from '../../src/core/world/store.js';
import { loadSnapshot } from '../../src/standalone/watch.js';
import { settings } from '../support/builders.js';
import { reviewsOf } from './cluster/workloads.js';

/** In a function of its own, so that nothing of what was read outlives it. */
const load = async (path: string): Promise<WorldStore> =>
  new WorldStore((await loadSnapshot([path])).objects);

const [review] = reviewsOf(8, 1);
const [, , file] = process.argv;
if (!review || file === undefined || !globalThis.gc)
  throw new Error('usage: node --expose-gc heap-probe.ts WORLD');
const request = {
  pod: review.request.object,
  namespace: review.request.object.metadata?.namespace ?? '',
};
const world = await load(file);
// What the engine derives from a World is kept with it.
const { reason } = inject(request, world, settings());
if (reason !== 'injected') throw new Error(`the pod is not injected but: ${reason}`);
// The engine keeps the text that a regular expression was last held against, here a whole file.
/x/.exec('x');
for (let time = 0; time < 3; time += 1) globalThis.gc();
const heap = process.memoryUsage().heapUsed;
// The World is used after the measurement, so it was there.
process.send?.({ heap, nodes: world.nodes().length });
