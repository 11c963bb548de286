import { agents } from './cluster/agents.js';
import { daemonSetOf } from './cluster/daemonsets.js';
import { nodesOf } from './cluster/nodes.js';
import { scratchFolder } from './cluster/world.js';
import { rounded } from './figures.js';
import { withGenerator } from './load/client.js';
import { cpu, ratioOf, rps, sameLoad } from './ratios.js';
import { failOnErrors, loadTable, machine, notes, summaryOf, table, type Say } from './report.js';
import { measureRounds, type Plan, type Series } from './rounds.js';
import { writeCertificate } from './servers/certificate.js';
import { buildGo } from './servers/go.js';
import { startGo, startOurs, startRaw, type Setting, type Target } from './servers/targets.js';

export interface CompareOptions extends Plan {
  /** Servers that are left out. */
  readonly without: readonly string[];
}

/** How servers compare under one load; null where one was left out or CPU is not known. */
interface Ratios {
  readonly size: number;
  readonly connections: number;
  /** Of ours to raw. */
  readonly throughputRatio: number | null;
  /** Of ours to raw. */
  readonly cpuRatio: number | null;
  /** CPU of Go to ours. */
  readonly goRatio: number | null;
}

/**
 * Measures the injector next to a server that decides nothing and a typical webhook in Go.
 *
 * @throws where a server does not answer as it should.
 */
export async function compare(options: CompareOptions, say: Say): Promise<void> {
  const folder = scratchFolder();
  const setting = { ...options, folder, certificate: await writeCertificate(folder) };
  const targets = await startTargets(setting, options.without, say);
  const series = await withGenerator((generator) =>
    measureRounds(targets, options, generator, say.progress),
  );
  for (const target of targets) await target.stop();
  tell(series, options, say);
  failOnErrors(series);
}

async function startTargets(
  setting: Setting,
  without: readonly string[],
  { progress }: Say,
): Promise<readonly Target[]> {
  progress('starting servers, looking at their patches');
  const ours = await startOurs('ours', [...nodesOf(1, 1), ...agents().map(daemonSetOf)], setting);
  const raw = await startRaw(ours, setting);
  if (without.includes('go')) return [raw, ours];
  const go = await buildGo();
  if ('program' in go) return [raw, ours, await startGo(go.program, setting)];
  progress(`go is left out: ${go.why}`);
  return [raw, ours];
}

function tell(series: readonly Series[], options: CompareOptions, { result }: Say): void {
  const summaries = series.map(summaryOf);
  const ratios = series
    .filter(({ server }) => server === 'ours')
    .map((one) => ratiosOf(one, series));
  result(loadTable(summaries));
  result('');
  result(ratioTable(ratios));
  for (const note of notes(summaries)) result(note);
  const { rounds, seconds, workloads } = options;
  const figures = { ...headline(ratios), results: summaries, ratios };
  const facts = { mode: 'compare', ...machine(), rounds, seconds, workloads };
  result(`BENCH ${JSON.stringify({ ...facts, ...figures })}`);
}

function ratiosOf(ours: Series, all: readonly Series[]): Ratios {
  const raw = sameLoad(all, ours, 'raw');
  const go = sameLoad(all, ours, 'go');
  return {
    size: ours.size,
    connections: ours.connections,
    throughputRatio: rounded(ratioOf(rps, ours, raw), 3),
    cpuRatio: rounded(ratioOf(cpu, ours, raw), 3),
    goRatio: rounded(ratioOf(cpu, go, ours), 3),
  };
}

/** For each size the ratios of the first number of connections. */
function headline(ratios: readonly Ratios[]): Record<string, Record<string, number | null>> {
  const first = ratios.filter(({ connections }) => connections === ratios[0]?.connections);
  const bySize = (
    name: 'throughputRatio' | 'cpuRatio' | 'goRatio',
  ): Record<string, number | null> => Object.fromEntries(first.map((one) => [one.size, one[name]]));
  return {
    throughputRatio: bySize('throughputRatio'),
    cpuRatio: bySize('cpuRatio'),
    goRatio: bySize('goRatio'),
  };
}

const ratioTable = (ratios: readonly Ratios[]): string =>
  table([
    ['KB', 'connections', 'rps ours/raw', 'CPU ours/raw', 'CPU go/ours'],
    ...ratios.map(({ size, connections, throughputRatio, cpuRatio, goRatio }) => [
      ...[size, connections, throughputRatio, cpuRatio, goRatio],
    ]),
  ]);
