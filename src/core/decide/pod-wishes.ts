import { map } from '../model/types.js';
import type { KubernetesObject, Pod } from '../model/types.js';
import { metaOf } from '../model/pod.js';
import type { Warning } from '../outcome.js';
import type { OptIn, PortRange, Reader } from './marks.js';
import {
  DEFAULT_METRICS_PORTS,
  oneOf,
  parseBoolean,
  parseOptIn,
  parsePorts,
  read,
  readOwn,
} from './marks.js';

/** What the annotations of a pod and its namespace ask for. */
export interface PodWishes {
  /** Undefined where the pod says nothing. */
  readonly optIn: OptIn | undefined;
  readonly namespaceOptsOut: boolean;
  readonly startAfter: boolean;
  readonly envHostIP: boolean;
  readonly metricsPorts: readonly PortRange[];
  readonly isolation: 'sidecar' | 'ephemeral' | undefined;
  readonly placement: 'native' | 'plain' | undefined;
}

/** Reads the annotations of a pod and of its namespace; what means nothing is named to `warn`. */
export function wishesOf(
  pod: Pod,
  namespace: KubernetesObject | undefined,
  prefixes: readonly string[],
  warn: (warning: Warning) => void,
): PodWishes {
  const reader: Reader = { sources: [map(metaOf(pod).annotations)], prefixes, owner: 'pod', warn };
  const ofNamespace: Reader = {
    ...reader,
    sources: [map(metaOf(namespace ?? {}).annotations)],
    owner: 'namespace',
  };
  return {
    optIn: read(reader, 'ds-injection', parseOptIn),
    namespaceOptsOut: read(ofNamespace, 'ds-injection', parseBoolean) === false,
    startAfter: read(reader, 'start-after-ds', parseBoolean) ?? false,
    envHostIP: read(reader, 'env-host-ip', parseBoolean) ?? false,
    metricsPorts: read(reader, 'metrics-port', parsePorts) ?? DEFAULT_METRICS_PORTS,
    isolation: readOwn(reader, 'isolation', oneOf('sidecar', 'ephemeral')),
    placement: readOwn(reader, 'placement', oneOf('native', 'plain')),
  };
}
