import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { podOf } from '../../src/cli/templates.js';
import type { Request } from '../../src/core/engine.js';
import type { DaemonSet, KubernetesObject } from '../../src/core/model/types.js';
import { PREFIX } from './builders.js';

/**
 * Real manifests of other projects. They are data of others and lie beside the project, not in it; without them the tests
 * that need them skip.
 */
export const corpus = join(import.meta.dirname, '../../../shared/corpus');

const read = (folder: string): KubernetesObject[] =>
  readdirSync(join(corpus, folder))
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => parse(readFileSync(join(corpus, folder, name), 'utf8')) as KubernetesObject);

/** Marked, and at home on super nodes: so that as many as can be are injected. */
function marked(daemonSet: DaemonSet): DaemonSet {
  const template = daemonSet.spec?.template;
  return {
    ...daemonSet,
    spec: {
      ...daemonSet.spec,
      template: {
        ...template,
        metadata: { ...template?.metadata, annotations: { [`${PREFIX}ds-injection`]: 'true' } },
        spec: {
          ...template?.spec,
          nodeSelector: {},
          affinity: {},
          tolerations: [{ operator: 'Exists' }],
        },
      },
    },
  };
}

/** The request for a workload's pod that runs where the DaemonSets run, in a namespace that is injected. */
const onVirtualNodes = (request: Request): Request => ({
  ...request,
  namespace: 'default',
  pod: {
    ...request.pod,
    metadata: { ...request.pod.metadata, namespace: 'default' },
    spec: {
      ...request.pod.spec,
      nodeSelector: {},
      affinity: {},
      tolerations: [{ operator: 'Exists' }],
    },
  },
});

/** The DaemonSets of the corpus, at home on super nodes. */
export const daemonSetsOf = (): readonly DaemonSet[] =>
  (read('daemonsets') as DaemonSet[]).map(marked);

/** The requests for the pods of the workloads of the corpus. */
export const podsOf = (): readonly Request[] =>
  read('workloads').flatMap((workload) => {
    const made = podOf(workload);
    return made === undefined ? [] : [onVirtualNodes(made.request)];
  });
