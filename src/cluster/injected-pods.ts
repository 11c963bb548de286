import { RECORD_ANNOTATION } from '../core/model/annotations.js';
import { defined } from '../core/model/defined.js';
import { metaOf } from '../core/model/pod.js';
import { textOf } from '../core/model/text.js';
import type { KubernetesObject, Pod } from '../core/model/types.js';
import { compact } from '../core/world/store.js';
import type { Sink } from './reflector.js';

/** The pods that bear the injector's label, by namespace and name. No review asks for them: they are not of the World. */
export function injectedPods(): Sink {
  let pods = new Map<string, KubernetesObject>();
  return {
    keep: prunedPod,
    replace: (objects) => {
      pods = new Map(objects.map((pod) => [keyOf(pod), compact(pod)]));
    },
    put: (pod) => pods.set(keyOf(pod), compact(pod)),
    drop: (pod) => pods.delete(keyOf(pod)),
    count: () => pods.size,
  };
}

function keyOf(pod: KubernetesObject): string {
  const { namespace, name } = metaOf(pod);
  return `${textOf(namespace)}/${textOf(name)}`;
}

/** What names a pod, whose it is, where it runs, and what was injected. */
function prunedPod(pod: Pod): KubernetesObject {
  const { name, namespace, uid, labels, annotations, ownerReferences } = metaOf(pod);
  const record = annotations?.[RECORD_ANNOTATION];
  const status = pod['status'] as { phase?: unknown } | null | undefined;
  return {
    kind: 'Pod',
    metadata: defined({
      ...{ name, namespace, uid, labels, ownerReferences },
      annotations: record === undefined ? {} : { [RECORD_ANNOTATION]: record },
    }),
    spec: { nodeName: pod.spec?.nodeName },
    status: { phase: status?.phase },
  };
}
