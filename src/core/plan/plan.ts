import { list, map } from '../model/types.js';
import type { NodeSelectorTerm, StringMap, Volume } from '../model/types.js';
import { metaOf } from '../model/pod.js';
import type { Blueprint } from '../decide/blueprint.js';
import type { Refusal } from '../decide/choose.js';
import { refusalOf } from '../decide/choose.js';
import type { Landing } from '../decide/landing.js';
import type { Subject } from '../decide/subject.js';
import type { Warning } from '../outcome.js';
import { assess } from './assess.js';
import { carryOver } from './carry.js';
import type { Part } from './carry.js';
import { Claims } from './claims.js';
import type { Context } from './context.js';
import { warner } from './context.js';
import { businessPaths, directoriesOf } from './host-mounts.js';
import { modeOf } from './mode.js';
import { TOKEN_BLIND_NAME, tokenBlind } from './mounts.js';
import { pinOf } from './pin.js';
import { includes } from './ports.js';
import { pullSecretsOf } from './pull-secrets.js';
import type { Amounts } from './resources.js';
import { defaultedRequests, sizingOf } from './resources.js';

/** What shall be added to a pod, before anybody looks at what is there already. */
export interface Plan {
  readonly parts: readonly Part[];
  readonly refusals: ReadonlyMap<Blueprint, Refusal>;
  /** Every volume that the parts need, those that they share first. */
  readonly volumes: readonly Volume[];
  /** Annotations for pods that have none of that key. */
  readonly annotations: Readonly<StringMap>;
  readonly pullSecrets: readonly string[];
  readonly podResources: Amounts | undefined;
  /** Requests that the API server would default for the pod as it came, written down; see resources.ts. */
  readonly podRequests: Readonly<StringMap>;
  readonly pin: readonly NodeSelectorTerm[];
  readonly warnings: readonly Warning[];
}

/** Plans for the pod what the DaemonSets given add to it, or why they do not. */
export function planFor(
  subject: Subject,
  landing: Landing,
  blueprints: readonly Blueprint[],
): Plan {
  const claims = new Claims(subject);
  const refusals = new Map<Blueprint, Refusal>();
  const contexts = contextsFor(subject, landing, blueprints);
  const accepted = contexts.filter((context) => {
    const { blueprint } = context;
    const refusal = refusalOf(blueprint, subject, landing) ?? assess(context, claims);
    if (refusal !== undefined) refusals.set(blueprint, refusal);
    return refusal === undefined;
  });
  return { ...compose(subject, landing, accepted, claims), refusals };
}

/**
 * What the DaemonSets would add if nothing spoke against them: to recognise what an earlier pass added, when something
 * does by now.
 */
export function planRegardless(
  subject: Subject,
  landing: Landing,
  blueprints: readonly Blueprint[],
): Plan {
  const sound = blueprints.filter(({ misfit }) => misfit === undefined);
  const contexts = contextsFor(subject, landing, sound);
  return {
    ...compose(subject, landing, contexts, new Claims(subject)),
    refusals: new Map<Blueprint, Refusal>(),
  };
}

/** A context collects the warnings of its DaemonSet. */
type Collecting = Context & { readonly warnings: readonly Warning[] };

const contextsFor = (
  subject: Subject,
  landing: Landing,
  blueprints: readonly Blueprint[],
): readonly Collecting[] => {
  const business = businessPaths(subject.spec);
  return blueprints.map((blueprint) => {
    const warnings: Warning[] = [];
    return { subject, landing, blueprint, business, warnings, warn: warner(warnings, blueprint) };
  });
};

function compose(
  subject: Subject,
  landing: Landing,
  accepted: readonly Collecting[],
  claims: Claims,
): Omit<Plan, 'refusals'> {
  const shared = {
    claims,
    sizing: sizingOf(subject, landing),
    blind: claims.volumeName(TOKEN_BLIND_NAME, 'ds-injector'),
    directories: directoriesOf(accepted, claims),
  };
  const parts = accepted.map((context) => carryOver(context, modeOf(context), shared));
  const pullSecrets = pullSecretsOf(accepted);
  const injects = parts.length > 0;
  return {
    parts,
    volumes: volumesOf(parts, shared.directories, shared.blind),
    annotations: annotationsOf(subject, landing, parts),
    pullSecrets,
    podResources: injects ? shared.sizing.podLevel : undefined,
    podRequests: injects ? defaultedRequests(subject.spec) : {},
    pin: landing.mixed && subject.settings.mixed === 'pin' ? pinOf(subject, landing) : [],
    warnings: accepted.flatMap(({ blueprint, warnings }) => [...warnings, ...blueprint.warnings]),
  };
}

function volumesOf(
  parts: readonly Part[],
  directories: ReadonlyMap<string, string>,
  blind: string,
): readonly Volume[] {
  if (parts.length === 0) return [];
  const shared = [...directories.values()].map((name): Volume => ({ name, emptyDir: {} }));
  return [tokenBlind(blind), ...shared, ...parts.flatMap(({ volumes }) => volumes)];
}

function annotationsOf(
  subject: Subject,
  { profile }: Landing,
  parts: readonly Part[],
): Readonly<StringMap> {
  if (parts.length === 0) return {};
  const first = list(subject.spec.containers)[0]?.name;
  return {
    ...(first === undefined ? {} : { 'kubectl.kubernetes.io/default-container': first }),
    ...scrapeAnnotations(subject, parts),
    ...profile.annotations,
    ...Object.fromEntries(parts.flatMap(({ annotations }) => Object.entries(annotations))),
  };
}

const PROMETHEUS = ['scrape', 'port', 'path', 'scheme'].map((field) => `prometheus.io/${field}`);

/**
 * For Prometheus to find the metrics of an injected container that serves the first port of `metrics-port`. All or
 * nothing: half of them would redirect the scraping of a business that has set the other half.
 */
function scrapeAnnotations({ pod, wishes }: Subject, parts: readonly Part[]): StringMap {
  const range = wishes.metricsPorts[0];
  const annotations = map(metaOf(pod).annotations);
  if (range === undefined || PROMETHEUS.some((key) => key in annotations)) return {};
  for (const { context, containers } of parts) {
    const port = containers
      .flatMap(({ container }) => list(container.ports))
      .find(
        ({ containerPort, protocol = 'TCP' }) =>
          protocol === 'TCP' && includes(range, containerPort),
      );
    if (port === undefined) continue;
    const own = Object.entries(map(metaOf(context.blueprint.template).annotations));
    return {
      ...Object.fromEntries(own.filter(([key]) => PROMETHEUS.slice(2).includes(key))),
      'prometheus.io/scrape': 'true',
      'prometheus.io/port': String(port.containerPort),
    };
  }
  return {};
}
