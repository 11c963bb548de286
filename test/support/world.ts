import type { KubernetesObject } from '../../src/core/model/types.js';
import { WorldStore } from '../../src/core/world/store.js';

const CLUSTER_WIDE = ['Node', 'Namespace'];

/** A World of objects of all kinds, as files hold them. An object without a namespace is in `default`. */
export const worldOf = (objects: readonly KubernetesObject[]): WorldStore =>
  new WorldStore(objects.map(named));

const named = (object: KubernetesObject): KubernetesObject =>
  CLUSTER_WIDE.includes(object.kind ?? '')
    ? object
    : { ...object, metadata: { namespace: 'default', ...object.metadata } };
