import { agents } from './cluster/agents.js';
import { crowdOf } from './cluster/crowd.js';
import { daemonSetOf } from './cluster/daemonsets.js';
import { nodesOf } from './cluster/nodes.js';
import { scratchFolder } from './cluster/world.js';
import { rounded } from './figures.js';
import { withGenerator } from './load/client.js';
import { weigh, type Memory } from './memory.js';
import { cpu, ratioOf, rps, sameLoad } from './ratios.js';
import { failOnErrors, loadTable, machine, notes, summaryOf, table, type Say } from './report.js';
import { measureRounds, type Plan, type Series } from './rounds.js';
import { writeCertificate } from './servers/certificate.js';
import { startOurs, type Setting, type Target } from './servers/targets.js';

/** How big a World is. */
export interface Scale {
  readonly nodes: number;
  readonly daemonSets: number;
}

export interface ScaleOptions extends Plan {
  /** The first one is what the others are held against. */
  readonly worlds: readonly Scale[];
  /** Whether the heap of a World is measured as well. */
  readonly memory: boolean;
}

/** How a World compares to the first one under one load. */
interface Growth {
  readonly world: string;
  readonly size: number;
  readonly connections: number;
  /** Of CPU for each request; null where it is not known. */
  readonly growth: number | null;
  /** Of answers a second. */
  readonly throughputGrowth: number | null;
}

/**
 * Measures what the size of the World makes of the cost of a review, and what a World takes of memory.
 *
 * @throws where an answer is wrong.
 */
export async function scale(options: ScaleOptions, say: Say): Promise<void> {
  const folder = scratchFolder();
  const setting = { ...options, folder, certificate: await writeCertificate(folder) };
  const targets = await startWorlds(options.worlds, setting, say);
  const series = await withGenerator((generator) =>
    measureRounds(targets, options, generator, say.progress),
  );
  for (const target of targets) await target.stop();
  if (options.memory) say.progress('weighing nodes and DaemonSets');
  const memory = options.memory ? await weigh(folder) : undefined;
  tell(series, memory, options, say);
  failOnErrors(series);
}

async function startWorlds(
  worlds: readonly Scale[],
  setting: Setting,
  { progress }: Say,
): Promise<readonly Target[]> {
  const targets: Target[] = [];
  for (const world of worlds) {
    progress(`loading ${nameOf(world)}`);
    targets.push(await startOurs(nameOf(world), objectsOf(world), setting));
  }
  return targets;
}

const nameOf = ({ nodes, daemonSets }: Scale): string => `${nodes}/${daemonSets}`;

/** One node in ten is a super node; five DaemonSets go into the pods. */
function objectsOf({ nodes, daemonSets }: Scale) {
  const wanted = agents().map(daemonSetOf);
  const crowd = crowdOf(daemonSets - wanted.length);
  return [...nodesOf(nodes, Math.ceil(nodes / 10)), ...wanted, ...crowd];
}

function tell(
  series: readonly Series[],
  memory: Memory | undefined,
  options: ScaleOptions,
  { result }: Say,
): void {
  const summaries = series.map(summaryOf);
  const growths = growthsOf(series, options);
  result(loadTable(summaries));
  result('');
  result(growthTable(growths));
  result('server: the nodes and DaemonSets of its World');
  for (const note of notes(summaries)) result(note);
  if (memory) result(`\n${memoryTable(memory)}`);
  const { rounds, seconds, workloads } = options;
  const facts = { mode: 'scale', ...machine(), rounds, seconds, workloads };
  const { growth, throughputGrowth } = headline(growths, options);
  const figures = { growth, throughputGrowth, memory };
  result(`BENCH ${JSON.stringify({ ...facts, ...figures, results: summaries, growths })}`);
}

function growthsOf(series: readonly Series[], { worlds }: ScaleOptions): readonly Growth[] {
  const [first] = worlds.map(nameOf);
  return series
    .filter(({ server }) => server !== first)
    .map((one) => {
      const base = sameLoad(series, one, first ?? '');
      return {
        world: one.server,
        size: one.size,
        connections: one.connections,
        growth: rounded(ratioOf(cpu, one, base), 3),
        throughputGrowth: rounded(ratioOf(rps, one, base), 3),
      };
    });
}

/** Of the last World, under the first load. */
function headline(growths: readonly Growth[], { worlds }: ScaleOptions): Partial<Growth> {
  const last = worlds.map(nameOf).at(-1);
  return growths.find(({ world }) => world === last) ?? {};
}

const growthTable = (growths: readonly Growth[]): string =>
  table([
    ['World', 'KB', 'connections', 'CPU to the first', 'rps to the first'],
    ...growths.map(({ world, size, connections, growth, throughputGrowth }) => [
      ...[world, size, connections, growth, throughputGrowth],
    ]),
  ]);

const memoryTable = ({ json, yaml, kbPerNode, kbPerDaemonSet }: Memory): string =>
  table([
    ['heap MB', `1,000 nodes of ${kbPerNode} KB`, `100 DaemonSets of ${kbPerDaemonSet} KB`],
    ['World in JSON', json.per1000Nodes, json.per100DaemonSets],
    ['World in YAML', yaml.per1000Nodes, yaml.per100DaemonSets],
  ]);
