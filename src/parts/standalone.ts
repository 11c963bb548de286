import { problemText } from '../standalone/manifest.js';
import type { Counts } from '../standalone/snapshot.js';
import { watchWorld } from '../standalone/watch.js';
import type { Context } from './part.js';
import type { Picture } from './picture.js';

/** Milliseconds between two looks at the files of the World. */
const WORLD_INTERVAL = 1_000;

/** A picture from manifest files, which is there when it has started. */
export function standalonePicture({ config, settings, logger, metrics }: Context): Picture {
  const watch = watchWorld({
    paths: config.world,
    interval: WORLD_INTERVAL,
    loaded: (counts: Counts) => {
      metrics.worldLoads.inc({ result: 'loaded' });
      for (const [kind, count] of Object.entries(counts)) metrics.worldObjects.set({ kind }, count);
      logger.info({ counts }, 'world loaded');
    },
    failed: (problems) => {
      metrics.worldLoads.inc({ result: 'failed' });
      logger.error({ problems: problems.map(problemText) }, 'world not loaded, the last one stays');
    },
  });
  return {
    start: () => watch.start(),
    stop: () => watch.stop(),
    current: () => ({ world: watch.current(), settings }),
    checks: {},
  };
}
