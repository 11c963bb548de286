import type { KubernetesObject } from '../core/model/types.js';
import { findAnnotation } from '../core/model/annotations.js';
import { given } from './given.js';
import { findingFor, findingIf, type Finding, type Item } from './finding.js';
import type { Hook } from './hooks.js';
import { beyond } from './nodes.js';
import { annotationsOf, at, labelsOf, nameOf } from '../survey/raw.js';
import { selects } from '../survey/selector.js';
import type { Seen } from './seen.js';

/** Namespaces in which pods may want DaemonSets, and whether the webhook is called there. */
export function findCoverage(hook: Hook, seen: Seen): readonly Finding[] {
  const { names, settings } = seen;
  return given(seen.objects.namespaces, (listing) => {
    const optedOut = listing.items.filter((one) => isOptedOut(one, settings.annotationPrefixes));
    const uncalled = listing.items.filter(
      (one) => !optedOut.includes(one) && nameOf(one) !== names.namespace && !isSelected(hook, one),
    );
    return [
      ...findingFor('namespaces_not_selected', uncalled.map(named)),
      ...findingIf(
        uncalled.length === 0,
        'namespaces_selected',
        `${listing.items.length} looked at`,
      ),
      ...findingFor('namespaces_opted_out', optedOut.map(named)),
      ...beyond(listing, 'namespaces'),
    ];
  });
}

const named = (namespace: KubernetesObject): Item => ({ name: nameOf(namespace) });

/** Whether a webhook is called for pods of a namespace. */
export const isSelected = ({ entry }: Hook, namespace: KubernetesObject): boolean =>
  selects(at(entry, 'namespaceSelector'), {
    ...labelsOf(namespace),
    'kubernetes.io/metadata.name': nameOf(namespace),
  });

const isOptedOut = (namespace: KubernetesObject, prefixes: readonly string[]): boolean =>
  findAnnotation([annotationsOf(namespace)], prefixes, 'ds-injection')?.value === 'false';
