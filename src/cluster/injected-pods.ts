import { observed, prunedInjected, type ObservedPod } from '../core/status/observed.js';
import { Cache } from './cache.js';

/** The pods that bear the injector's label. No review asks for them: they are not of the World. */
export type InjectedPods = Cache<ObservedPod>;

/** What the indexes of caches are called; a DaemonSet by its "namespace/name". */
export const onNode = (node: string): string => `node ${node}`;
export const ofDaemonSet = (daemonSet: string): string => `daemonset ${daemonSet}`;
export const ofPair = (daemonSet: string, node: string): string => `${daemonSet} on ${node}`;

/** A pod without a controller is its own. */
export const ofOwner = ({ owner, uid }: Pick<ObservedPod, 'owner' | 'uid'>): string =>
  `owner ${owner?.uid ?? uid}`;

/** Injected pods by their nodes, their controllers, by the DaemonSets that their records name, and by both. */
export const injectedPods = (): InjectedPods =>
  new Cache({
    keep: prunedInjected,
    read: observed,
    under: (pod) => [
      onNode(pod.node),
      ofOwner(pod),
      ...daemonSetsIn(pod).flatMap((daemonSet) => [
        ofDaemonSet(daemonSet),
        ofPair(daemonSet, pod.node),
      ]),
    ],
  });

/** The DaemonSets that a pod's record names, as "namespace/name". */
export const daemonSetsIn = ({ record }: ObservedPod): readonly string[] =>
  (record?.daemonSets ?? []).map(({ namespace, name }) => `${namespace}/${name}`);
