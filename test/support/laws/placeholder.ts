import { list } from '../../../src/core/model/types.js';
import type { Container, Pod } from '../../../src/core/model/types.js';
import { hold, holdSame } from './law.js';

const NAME = 'ds-injector.io/placeholder';
const ZERO = { requests: { cpu: '0', memory: '0' }, limits: { cpu: '0', memory: '0' } };

/** A placeholder has a gate, a label and resources of zero, and is what it was in all else. */
export function expectPlaceholder(before: Pod, after: Pod): void {
  const { labels, ...metadata } = after.metadata ?? {};
  const { schedulingGates, resources, containers, initContainers, ...spec } = after.spec ?? {};
  const all = [...list(containers), ...list(initContainers)];
  hold(
    'a placeholder has its gate',
    list(schedulingGates).some(({ name }) => name === NAME),
  );
  hold('a placeholder has its label', labels?.[NAME] === 'true');
  hold('a placeholder asks for nothing as a whole', (resources ?? null) === null);
  for (const one of all) holdSame('a placeholder asks for nothing', one.resources, ZERO);
  holdSame(
    "a placeholder is its DaemonSet's pod",
    {
      ...bare({ metadata, spec }),
      containers: bareAll(all),
      labels: { ...labels, [NAME]: 'true' },
    },
    {
      ...bare(before),
      containers: bareAll([...list(before.spec?.containers), ...list(before.spec?.initContainers)]),
      labels: { ...before.metadata?.labels, [NAME]: 'true' },
    },
  );
}

function bare({ metadata, spec }: Pod): object {
  const { labels: _, ...restOfMetadata } = metadata ?? {};
  const { schedulingGates, resources, containers, initContainers, ...restOfSpec } = spec ?? {};
  return { metadata: restOfMetadata, spec: restOfSpec };
}

const bareAll = (containers: readonly Container[]): unknown =>
  containers.map(({ resources: _, ...rest }) => rest);
