import { randomUUID } from 'node:crypto';
import type { Resource } from '../../../src/cluster/resources.js';
import type { KubernetesObject } from '../../../src/core/model/types.js';
import { apiVersionOf, isClusterWide, resourceOf, type Target } from './kinds.js';
import { conflict, notFound, Refusal } from './refusal.js';
import { selects, type Selection } from './selectors.js';

export interface StoreEvent {
  readonly resource: Resource;
  readonly version: number;
  readonly before: KubernetesObject | undefined;
  readonly after: KubernetesObject | undefined;
}

/** One object's place; a kind that belongs to the cluster has no namespace. */
type Place = Target & { readonly name: string };

const keyOf = ({ resource, namespace, name }: Place): string =>
  `${resource.group}/${resource.plural}/${namespace ?? ''}/${name}`;
const titleOf = ({ resource, name }: Place): string =>
  `${[resource.plural, resource.group].filter(Boolean).join('.')} "${name}"`;
const versionOf = ({ metadata }: KubernetesObject): unknown => metadata?.['resourceVersion'];

/** What etcd and the generic registry do: objects with versions, in memory, with all changes until they are compacted. */
export class ObjectStore {
  readonly #objects = new Map<string, KubernetesObject>();
  #events: StoreEvent[] = [];
  #version = 100;
  #oldest = 0;
  readonly #watchers = new Set<(event: StoreEvent) => void>();

  get version(): number {
    return this.#version;
  }

  /** Changes before this version are forgotten. */
  get oldest(): number {
    return this.#oldest;
  }

  /** Creates or replaces objects, whatever versions they bear; those of a namespace without one go into `default`. */
  put(...objects: readonly KubernetesObject[]): void {
    for (const object of objects) this.#write(this.#placeOf(object), object);
  }

  /** Takes an object out. */
  drop(object: KubernetesObject): void {
    this.remove(this.#placeOf(object));
  }

  get(place: Place): KubernetesObject {
    const found = this.#objects.get(keyOf(place));
    if (!found) throw notFound(titleOf(place));
    return found;
  }

  /** The objects of a kind by namespace and name. */
  list(resource: Resource, selection: Selection = {}): readonly KubernetesObject[] {
    const prefix = `${resource.group}/${resource.plural}/`;
    return [...this.#objects]
      .filter(([key, object]) => key.startsWith(prefix) && selects(selection, object))
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, object]) => object);
  }

  create(target: Target, object: KubernetesObject, dryRun: boolean): KubernetesObject {
    const { generateName = '', name } = object.metadata ?? {};
    const chosen = name ?? `${generateName}${randomUUID().slice(0, 5)}`;
    const place = { ...target, name: chosen };
    if (this.#objects.has(keyOf(place))) {
      throw new Refusal(409, 'AlreadyExists', `${titleOf(place)} already exists`);
    }
    const named = { ...object, metadata: { ...object.metadata, name: chosen } };
    return dryRun ? this.#stamped(place, named) : this.#write(place, named);
  }

  /** A version in the object has to be the stored one. */
  update(place: Place, object: KubernetesObject): KubernetesObject {
    const before = this.get(place);
    const claimed = versionOf(object);
    if (claimed !== undefined && claimed !== '' && claimed !== versionOf(before)) {
      throw conflict(titleOf(place));
    }
    return this.#write(place, object);
  }

  remove(place: Place, preconditions: Readonly<Record<string, unknown>> = {}): KubernetesObject {
    const before = this.get(place);
    for (const [field, value] of Object.entries(preconditions)) {
      if (before.metadata?.[field] !== value) throw conflict(titleOf(place));
    }
    this.#objects.delete(keyOf(place));
    this.#version += 1;
    // The last state of an object bears the version of its deletion.
    const gone = withMetadata(before, { resourceVersion: String(this.#version) });
    this.#note({ resource: place.resource, before: gone, after: undefined });
    return gone;
  }

  /** Changes after a version, oldest first. */
  since(version: number): readonly StoreEvent[] {
    return this.#events.filter((event) => event.version > version);
  }

  /** Forgets all changes so far, as etcd does every five minutes. */
  compact(): void {
    this.#events = [];
    this.#oldest = this.#version;
  }

  /** @returns what ends it. */
  observe(watcher: (event: StoreEvent) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #placeOf(object: KubernetesObject): Place {
    const resource = resourceOf(object);
    const { namespace = 'default', name = '' } = object.metadata ?? {};
    return { resource, namespace: isClusterWide(resource) ? undefined : namespace, name };
  }

  #write(place: Place, object: KubernetesObject): KubernetesObject {
    const before = this.#objects.get(keyOf(place));
    this.#version += 1;
    const after = this.#stamped(place, object);
    this.#objects.set(keyOf(place), after);
    this.#note({ resource: place.resource, before, after });
    return after;
  }

  #stamped(place: Place, object: KubernetesObject): KubernetesObject {
    const { metadata } = this.#objects.get(keyOf(place)) ?? object;
    return withMetadata(
      { ...object, kind: place.resource.kind, apiVersion: apiVersionOf(place.resource) },
      {
        name: place.name,
        ...(place.namespace === undefined ? {} : { namespace: place.namespace }),
        uid: metadata?.uid ?? randomUUID(),
        creationTimestamp: metadata?.creationTimestamp ?? new Date().toISOString(),
        resourceVersion: String(this.#version),
      },
    );
  }

  #note(event: Omit<StoreEvent, 'version'>): void {
    const noted = { ...event, version: this.#version };
    this.#events.push(noted);
    for (const watcher of this.#watchers) watcher(noted);
  }
}

const withMetadata = (object: KubernetesObject, fields: object): KubernetesObject => ({
  ...object,
  metadata: { ...object.metadata, ...fields },
});
