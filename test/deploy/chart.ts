import { spawnSync } from 'node:child_process';
import type {
  KubernetesObject,
  V1ClusterRole,
  V1ConfigMap,
  V1Deployment,
  V1MutatingWebhookConfiguration,
  V1NetworkPolicy,
  V1ResourceQuota,
  V1Role,
  V1Secret,
  V1Service,
  V1ServiceAccount,
  V1ValidatingAdmissionPolicy,
} from '@kubernetes/client-node';
import { inject } from 'vitest';
import { parseAllDocuments } from 'yaml';

export const CHART = 'deploy/helm/ds-injector';
export const NAMESPACE = 'ds-injector-system';

/** Whether the tests have to be skipped; helm.setup.ts has said so. */
export const withoutHelm = inject('helm') === '';

/** What helm says, and whether it is content. */
export interface Said {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

export function helm(...args: readonly string[]): Said {
  const { status, stdout, stderr } = spawnSync(inject('helm'), args, { encoding: 'utf8' });
  return { ok: status === 0, stdout, stderr };
}

/** How the chart is to be rendered; the defaults are those of the README's command. */
export interface Rendering {
  /** In the form of `--set`, such as `replicas=3`. */
  readonly set?: readonly string[];
  readonly release?: string;
  readonly namespace?: string;
  readonly kubernetes?: string;
  readonly chart?: string;
}

export const template = ({
  set = [],
  release = 'ds-injector',
  namespace = NAMESPACE,
  kubernetes = '1.36.0',
  chart = CHART,
}: Rendering): Said =>
  helm(
    ...['template', release, chart, '--namespace', namespace, '--kube-version', kubernetes],
    ...set.flatMap((value) => ['--set', value]),
  );

/** The chart's objects, as a cluster would get them. */
export function render(rendering: Rendering = {}): Objects {
  const { ok, stdout, stderr } = template(rendering);
  if (!ok) throw new Error(`rendering the chart: ${stderr}`);
  return new Objects(objectsIn(stdout));
}

/** As the parsers of Kubernetes read it, to which `y` and `on` are no strings. */
export const objectsIn = (manifests: string): readonly KubernetesObject[] =>
  parseAllDocuments(manifests, { version: '1.1' })
    .map((document) => document.toJS() as KubernetesObject | null)
    .filter((object) => object !== null);

export class Objects {
  readonly all: readonly KubernetesObject[];

  constructor(all: readonly KubernetesObject[]) {
    this.all = all;
  }

  kinds(): readonly string[] {
    return [...new Set(this.all.map(({ kind }) => kind ?? ''))].sort();
  }

  /** `Kind name` of each. */
  names(): readonly string[] {
    return this.all.map(({ kind, metadata }) => `${kind ?? ''} ${metadata?.name ?? ''}`).sort();
  }

  /** All objects of a kind. */
  of<Kind extends keyof Kinds>(kind: Kind): readonly Kinds[Kind][] {
    return this.all.filter((object): object is Kinds[Kind] => object.kind === kind);
  }

  /** The object of a kind; of those, the one with a name, if it is given. */
  get<Kind extends keyof Kinds>(kind: Kind, name?: string): Kinds[Kind] {
    const found = this.of(kind).find(
      ({ metadata }) => name === undefined || metadata?.name === name,
    );
    if (found === undefined) throw new Error(`there is no ${kind} ${name ?? ''}`);
    return found;
  }
}

/** What tests look into. */
interface Kinds {
  Certificate: KubernetesObject;
  ClusterRole: V1ClusterRole;
  ConfigMap: V1ConfigMap;
  Deployment: V1Deployment;
  Lease: KubernetesObject;
  MutatingWebhookConfiguration: V1MutatingWebhookConfiguration;
  NetworkPolicy: V1NetworkPolicy;
  ResourceQuota: V1ResourceQuota;
  Role: V1Role;
  Secret: V1Secret;
  Service: V1Service;
  ServiceAccount: V1ServiceAccount;
  ValidatingAdmissionPolicy: V1ValidatingAdmissionPolicy;
}
