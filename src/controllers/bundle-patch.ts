import { fieldsOf, itemsOf, textOf } from '../cluster/raw.js';
import type { KubernetesObject } from '../core/model/types.js';

/** The Service under which the API server calls the webhook. */
export interface ServiceRef {
  readonly namespace: string;
  readonly name: string;
}

/** An entry of a webhook configuration that calls our Service. */
export interface BundleEntry {
  readonly index: number;
  readonly name: string;
  /** In PEM; empty if there is none. */
  readonly bundle: string;
}

/** The entries of a webhook configuration that call our Service, whatever else it holds. Never throws. */
export function ownEntries(config: KubernetesObject, ours: ServiceRef): readonly BundleEntry[] {
  return itemsOf(config['webhooks']).flatMap((webhook, index) => {
    const { name, clientConfig } = fieldsOf(webhook);
    const { service, caBundle } = fieldsOf(clientConfig);
    const { namespace, name: called } = fieldsOf(service);
    if (namespace !== ours.namespace || called !== ours.name) return [];
    const bundle = Buffer.from(textOf(caBundle), 'base64').toString();
    return [{ index, name: textOf(name), bundle }];
  });
}

/** An operation of a JSON patch. */
export interface PatchOperation {
  readonly op: 'test' | 'add';
  readonly path: string;
  readonly value: string;
}

/**
 * What gives an entry a bundle. It is guarded by tests, so that it fails, and hits nobody else's entry, if the list was
 * changed since it was read.
 *
 * @param bundle in PEM.
 */
export function bundlePatch(
  { index, name }: BundleEntry,
  ours: ServiceRef,
  bundle: string,
): readonly PatchOperation[] {
  const path = `/webhooks/${index}`;
  const value = Buffer.from(bundle).toString('base64');
  return [
    { op: 'test', path: `${path}/name`, value: name },
    { op: 'test', path: `${path}/clientConfig/service/namespace`, value: ours.namespace },
    { op: 'test', path: `${path}/clientConfig/service/name`, value: ours.name },
    { op: 'add', path: `${path}/clientConfig/caBundle`, value },
  ];
}
