import { warningTexts } from '../../../src/admission/warnings.js';
import type { Pod } from '../../../src/core/model/types.js';
import type { Operation } from '../../../src/core/patch/operation.js';
import { applyPatch } from '../../../src/core/patch/apply.js';
import type { GoldenCase } from './cases.js';
import { reviewOf } from './review.js';
import { openWorkshop, serve, type Served, type Workshop } from './served.js';
import type { Want } from './want.js';

/** What can be seen of an outcome from outside: the answer, and the log line for the reasons. */
export interface Seen {
  readonly allowed: boolean;
  readonly patchType: string | undefined;
  readonly patch: readonly Operation[];
  readonly warnings: readonly string[];
  readonly decision: unknown;
  readonly reason: unknown;
  readonly detail: unknown;
}

/** What should be seen of a golden outcome. */
export const seenOf = ({ decision, reason, detail, patch, warnings }: Want): Seen => ({
  allowed: true,
  patchType: patch.length > 0 ? 'JSONPatch' : undefined,
  patch,
  warnings: warningTexts(warnings),
  decision,
  reason,
  detail,
});

/** Processes that run at a time: most of them wait for the next look at their World, which comes once a second. */
const AT_A_TIME = 10;
/** Worlds that one process is given, one after the other: fewer processes to start, more waiting. */
const WORLDS_EACH = 16;

/**
 * Sends every case to a spawned `ds-injector serve` over TLS. Cases of one configuration share processes, whose World
 * is replaced from case to case where it has to be.
 *
 * @returns what was seen, by the id of the case.
 */
export async function askProcesses(
  cases: readonly GoldenCase[],
): Promise<ReadonlyMap<string, Seen>> {
  const seen = new Map<string, Seen>();
  const workshop = openWorkshop();
  const jobs = jobsOf(cases);
  const queue = jobs.entries();
  const work = async (): Promise<void> => {
    for (const [index, job] of queue) await runJob(job, `job-${index}`, { workshop, seen });
  };
  try {
    // Its certificates are those of all.
    await (await serve(workshop, { name: 'first', world: [], config: {} })).stop();
    // All of them end before anything is thrown, so that no process is left behind.
    const ended = await Promise.allSettled(Array.from({ length: AT_A_TIME }, work));
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
  } finally {
    workshop.close();
  }
  return seen;
}

/** Cases of one World. */
type Group = [GoldenCase, ...GoldenCase[]];
/** Groups of one configuration. */
type Job = [Group, ...Group[]];

/** The long ones first. */
function jobsOf(cases: readonly GoldenCase[]): readonly Job[] {
  const groups = grouped(cases, ({ world, config, profiles }) => [config, profiles, world]);
  return grouped(groups, ([{ config, profiles }]) => [config, profiles])
    .flatMap(chunks)
    .sort((a, b) => b.length - a.length);
}

const chunks = ([first, ...others]: Job): readonly Job[] =>
  others.length < WORLDS_EACH
    ? [[first, ...others]]
    : [
        [first, ...others.slice(0, WORLDS_EACH - 1)],
        ...chunks(others.slice(WORLDS_EACH - 1) as Job),
      ];

function grouped<T>(items: readonly T[], keyOf: (item: T) => unknown): readonly [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const key = JSON.stringify(keyOf(item));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}

interface Surroundings {
  readonly workshop: Workshop;
  readonly seen: Map<string, Seen>;
}

async function runJob(job: Job, name: string, { workshop, seen }: Surroundings): Promise<void> {
  const { world, config = {}, profiles } = job[0][0];
  const served = await serve(workshop, { name, world, config, profiles });
  try {
    for (const group of job) {
      if (group !== job[0]) await served.load(group[0].world);
      for (const one of group) seen.set(one.id, await askTwice(one, served));
    }
  } finally {
    await served.stop();
  }
}

async function askTwice(one: GoldenCase, served: Served): Promise<Seen> {
  const first = await ask(reviewOf(one, one.pod), served);
  if (one.secondPass === undefined) return first;
  const changed = applyPatch<Pod>(applyPatch(one.pod, first.patch), one.secondPass);
  return ask(reviewOf(one, changed, 2), served);
}

async function ask(review: Readonly<Record<string, unknown>>, served: Served): Promise<Seen> {
  const { answer, line } = await served.review(review);
  const { response } = answer as { response: Response };
  return {
    allowed: response.allowed,
    patchType: response.patchType,
    patch: decoded(response.patch),
    warnings: response.warnings ?? [],
    decision: line['decision'],
    reason: line['reason'],
    detail: line['detail'],
  };
}

interface Response {
  readonly allowed: boolean;
  readonly patchType?: string;
  readonly patch?: string;
  readonly warnings?: readonly string[];
}

const decoded = (patch: string | undefined): readonly Operation[] =>
  patch === undefined
    ? []
    : (JSON.parse(Buffer.from(patch, 'base64').toString()) as readonly Operation[]);
