import type {
  Container,
  DaemonSet,
  KubernetesObject,
  Pod,
  StringMap,
} from '../../../src/core/model/types.js';
import { merge, type Overrides } from '../../support/merge.js';
import { PREFIX, superNodeToleration } from '../../support/builders.js';

/** The only image that the nodes have; an image by tag is not pulled if it is there. */
export const BUSYBOX = 'busybox:1.36';

/** The label by which super nodes are known, in seed 001 and here. */
export const superNodeSelector: StringMap = { 'node.kubernetes.io/instance-type': 'eklet' };

/** Goes on until it is asked to end, and then ends at once. A shell as first process ignores SIGTERM by itself. */
export const IDLE = "trap 'exit 0' TERM; sleep 86400 & wait";

/** A container that runs a script, and then idles. */
export const aShell = (
  name: string,
  script = '',
  ...overrides: Overrides<Container>[]
): Container =>
  merge<Container>(
    { name, image: BUSYBOX, command: ['sh', '-c', script === '' ? IDLE : `${script}\n${IDLE}`] },
    ...overrides,
  );

/**
 * A theme is a namespace of its own with its own DaemonSets, which go only into its own pods: so themes can be tested side
 * by side, although DaemonSets go into the pods of all namespaces.
 */
export class Theme {
  readonly name: string;
  readonly namespace: string;

  constructor(name: string) {
    this.name = name;
    this.namespace = `e2e-${name}`;
  }

  /** Its namespace. */
  ground(...overrides: Overrides<KubernetesObject>[]): KubernetesObject {
    return merge<KubernetesObject>(
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: this.namespace, labels: { 'e2e-theme': this.name } },
      },
      ...overrides,
    );
  }

  /** A DaemonSet for super nodes, marked as in seed 001. */
  daemonSet(
    name: string,
    containers: Container[],
    ...overrides: Overrides<DaemonSet>[]
  ): DaemonSet {
    return merge<DaemonSet>(
      {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        metadata: { name, namespace: this.namespace },
        spec: {
          selector: { matchLabels: { daemon: name } },
          template: {
            metadata: {
              labels: { daemon: name },
              annotations: {
                [`${PREFIX}ds-injection`]: 'true',
                [`${PREFIX}ds-inject-by-label`]: `e2e-theme:${this.name}`,
              },
            },
            spec: {
              nodeSelector: superNodeSelector,
              tolerations: [superNodeToleration],
              terminationGracePeriodSeconds: 1,
              containers,
            },
          },
        },
      },
      ...overrides,
    );
  }

  /** A pod for super nodes, with a business container called `app` that idles. */
  pod(name: string, ...overrides: (Overrides<Pod> | undefined)[]): Pod {
    return merge<Pod>(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: this.namespace, labels: { 'e2e-theme': this.name } },
        spec: {
          nodeSelector: superNodeSelector,
          tolerations: [superNodeToleration],
          terminationGracePeriodSeconds: 1,
          containers: [aShell('app')],
        },
      },
      ...overrides,
    );
  }

  /** What makes pods like this one. */
  template(pod: Pod): KubernetesObject {
    const { metadata, spec } = pod;
    const { labels, annotations } = metadata ?? {};
    return { metadata: { labels: labels ?? {}, annotations: annotations ?? {} }, spec };
  }
}

/** An annotation of seed 001. */
export const annotated = (key: string, value: string): Overrides<Pod> => ({
  metadata: { annotations: { [`${PREFIX}${key}`]: value } },
});

/** The names of all containers that a pod starts, with their init containers. */
export const namesIn = ({ spec }: Pod): readonly string[] =>
  [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].map(({ name }) => name);
