import { PLACEHOLDER_LABEL } from '../core/model/annotations.js';
import { daemonPodOf, prunedDaemonPod, type DaemonPod } from '../core/status/daemon-pod.js';
import { Cache } from './cache.js';
import { ofDaemonSet, ofPair, onNode } from './injected-pods.js';

/** The DaemonSet controller's labels on its pods, without those that are placeholders. */
export const DAEMON_PODS = {
  labelSelector: `controller-revision-hash,pod-template-generation,!${PLACEHOLDER_LABEL}`,
};

/** Pods of DaemonSets that are no placeholders, by their nodes, their DaemonSets, and by both. */
export const daemonPods = (): Cache<DaemonPod> =>
  new Cache({
    keep: prunedDaemonPod,
    read: daemonPodOf,
    under: ({ node, daemonSet }) => [onNode(node), ofDaemonSet(daemonSet), ofPair(daemonSet, node)],
  });
