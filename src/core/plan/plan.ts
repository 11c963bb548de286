import { list, map } from '../model/types.js';
import type { NodeSelectorTerm, StringMap, Volume } from '../model/types.js';
import { metaOf } from '../model/pod.js';
import type { Blueprint } from '../decide/blueprint.js';
import type { Ground, Landing } from '../decide/landing.js';
import { refused } from '../decide/refusal.js';
import type { Subject } from '../decide/subject.js';
import type { DaemonSetVerdict, Warning } from '../outcome.js';
import { assess } from './assess.js';
import { carryOver } from './carry.js';
import type { Part } from './carry.js';
import { Claims } from './claims.js';
import type { Context } from './context.js';
import { warner } from './context.js';
import type { Directories } from './host-mounts.js';
import { businessPaths, directoriesOf } from './host-mounts.js';
import { modeOf } from './mode.js';
import { TOKEN_BLIND_NAME, tokenBlind } from './mounts.js';
import type { Outline } from './outline.js';
import { outlineOf } from './outline.js';
import { includes } from './ports.js';
import { pullSecretsOf } from './pull-secrets.js';
import { qosWarnings } from './qos-warnings.js';
import type { Amounts } from './resources.js';
import { defaultedRequests, sizingOf } from './resources.js';

/** What shall be added to a pod, before anybody looks at what is there already. It is shared: nobody may change it. */
export interface Plan {
  /** What the plan was made for. */
  readonly outline: Outline;
  readonly parts: readonly Part[];
  /** One for each DaemonSet that was planned for, in their order. */
  readonly verdicts: readonly DaemonSetVerdict[];
  /** Every volume that the parts need, those that they share first. */
  readonly volumes: readonly Volume[];
  /** Which of them stand for directories of the host: path to volume name. */
  readonly directories: Directories;
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
export const planFor = (
  subject: Subject,
  landing: Landing,
  blueprints: readonly Blueprint[],
): Plan => recalled({ subject, landing, blueprints }, 'plan', planned);

/**
 * What the DaemonSets would add if nothing spoke against them: to recognise what an earlier pass added, when something
 * does by now.
 */
export const planRegardless = (
  subject: Subject,
  landing: Landing,
  blueprints: readonly Blueprint[],
): Plan => recalled({ subject, landing, blueprints }, 'regardless', plannedRegardless);

/** What a pod that runs has already, besides what can be seen of it. */
export interface Present {
  /** The DaemonSets that an earlier pass put into it; their programs hold their ports, declared or not. */
  readonly blueprints: readonly Blueprint[];
  /** Its volumes that stand for directories of the host: path to volume name. */
  readonly directories: Directories;
}

/**
 * Plans for a pod that runs what the DaemonSets given, read as ephemeral ones, add to it, or why they do not. Such pods
 * are few, and each is asked about once.
 */
export function planForRunning(
  subject: Subject,
  landing: Landing,
  blueprints: readonly Blueprint[],
  present: Present,
): Plan {
  const { outline } = outlineOf(subject);
  const claims = new Claims(outline);
  for (const { daemons, key } of present.blueprints) claims.claimPorts(daemons, `DaemonSet ${key}`);
  const business = new Map([...present.directories, ...businessPaths(outline.spec)]);
  const contexts = contextsFor(outline, landing.ground, blueprints, { business, runs: true });
  return plannedWith(outline, landing.ground, contexts, claims);
}

interface Question {
  readonly subject: Subject;
  readonly landing: Landing;
  readonly blueprints: readonly Blueprint[];
}

type Work = (outline: Outline, ground: Ground, blueprints: readonly Blueprint[]) => Plan;

/** Pods of one workload have one plan, which is worked out once. What it depends on is the question. */
function recalled({ subject, landing, blueprints }: Question, how: string, work: Work): Plan {
  const { facts, namespace } = subject;
  const { outline, text } = outlineOf(subject);
  const ids = blueprints.map((blueprint) => facts.daemonSets.idOf(blueprint)).join();
  const question = `${how} ${ids} ${facts.stampOf(namespace)} ${landing.key} ${text}`;
  return facts.plans.answer(question, () => work(outline, landing.ground, blueprints));
}

const planned = (outline: Outline, ground: Ground, blueprints: readonly Blueprint[]): Plan =>
  plannedWith(outline, ground, contextsFor(outline, ground, blueprints), new Claims(outline));

function plannedWith(
  outline: Outline,
  ground: Ground,
  contexts: readonly Collecting[],
  claims: Claims,
): Plan {
  const accepted: Collecting[] = [];
  const verdicts = contexts.map((context) => {
    const refusal = assess(context, claims);
    if (refusal !== undefined) return refused(context.blueprint, refusal);
    accepted.push(context);
    return undefined;
  });
  const plan = compose(outline, ground, accepted, claims);
  const injected = plan.parts.map(injectedVerdict)[Symbol.iterator]();
  return {
    ...plan,
    outline,
    warnings: [...plan.warnings, ...qosWarnings(outline, plan)],
    verdicts: verdicts.flatMap((verdict) => verdict ?? injected.next().value ?? []),
  };
}

function plannedRegardless(
  outline: Outline,
  ground: Ground,
  blueprints: readonly Blueprint[],
): Plan {
  const sound = blueprints.filter(({ misfit }) => misfit === undefined);
  const contexts = contextsFor(outline, ground, sound);
  return { ...compose(outline, ground, contexts, new Claims(outline)), outline, verdicts: [] };
}

const injectedVerdict = ({ context, containers }: Part): DaemonSetVerdict => ({
  namespace: context.blueprint.namespace,
  name: context.blueprint.name,
  decision: 'inject',
  reason: 'injected',
  containers: containers.map(({ source, container, placement }) => ({
    container: source,
    injectedAs: container.name,
    placement,
  })),
});

/** A context collects the warnings of its DaemonSet. */
type Collecting = Context & { readonly warnings: readonly Warning[] };

const contextsFor = (
  subject: Outline,
  landing: Ground,
  blueprints: readonly Blueprint[],
  pod: Pick<Context, 'business' | 'runs'> = { business: businessPaths(subject.spec), runs: false },
): readonly Collecting[] =>
  blueprints.map((blueprint) => {
    const warnings: Warning[] = [];
    return { subject, landing, blueprint, ...pod, warnings, warn: warner(warnings, blueprint) };
  });

function compose(
  subject: Outline,
  landing: Ground,
  accepted: readonly Collecting[],
  claims: Claims,
): Omit<Plan, 'outline' | 'verdicts'> {
  const shared = {
    claims,
    sizing: sizingOf(subject, landing),
    blind: claims.volumeName(TOKEN_BLIND_NAME, 'ds-injector'),
    directories: directoriesOf(accepted, claims),
  };
  const parts = accepted.map((context) => carryOver(context, modeOf(context), shared));
  const pullSecrets = pullSecretsOf(accepted);
  // Ephemeral containers count neither for the pod's resources nor does anything mount a token into them.
  const sidecars = parts.some(({ context }) => !context.blueprint.ephemeral);
  return {
    parts,
    volumes: [
      ...(sidecars ? [tokenBlind(shared.blind)] : []),
      ...[...shared.directories.values()].map((name): Volume => ({ name, emptyDir: {} })),
      ...parts.flatMap(({ volumes }) => volumes),
    ],
    directories: shared.directories,
    annotations: annotationsOf(subject, landing, parts),
    pullSecrets,
    podResources: sidecars ? shared.sizing.podLevel : undefined,
    podRequests: sidecars ? defaultedRequests(subject.spec) : {},
    pin: landing.pin,
    warnings: accepted.flatMap(({ blueprint, warnings }) => [...warnings, ...blueprint.warnings]),
  };
}

function annotationsOf(
  subject: Outline,
  { profile }: Ground,
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
function scrapeAnnotations({ scrape, wishes }: Outline, parts: readonly Part[]): StringMap {
  const range = wishes.metricsPorts[0];
  if (range === undefined || PROMETHEUS.some((key) => scrape.includes(key))) return {};
  for (const { context, containers } of parts) {
    // An ephemeral container declares none, and its program serves them all the same.
    const { ephemeral, daemons } = context.blueprint;
    const port = (ephemeral ? daemons : containers.map(({ container }) => container))
      .flatMap(({ ports }) => list(ports))
      .find(
        ({ containerPort, protocol }) =>
          (protocol ?? 'TCP') === 'TCP' && includes(range, containerPort),
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
