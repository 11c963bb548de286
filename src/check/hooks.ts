import type { KubernetesObject } from '../core/model/types.js';
import { at, listAt, nameOf, numberAt, textAt, textsAt } from '../survey/raw.js';

/** An entry of a MutatingWebhookConfiguration. */
export interface Hook {
  readonly configuration: KubernetesObject;
  readonly entry: unknown;
}

export const hooksIn = (configuration: KubernetesObject): readonly Hook[] =>
  listAt(configuration, 'webhooks').map((entry) => ({ configuration, entry }));

/** Whether a webhook is called when a pod is created. */
export const takesPods = ({ entry }: Hook): boolean =>
  listAt(entry, 'rules').some(
    (rule) =>
      names(rule, 'operations', 'CREATE', '*') &&
      names(rule, 'apiGroups', '', '*') &&
      names(rule, 'apiVersions', 'v1', '*') &&
      names(rule, 'resources', 'pods', '*', '*/*', 'pods/*') &&
      textAt(rule, 'scope') !== 'Cluster',
  );

/** Whether a rule is for more than the creation of pods. */
export const isWide = (rule: unknown): boolean =>
  textsAt(rule, 'operations').some((one) => one !== 'CREATE') ||
  textsAt(rule, 'resources').some((one) => one !== 'pods') ||
  textsAt(rule, 'apiGroups').some((one) => one !== '');

const names = (rule: unknown, field: string, ...wanted: readonly string[]): boolean =>
  textsAt(rule, field).some((one) => wanted.includes(one));

/** Webhooks are called in the order of the names of their configurations. */
export const isBefore = (one: KubernetesObject, other: KubernetesObject): boolean =>
  nameOf(one) < nameOf(other);

/** Where a webhook is called. */
export interface Target {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** The Service that a webhook is called through; undefined where it is called by a URL. */
export function serviceOf({ entry }: Hook): Target | undefined {
  const service = at(entry, 'clientConfig', 'service');
  const [namespace, name] = [textAt(service, 'namespace'), textAt(service, 'name')];
  return name === '' ? undefined : { namespace, name, port: numberAt(service, 'port') ?? 443 };
}

/** The name by which the API server calls, which the certificate has to bear. */
export function hostOf(hook: Hook): string {
  const service = serviceOf(hook);
  if (service !== undefined) return `${service.name}.${service.namespace}.svc`;
  const url = textAt(hook.entry, 'clientConfig', 'url');
  return URL.canParse(url) ? new URL(url).hostname : '';
}
