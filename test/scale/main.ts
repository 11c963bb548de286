/**
 * What the leader costs in a large cluster: a real control plane, the real image installed by the real chart, and nodes and
 * pods that kwok plays.
 *
 *   npm run scale                                   20 nodes with 500 pods, then 200 with 5,000; 5 DaemonSets
 *   npm run scale -- --sizes 20x25 --daemonsets 2   so many nodes with so many pods each
 *
 * Prints what was seen, and a last line `SCALE {…}` for programs. Where the machine cannot run it, it says `SKIP scale:`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startKwok } from '../cluster/commands.js';
import { releaseOf } from '../cluster/releases.js';
import { until } from '../cluster/until.js';
import { call } from '../e2e/support/api.js';
import { apply, cluster, getJson } from '../e2e/support/kubectl.js';
import { begin, end } from '../e2e/session.js';
import { reasonToSkip } from '../e2e/skip.js';
import { Audit, sumOf } from './audit.js';
import { leaderUsage } from './leader.js';
import { latency, rollout, untilSettled } from './measures.js';
import { aBudget, aDaemonSet, aDeployment, aNode, image, namespace, NAMESPACE } from './objects.js';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '20x25,200x25' },
    daemonsets: { type: 'string', default: '5' },
    keep: { type: 'boolean', default: false },
  },
});
const sizes = values.sizes.split(',').map((size) => size.split('x').map(Number));
const daemonSets = Array.from({ length: Number(values.daemonsets) }, (_, n) => `agent-${n}`);
const DEPLOYMENTS = 25;
const deployments = Array.from({ length: DEPLOYMENTS }, (_, n) => `business-${n}`);
const IDLE_SECONDS = 60;

/** That the first DaemonSet's image has. */
let version = 1;

const began = performance.now();
const say = (line: string): void => {
  console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}`);
};

const reason = await reasonToSkip(releaseOf());
if (reason !== undefined) console.log(`SKIP scale: ${reason}`);
else process.exitCode = (await everything()) ? 0 : 1;

async function everything(): Promise<boolean> {
  const session = { kubernetes: releaseOf().minor, filters: [], keep: values.keep };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void end(session, say).then(() => process.exit(130)));
  }
  try {
    await begin(session, say, []);
    await startKwok(fileURLToPath(new URL('stages.yaml', import.meta.url)));
    await apply(namespace, ...deployments.map(aBudget));
    const results: object[] = [];
    for (const [nodes = 0, each = 0] of sizes) results.push(await measure(nodes, each));
    console.log(`SCALE ${JSON.stringify(results)}`);
    return true;
  } catch (error) {
    console.error(error);
    return false;
  } finally {
    await end(session, say);
  }
}

async function measure(nodes: number, each: number): Promise<object> {
  const pods = await grow(nodes, each);
  const usage = await leaderUsage();
  const audit = new Audit(cluster);
  await until(
    'silence',
    async () => {
      await sleep(5_000);
      return sumOf(audit.since()) === 0;
    },
    { timeout: 300_000 },
  );
  const quiet = usage();
  await sleep(IDLE_SECONDS * 1000);
  const idle = audit.since();
  const idleCpu = (usage().cpu - quiet.cpu) / (IDLE_SECONDS * 10);
  say(
    `idle for ${IDLE_SECONDS} s: ${sumOf(idle)} writes ${JSON.stringify(idle)}, ${idleCpu.toFixed(1)} % of a core`,
  );
  const before = usage();
  let peak = before.rss;
  const look = setInterval(() => (peak = Math.max(peak, usage().rss)), 200);
  version += 1;
  const rolled = await rollout('agent-0', image(version), { nodes, audit }).finally(() => {
    clearInterval(look);
  });
  const cpu = (usage().cpu - before.cpu) / 1000;
  say(
    `set image: settled after ${rolled.seconds.toFixed(1)} s, ${rolled.writesPerPod.toFixed(2)} writes a pod ${JSON.stringify(rolled.writes)}, business restarts ${rolled.businessRestarts}`,
  );
  say(
    `leader: ${before.rss.toFixed(0)} MiB idle, ${peak.toFixed(0)} MiB at most, ${cpu.toFixed(1)} s of CPU`,
  );
  const told = await latency('agent-1', audit);
  say(
    `a changed status: p50 ${told.p50.toFixed(0)} ms, p99 ${told.p99.toFixed(0)} ms, ${told.writesPerChange.toFixed(2)} writes each ${JSON.stringify(told.writes)}`,
  );
  return {
    nodes,
    pods,
    daemonSets: daemonSets.length,
    idle: sumOf(idle),
    idleCpuPercent: idleCpu,
    rollout: rolled,
    rss: before.rss,
    peak,
    cpu,
    latency: told,
  };
}

/** Brings the cluster to a size. @returns how many pods there are then. */
async function grow(nodes: number, each: number): Promise<number> {
  const pods = nodes * each;
  const { items } = await getJson<{ items: readonly unknown[] }>('nodes', '-l', 'type=kwok');
  for (let n = items.length; n < nodes; n += 1) await create('/api/v1/nodes', aNode(n));
  await apply(...daemonSets.map((name) => aDaemonSet(name, nodes)));
  for (const name of daemonSets) await untilSettled(name, nodes);
  say(`${nodes} virtual nodes, ${daemonSets.length} DaemonSets on each`);
  await apply(...deployments.map((name) => aDeployment(name, pods / DEPLOYMENTS)));
  await until(
    'the pods',
    async () => {
      const list = await getJson<{ items: readonly { status?: { readyReplicas?: number } }[] }>(
        ...['deployments', '-n', NAMESPACE],
      );
      const ready = list.items.reduce((sum, { status }) => sum + (status?.readyReplicas ?? 0), 0);
      if (ready !== pods) throw new Error(`${ready} of ${pods} are ready`);
      return true;
    },
    { timeout: 900_000 },
  );
  say(`${pods} pods are ready`);
  return pods;
}

async function create(path: string, body: unknown): Promise<void> {
  const { status, body: answer } = await call('POST', path, body);
  if (status !== 201) throw new Error(`POST ${path}: ${status} ${answer.slice(0, 200)}`);
}
