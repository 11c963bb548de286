import type { Generator } from './load/client.js';
import type { Measured } from './load/messages.js';
import type { Target } from './servers/targets.js';

/** How long and how often is measured. */
export interface Plan {
  readonly rounds: number;
  /** Seconds of each measurement. */
  readonly seconds: number;
  /** How many different reviews are sent in turn. */
  readonly workloads: number;
  /** Of the reviews, in KB. */
  readonly sizes: readonly number[];
  readonly connections: readonly number[];
}

interface Load {
  /** KB of a review. */
  readonly size: number;
  readonly connections: number;
}

/** One server under one load, in all rounds. */
export interface Series extends Load {
  readonly server: string;
  readonly rounds: readonly Measured[];
}

/** Seconds of load that a server gets for each size before anything is measured: its code is being compiled. */
const FIRST_WARM_UP = 2;
/** Seconds of each measurement that do not count. */
const WARM_UP = 0.3;

/**
 * Measures servers one after the other, round by round, so that what else the machine does hits all alike. Who goes
 * first changes from round to round.
 *
 * @param progress is told what comes next.
 * @throws where an answer is wrong. Other faults are counted.
 */
export async function measureRounds(
  targets: readonly Target[],
  plan: Plan,
  generator: Generator,
  progress: (text: string) => void,
): Promise<readonly Series[]> {
  const loads = plan.sizes.flatMap((size) =>
    plan.connections.map((connections): Load => ({ size, connections })),
  );
  const series = loads.flatMap((load) =>
    targets.map((target) => ({ ...load, target, rounds: [] as Measured[] })),
  );
  const { workloads, seconds } = plan;
  const measure = async (target: Target, load: Load, times: Times): Promise<Measured> => {
    const { port, pid } = target;
    const path = target.path(load.size);
    const measured = await generator.measure({ ...load, ...times, port, pid, path, workloads });
    for (const sample of measured.samples) target.check(sample, load.size);
    return measured;
  };
  progress('warming up');
  const first = { warmUp: 0, seconds: Math.min(FIRST_WARM_UP, seconds) };
  for (const target of targets)
    for (const size of plan.sizes) await measure(target, { size, connections: 8 }, first);
  for (let round = 0; round < plan.rounds; round += 1) {
    progress(`round ${round + 1} of ${plan.rounds}`);
    for (const { target, rounds, ...load } of inTurn(series, round % targets.length))
      rounds.push(await measure(target, load, { warmUp: WARM_UP, seconds }));
  }
  return series.map(({ target, ...rest }) => ({ ...rest, server: target.name }));
}

interface Times {
  readonly warmUp: number;
  readonly seconds: number;
}

const inTurn = <T>(items: readonly T[], first: number): readonly T[] => [
  ...items.slice(first),
  ...items.slice(0, first),
];
