import { factsOf } from '../core/facts/facts.js';
import type { World } from '../core/world/world.js';
import { blueprintOf } from '../core/decide/blueprint.js';
import { given } from './given.js';
import { carriageOf, type Carriage, type Judge } from './carriage.js';
import { finding, findingFor, findingIf, type Finding, type Item } from './finding.js';
import { beyond } from './nodes.js';
import type { Engine, Seen } from './seen.js';

/** What becomes of marked DaemonSets on the virtual nodes that there are. */
export const findDaemonSets = (seen: Seen, world: World, engine: Engine): readonly Finding[] =>
  given(seen.objects.daemonSets, (listing) => {
    const { daemonSets, nodes } = factsOf(world, seen.settings);
    const classes = [...nodes.classes].filter(({ profile }) => profile !== undefined);
    const asked = classes.slice(0, Math.ceil(MOST_QUESTIONS / (daemonSets.marked.length + 1)));
    const judge = judgeIn(seen, world, engine);
    return [
      ...ofMarked(daemonSets.marked.map((blueprint) => carriageOf(blueprint, asked, judge))),
      ...findingFor('daemonset_annotations_invalid', invalidIn(seen, world)),
      ...beyond(listing, 'DaemonSets'),
      ...findingIf(
        asked.length < classes.length,
        'not_all_seen',
        `${asked.length} of ${classes.length} kinds of virtual nodes`,
      ),
    ];
  });

/** Of DaemonSets on kinds of nodes: half a millisecond each. */
const MOST_QUESTIONS = 20_000;

const judgeIn = (seen: Seen, world: World, engine: Engine): Judge => ({
  // A namespace that is not there wishes nothing.
  ask: (pod) => engine({ pod, namespace: '', nameAll: true }, world, seen.settings),
  prefix: seen.settings.annotationPrefixes[0] ?? '',
});

function ofMarked(carriages: readonly Carriage[]): readonly Finding[] {
  if (carriages.length === 0) return [finding('no_marked_daemonset')];
  if (carriages.every(({ nodes }) => nodes === 0)) {
    return [
      finding(
        'daemonsets_waiting',
        carriages.map(({ name }) => ({ name })),
      ),
    ];
  }
  const gone = carriages.filter(isGone);
  const onNodes = carriages.filter((one) => !isGone(one));
  const whole = onNodes.filter(({ carried, nodes }) => carried === nodes);
  const part = onNodes.filter(({ carried, nodes }) => carried > 0 && carried < nodes);
  const none = onNodes.filter(({ carried }) => carried === 0);
  const changed = onNodes.filter(({ changes }) => changes.size > 0);
  return [
    ...findingFor('daemonsets_carried', whole.map(withCount)),
    ...findingFor('daemonsets_carried_in_part', part.map(withRefusals)),
    ...findingFor('daemonsets_refused', none.map(withRefusals)),
    ...findingFor(
      'daemonsets_deleted',
      gone.map(({ name }) => ({ name })),
    ),
    ...findingFor(
      'daemonsets_changed',
      changed.map(({ name, changes }) => ({
        name,
        detail: [...changes].join(', '),
      })),
    ),
  ];
}

const isGone = ({ refusals }: Carriage): boolean => refusals.has('daemonset_deleted');

const countText = ({ carried, nodes }: Pick<Carriage, 'carried' | 'nodes'>): string =>
  carried === nodes ? `on all virtual nodes` : `on ${carried} of ${nodes} virtual nodes`;

const withCount = (carriage: Carriage): Item => ({
  name: carriage.name,
  detail: countText(carriage),
});

/** Nodes are named where the reasons differ from node to node. */
function withRefusals({ name, carried, refusals, ...counts }: Carriage): Item {
  const reasons = [...refusals].map(([reason, node]) =>
    carried === 0 && refusals.size === 1 ? reason : `${reason} on ${node}`,
  );
  const count = carried === 0 ? [] : [countText({ carried, ...counts })];
  return { name, detail: [...count, ...reasons].join('; ') };
}

/** DaemonSets with values that mean nothing, marked or not: `"True"` may have been meant as a mark. */
const invalidIn = ({ settings }: Seen, world: World): readonly Item[] =>
  world.daemonSets().flatMap((daemonSet) => {
    const { key, warnings } = blueprintOf(daemonSet, settings.annotationPrefixes);
    const invalid = warnings.filter(({ code }) => code === 'invalid_annotation');
    return invalid.length === 0
      ? []
      : [{ name: key, detail: invalid.map(({ message }) => clauseIn(message)).join('; ') }];
  });

/** Without the name of the DaemonSet, with which a warning to whoever creates a pod begins. */
const clauseIn = (message: string): string => message.replace(/^DaemonSet \S+: /, '');
