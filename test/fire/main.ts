/**
 * The webhook under fire: hostile callers of every kind, against the real process, while a well-behaved caller goes on.
 *
 *   npm run fire                        10,000 connections, about ten minutes
 *   npm run fire -- --connections 500   less of it
 *
 * Prints a table, and a last line `FIRE {…}` for programs. Ends with 1 if anything is out of bounds.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultLimits } from '../../src/server/limits.js';
import { attack, callers, type Caller, type Hostile } from './callers.js';
import { measure, openPeer, type Latency } from './peer.js';
import { startTarget, type Target } from './target.js';

/** Bounds of what a run may show. */
const bounds = {
  /** MiB that the process may take, by the derivation in src/server/limits.ts, with 256 for itself. */
  rss: 397 + 128 + 200 + 256,
  /** How much slower the median of another caller may be, compared to the quiet before in the same run. */
  ratio: 5,
};

interface Row {
  readonly sent: string;
  readonly count: number;
  readonly answered: string;
  readonly closed: number;
  readonly rssBefore: number;
  readonly rss: number;
  readonly kibPerConnection: number;
  readonly p50: number;
  readonly p99: number;
  readonly failed: number;
}

const { values } = parseArgs({ options: { connections: { type: 'string', default: '10000' } } });
const wanted = Number(values.connections);
const count = Math.min(wanted, possible());
const target = await startTarget();
const rows: Row[] = [];
try {
  if (count < wanted) {
    console.log(`SKIP ${wanted} connections: open files allow ${count}`);
  }
  await warmUp(target);
  for (const caller of callers) rows.push(await round(target, caller));
} finally {
  finish(await target.stop());
}

/** Half of the files that this process may open; each end of a connection is one, in two processes. */
function possible(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  return Math.floor(Number(/Max open files\s+(\d+)/.exec(limits)?.[1] ?? 1024) * 0.75);
}

async function warmUp(to: Target): Promise<void> {
  const peer = await openPeer(to);
  for (let n = 0; n < 10; n += 1) await measure(peer);
  peer.close();
}

async function round(to: Target, caller: Caller): Promise<Row> {
  const peer = await openPeer(to);
  const rssBefore = await to.rss();
  const quiet = await measure(peer);
  const many = Math.max(1, Math.round(count * caller.share));
  const hostile = await attack(to, caller, many);
  const fresh = await openPeer(to);
  const loud = worse(await measure(peer), await measure(fresh));
  const rss = await to.rss();
  const row = {
    sent: caller.name,
    count: many,
    answered: [...hostile.answers].map(([status, times]) => `${status}×${times}`).join(' '),
    closed: hostile.closed(),
    rssBefore: Math.round(rssBefore),
    rss: Math.round(rss),
    kibPerConnection: Math.round(((rss - rssBefore) * 1024) / many),
    p50: rounded(loud.p50 / quiet.p50),
    p99: rounded(loud.p99 / quiet.p99),
    failed: loud.failed,
  };
  console.log(JSON.stringify(row));
  peer.close();
  fresh.close();
  await leave(hostile);
  return row;
}

async function leave({ sockets }: Hostile): Promise<void> {
  for (const socket of sockets) socket.destroy();
  // The server hears of the ends of all those connections; the next round should not.
  await sleep(2_000);
}

function worse(one: Latency, other: Latency): Latency {
  return {
    p50: Math.max(one.p50, other.p50),
    p99: Math.max(one.p99, other.p99),
    failed: one.failed + other.failed,
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function finish(exit: number | null): void {
  const problems = [
    ...(exit === 0 ? [] : [`the process ended with ${String(exit)}`]),
    ...(rows.length === callers.length ? [] : ['not every round ended']),
    ...rows.flatMap(problemsOf),
  ];
  console.table(rows);
  for (const problem of problems) console.log(`out of bounds: ${problem}`);
  const rss = Math.max(...rows.map((row) => row.rss));
  const p50 = Math.max(...rows.map((row) => row.p50));
  const limit = defaultLimits.connections;
  console.log(`FIRE ${JSON.stringify({ connections: count, limit, rss, p50, problems })}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

function problemsOf({ sent, rss, p50, failed }: Row): readonly string[] {
  return [
    ...(rss > bounds.rss ? [`${sent}: ${rss} MiB, at most ${bounds.rss}`] : []),
    ...(p50 > bounds.ratio ? [`${sent}: others wait ${p50} times as long`] : []),
    ...(failed > 0 ? [`${sent}: ${failed} reviews of others failed`] : []),
  ];
}
