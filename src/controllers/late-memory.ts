import { createHash } from 'node:crypto';
import type { Facts } from '../core/facts/facts.js';
import { metaOf } from '../core/model/pod.js';
import type { Pod } from '../core/model/types.js';
import type { DaemonSetVerdict } from '../core/outcome.js';

/** A pod at which there was nothing to do, and until when. */
interface Settled {
  /** All that the answer depended on. */
  readonly scene: string;
  /** Milliseconds of a clock that only goes forward. */
  readonly until: number;
  /** Whether there is something to do then. */
  readonly isForTime: boolean;
}

/**
 * Milliseconds after which a pod is looked at again, all the same, when the watch tells of it: what an answer depends on
 * beyond what is compared is little, and may not be nothing.
 */
const LONGEST = 600_000;

/** What is known of pods that were read, so that the same pod is not read again and again for the same answer. */
export class LateMemory {
  readonly #clock: () => number;
  readonly #settled = new Map<string, Settled>();
  readonly #refused = new Map<string, Set<string>>();

  /** @param clock milliseconds that only go forward. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** Pods of which something is remembered. */
  get size(): number {
    return new Set([...this.#settled.keys(), ...this.#refused.keys()]).size;
  }

  /** Whether there is nothing to do in this scene, and after how many milliseconds there is, if ever. */
  find(key: string, scene: string): { readonly again: number | undefined } | undefined {
    const known = this.#settled.get(key);
    const left = known === undefined ? 0 : known.until - this.#clock();
    if (known?.scene !== scene || left <= 0) return undefined;
    return { again: known.isForTime ? left : undefined };
  }

  /** There is nothing to do. @param lasts milliseconds for which that holds; undefined where time alone changes nothing. */
  settle(key: string, scene: string, lasts: number | undefined): void {
    const until = this.#clock() + (lasts ?? LONGEST);
    this.#settled.set(key, { scene, until, isForTime: lasts !== undefined });
  }

  /** @returns those of the refusals that were not told of yet. */
  fresh(pod: Pod, verdicts: readonly Refusal[]): readonly Refusal[] {
    const { namespace = '', name = '', uid = '' } = metaOf(pod);
    const key = `${namespace}/${name}`;
    const before = this.#refused.get(key) ?? new Set();
    const now = new Map(verdicts.map((one) => [refusalKey(uid, one), one]));
    if (now.size === 0) this.#refused.delete(key);
    else this.#refused.set(key, new Set(now.keys()));
    return [...now].filter(([one]) => !before.has(one)).map(([, one]) => one);
  }

  /** The pod is gone. */
  forget(key: string): void {
    this.#settled.delete(key);
    this.#refused.delete(key);
  }
}

/** Why a DaemonSet does not go into a pod that is there, and in which of its revisions. */
export interface Refusal extends Pick<
  DaemonSetVerdict,
  'namespace' | 'name' | 'reason' | 'detail'
> {
  readonly revision: string;
}

const refusalKey = (uid: string, { namespace, name, revision, reason }: Refusal): string =>
  [uid, namespace, name, revision, reason].join(' ');

/** What a scene is made of. */
export interface SceneParts {
  readonly pod: Pod;
  /** The DaemonSets that the pod lacks, as "namespace/name". */
  readonly lacking: readonly string[];
  /** Those that its record names, where it promises something that is owed. */
  readonly promised: readonly string[];
  /** What became of the ephemeral containers that its record promises. */
  readonly owed: readonly string[];
}

/** A short text that differs where the answer for a pod may differ. */
export function sceneOf({ pod, lacking, promised, owed }: SceneParts, facts: Facts): string {
  const { namespace = '', uid, labels, annotations, ownerReferences } = metaOf(pod);
  const { nodeName = '' } = pod.spec ?? {};
  const whole = [
    ...[uid, labels, annotations, ownerReferences, nodeName, owed],
    facts.nodes.named(nodeName)?.nodeClass.signature,
    facts.stampOf(namespace),
    ...[lacking, promised].map((keys) =>
      keys.map((key) => [key, revisionsAt(key, nodeName, facts)]),
    ),
  ];
  return createHash('sha256').update(JSON.stringify(whole)).digest('base64');
}

/** All revisions of a DaemonSet that a pod on a node could get, and what is known of them. */
function revisionsAt(key: string, node: string, { daemonSets, wanted }: Facts): unknown {
  const blueprint = daemonSets.find(key);
  if (blueprint === undefined) return undefined;
  const { proven, broken } = daemonSets.standingOf(blueprint);
  return [
    daemonSets.idOf(blueprint),
    daemonSets.revisionOf(blueprint),
    ...[proven, [...broken]],
    wanted.of(blueprint)?.at(node),
  ];
}
