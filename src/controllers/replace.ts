import type { ApiClient } from '../cluster/api.js';
import type { Cache } from '../cluster/cache.js';
import { DAEMON_PODS, daemonPods } from '../cluster/daemon-pods.js';
import { ofDaemonSet, onNode } from '../cluster/injected-pods.js';
import { isStatus } from '../cluster/lease-calls.js';
import { Reflector, type ReflectorOptions, type WatchObserver } from '../cluster/reflector.js';
import { DAEMON_SETS, pathOf, PODS } from '../cluster/resources.js';
import { isLeft } from '../core/decide/landing.js';
import type { Facts } from '../core/facts/facts.js';
import { findAnnotation } from '../core/model/annotations.js';
import { metaOf } from '../core/model/pod.js';
import { map } from '../core/model/types.js';
import type { KubernetesObject } from '../core/model/types.js';
import type { DaemonPod } from '../core/status/daemon-pod.js';
import { saysReady, type Identity } from '../core/status/observed.js';
import type { Placeholder } from '../core/status/placeholder.js';
import { budgetOf } from './budget.js';
import { deletePod, perform, type DutyOptions } from './duty.js';
import type { KeyedQueue } from './queue.js';
import { Repeats } from './repeats.js';

export interface ReplaceOptions extends DutyOptions, Pick<ReflectorOptions, 'times'> {
  readonly client: ApiClient;
  /** Makes what hears of the watch of pods. @param count how many are kept. */
  readonly watch: (kind: string, count: () => number) => WatchObserver;
  /** A pod was deleted, so that the DaemonSet controller makes another one. */
  readonly replaced: (pod: string, why: 'not_gated' | 'not_virtual') => void;
}

/** Milliseconds in which changes come together. */
const GATHER = 1_000;
/** Pods that never started are away already; so many of a DaemonSet go at a time all the same. */
const MOST = 10;

/**
 * Deletes the pods of DaemonSets that are not what their nodes need, so that the DaemonSet controller makes others: those
 * without a gate on virtual nodes, made before the install or while the webhook was away, and placeholders on nodes that
 * are virtual no more. Never more than the DaemonSet's `maxUnavailable` are away for it. Works until the signal is aborted,
 * and never rejects.
 */
export async function replaceMisfits(options: ReplaceOptions, signal: AbortSignal): Promise<void> {
  const { client, random, times, watch, clock } = options;
  const pods = daemonPods();
  const reflector = new Reflector({
    client,
    random,
    resource: PODS,
    selection: DAEMON_PODS,
    sink: pods,
    observe: watch('DaemonSetPod', () => pods.count()),
    ...(times && { times }),
  });
  const state: State = { pods, repeats: new Repeats(clock.monotonic) };
  reflector.start();
  await perform(
    {
      work: (key, facts) =>
        reflector.unready() === undefined
          ? replace(state, options, { key, facts, signal })
          : Promise.resolve(GATHER),
      listen: (queue) => listen(state, options, queue),
    },
    options,
    signal,
  );
  await reflector.stop();
}

interface State {
  readonly pods: Cache<DaemonPod>;
  readonly repeats: Repeats;
}

interface Task {
  /** "namespace/name" of a DaemonSet. */
  readonly key: string;
  readonly facts: Facts;
  readonly signal: AbortSignal;
}

/** A pod of a DaemonSet, be it a placeholder or not. */
interface Member extends Identity {
  readonly node: string;
  readonly isReady: boolean;
  /** Why it is to be replaced. */
  readonly misfit: 'not_gated' | 'not_virtual' | undefined;
}

async function replace(
  state: State,
  options: ReplaceOptions,
  { key, facts, signal }: Task,
): Promise<number | undefined> {
  const members = membersOf(state, options, { key, facts });
  const misfits = members.filter(({ misfit, isTerminating }) => misfit && !isTerminating);
  const fitting = members.filter(({ misfit }) => !misfit);
  for (const { node } of fitting) state.repeats.settled(`${key} ${node}`);
  const waits = misfits.map(({ node }) => state.repeats.wait(`${key} ${node}`));
  const due = misfits.filter((_, index) => waits[index] === 0);
  const chosen = await choose(due, awayOf(state, key, members), { options, key, signal });
  for (const pod of chosen) {
    if (!(await deletePod(options.client, pod, signal))) continue;
    state.repeats.tried(`${key} ${pod.node}`);
    if (pod.misfit) options.replaced(pod.key, pod.misfit);
  }
  if (chosen.length > 0) return GATHER;
  const later = waits.filter((wait) => wait > 0);
  return later.length > 0 ? Math.min(...later) : undefined;
}

function membersOf(
  { pods }: State,
  { cluster }: ReplaceOptions,
  { key, facts }: Pick<Task, 'key' | 'facts'>,
): readonly Member[] {
  const index = ofDaemonSet(key);
  const stands = (node: string): boolean => isAsked(key, facts) && isOurs(node, facts) === true;
  return [
    ...pods.under(index).map((pod): Member => ({
      ...pod,
      misfit: stands(pod.node) && facts.settings.placeholders ? 'not_gated' : undefined,
    })),
    ...cluster.placeholders.under(index).map((one): Member => ({
      ...one,
      isReady: isReady(one),
      misfit: isOurs(one.node, facts) === false ? 'not_virtual' : undefined,
    })),
  ];
}

/** Whether the webhook is asked about the pods of a DaemonSet: about those in kube-system only if they bear the mark. */
function isAsked(key: string, { daemonSets, settings }: Facts): boolean {
  const blueprint = daemonSets.find(key);
  if (blueprint?.marked !== true) return false;
  const annotations = map(metaOf(blueprint.template).annotations);
  return (
    blueprint.namespace !== 'kube-system' ||
    findAnnotation([annotations], settings.annotationPrefixes, 'ds-injection') !== undefined
  );
}

/** Whether containers are injected into the pods of a node; undefined for a node that is not there. */
function isOurs(node: string, { nodes, settings }: Facts): boolean | undefined {
  const place = nodes.named(node);
  if (!place) return undefined;
  const { profile } = place.nodeClass;
  return profile !== undefined && settings.placeholders && !isLeft(profile, { settings });
}

const isReady = ({ status }: Placeholder): boolean => saysReady(status.conditions);

/** Also counts nodes whose pod was deleted here, and that the DaemonSet controller has not given another one yet. */
function awayOf({ repeats }: State, key: string, members: readonly Member[]): number {
  const away = members.filter((pod) => pod.isTerminating || !pod.isReady).length;
  const manned = new Set(members.map(({ node }) => node));
  return away + repeats.open(`${key} `).filter((node) => !manned.has(node)).length;
}

/** Those that are away already cost nothing; of the others, as many as the DaemonSet lets go. */
async function choose(
  due: readonly Member[],
  away: number,
  { options, key, signal }: { options: ReplaceOptions } & Pick<Task, 'key' | 'signal'>,
): Promise<readonly Member[]> {
  const idle = due.filter((pod) => !pod.isReady).slice(0, MOST);
  const busy = due.filter((pod) => pod.isReady);
  if (busy.length === 0) return idle;
  const daemonSet = await read(options, key, signal);
  if (!daemonSet) return idle;
  return [...idle, ...busy.slice(0, Math.max(0, budgetOf(daemonSet, away)))];
}

/** Its status is not of the World, and asked for only when something is to go. */
async function read(
  { client }: ReplaceOptions,
  key: string,
  signal: AbortSignal,
): Promise<KubernetesObject | undefined> {
  const [namespace = '', name = ''] = key.split('/');
  try {
    return await client.request({
      method: 'GET',
      path: pathOf(DAEMON_SETS, { namespace, name }),
      signal,
    });
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

function listen(
  { pods }: State,
  { cluster: { placeholders, listen: listenToWorld } }: ReplaceOptions,
  queue: Pick<KeyedQueue, 'add'>,
): () => void {
  const touch = (members: readonly { readonly daemonSet: string }[]): void => {
    for (const { daemonSet } of members) if (daemonSet !== '') queue.add(daemonSet, GATHER);
  };
  const all = (): void => {
    touch([...pods.all(), ...placeholders.all()]);
  };
  const ends = [
    pods.listen((before, after) => {
      touch([before, after].filter((one) => one !== undefined));
    }),
    placeholders.listen((before, after) => {
      touch([before, after].filter((one) => one !== undefined));
    }),
    listenToWorld((kind, object) => {
      const { namespace = '', name = '' } = metaOf(object ?? {});
      if (!object) all();
      else if (kind === 'Node')
        touch([...pods.under(onNode(name)), ...placeholders.under(onNode(name))]);
      else if (kind === 'DaemonSet') touch([{ daemonSet: `${namespace}/${name}` }]);
    }),
  ];
  all();
  return () => {
    for (const end of ends) end();
  };
}
