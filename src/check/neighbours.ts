import type { KubernetesObject } from '../core/model/types.js';
import { given } from './given.js';
import { finding, findingFor, type Finding, type Item } from './finding.js';
import { hooksIn, isBefore, takesPods, type Hook } from './hooks.js';
import { knownAs } from './known-injectors.js';
import { nameOf, textAt } from '../survey/raw.js';
import { beyond } from './nodes.js';
import type { Seen } from './seen.js';
import { virtualNodesIn } from './virtual-nodes.js';

/** Others who change pods: webhooks, and platforms that inject by the same annotation. */
export const findNeighbours = (seen: Seen): readonly Finding[] => [
  ...given(seen.objects.webhooks, (listing) => [
    ...ofWebhooks(listing.items, seen),
    ...beyond(listing, 'webhook configurations'),
  ]),
  ...ofPlatform(seen),
];

function ofWebhooks(all: readonly KubernetesObject[], { names }: Seen): readonly Finding[] {
  const own = all.find((one) => nameOf(one) === names.webhook) ?? {
    metadata: { name: names.webhook },
  };
  const others = all
    .filter((one) => nameOf(one) !== names.webhook)
    .map((configuration) => ({ configuration, hooks: hooksIn(configuration).filter(takesPods) }))
    .filter(({ hooks }) => hooks.length > 0)
    .sort((one, other) => (isBefore(one.configuration, other.configuration) ? -1 : 1));
  if (others.length === 0) return [finding('no_other_injector')];
  const unseeing = others.filter(
    ({ configuration, hooks }) => isBefore(configuration, own) && !hooks.some(isReinvoked),
  );
  return [
    finding(
      'other_injectors',
      others.map((one) => described(one, own)),
    ),
    ...findingFor(
      'other_injectors_unseeing',
      unseeing.map(({ configuration }) => ({ name: nameOf(configuration) })),
    ),
  ];
}

interface Other {
  readonly configuration: KubernetesObject;
  readonly hooks: readonly Hook[];
}

const isReinvoked = ({ entry }: Hook): boolean =>
  textAt(entry, 'reinvocationPolicy') === 'IfNeeded';

function described({ configuration, hooks }: Other, own: KubernetesObject): Item {
  const name = nameOf(configuration);
  const known = knownAs([name, ...hooks.map(({ entry }) => textAt(entry, 'name'))]);
  const clauses = [
    known ?? 'not known',
    isBefore(configuration, own) ? 'called before' : 'called after',
    ...(hooks.some(isReinvoked) ? ['again if needed'] : []),
    ...(hooks.some(({ entry }) => textAt(entry, 'failurePolicy') !== 'Ignore')
      ? ['fails closed']
      : []),
  ];
  return { name, detail: clauses.join(', ') };
}

/** The prefix of the platform that made the feature up. */
const TENCENT_PREFIX = 'eks.tke.cloud.tencent.com/';

function ofPlatform(seen: Seen): readonly Finding[] {
  const { annotationPrefixes, leaveToPlatform } = seen.settings;
  if (!annotationPrefixes.includes(TENCENT_PREFIX)) return [];
  const nodes = virtualNodesIn(seen).filter(
    ({ profile }) => profile.name === 'tencent' && !leaveToPlatform.includes(profile.name),
  );
  return findingFor(
    'platform_reads_mark',
    nodes.map(({ node }) => ({ name: nameOf(node) })),
  );
}
