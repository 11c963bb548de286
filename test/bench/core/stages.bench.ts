import { bench, describe } from 'vitest';
import { stagesOf, type Stages } from './stages.js';

/** `npm run bench:core`: where the time of a review goes, and where a regression arises. */
const sizes = { 'a small World': [10, 5], 'a large World': [5000, 500] } as const;

describe.each(Object.entries(sizes))('a review of 8 KB in %s', (_, [nodes, daemonSets]) => {
  const stages = stagesOf({ nodes, daemonSets });
  for (const [name, stage] of Object.entries(stages) as [keyof Stages, () => unknown][]) {
    bench(name, () => void stage(), { time: 300 });
  }
});
