import { RECORD_ANNOTATION } from '../model/annotations.js';
import { defined } from '../model/defined.js';
import { metaOf, specOf } from '../model/pod.js';
import { map } from '../model/types.js';
import type { KubernetesObject, Pod, StringMap } from '../model/types.js';
import { statusOf } from '../status/observed.js';

/**
 * A pod that is bound to a virtual node, reduced to what `lackingIn` reads: there are thousands. Of the annotations those
 * stay that say whether something is injected, under whatever prefix, and the record.
 */
export function prunedBound(pod: Pod): KubernetesObject {
  const meta = metaOf(pod);
  const { name, namespace, uid, labels, ownerReferences } = meta;
  const { creationTimestamp, deletionTimestamp } = meta;
  const { nodeName, hostNetwork, hostPID, shareProcessNamespace, os, nodeSelector } = specOf(pod);
  const { restartPolicy, schedulerName } = specOf(pod);
  return {
    kind: 'Pod',
    metadata: defined({
      ...{ name, namespace, uid, labels, ownerReferences, creationTimestamp, deletionTimestamp },
      resourceVersion: meta['resourceVersion'],
      annotations: asked(map(meta.annotations)),
    }),
    spec: defined({
      ...{ nodeName, hostNetwork, hostPID, shareProcessNamespace, os, nodeSelector },
      ...{ restartPolicy, schedulerName },
    }),
    status: defined({ phase: statusOf(pod).phase }),
  };
}

const MIRROR = 'kubernetes.io/config.mirror';

const asked = (annotations: Readonly<StringMap>): StringMap =>
  Object.fromEntries(
    Object.entries(annotations).filter(
      ([key]) => key === RECORD_ANNOTATION || key === MIRROR || key.endsWith('/ds-injection'),
    ),
  );
