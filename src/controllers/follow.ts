import { Reflector, type ReflectorOptions, type WatchObserver } from '../cluster/reflector.js';
import type { Place, Resource } from '../cluster/resources.js';
import type { KubernetesObject } from '../core/model/types.js';

export interface FollowOptions extends Pick<ReflectorOptions, 'client' | 'random' | 'times'> {
  readonly resource: Resource;
  readonly place: Place & { readonly name: string };
  /** Called when it may have changed, been made or been deleted, and after each time that it was looked for. */
  readonly changed: () => void;
  /** Makes what hears of the watch. @param count how many objects are kept, one or none. */
  readonly watch: (kind: string, count: () => number) => WatchObserver;
}

/** One object that is kept fresh. */
export interface Followed {
  start(): void;
  stop(): Promise<void>;
  /** The object; undefined if there is none, or if that is not known. */
  current(): KubernetesObject | undefined;
  /** Why it is not known whether there is one, for a person; undefined if it is. */
  unready(): string | undefined;
}

/** Follows one object by its name, which is all that RBAC has to allow. */
export function follow(options: FollowOptions): Followed {
  const { client, resource, place, changed, watch, random, times } = options;
  let object: KubernetesObject | undefined;
  const take = (taken: KubernetesObject | undefined): void => {
    object = taken;
    changed();
  };
  const count = (): number => (object ? 1 : 0);
  const reflector = new Reflector({
    client,
    resource,
    place: place.namespace === undefined ? {} : { namespace: place.namespace },
    selection: { fieldSelector: `metadata.name=${place.name}` },
    sink: {
      count,
      keep: (whole) => whole,
      replace: ([first]) => {
        take(first);
      },
      put: take,
      drop: () => {
        take(undefined);
      },
    },
    observe: watch(resource.kind, count),
    random,
    ...(times && { times }),
  });
  return {
    start: () => {
      reflector.start();
    },
    stop: () => reflector.stop(),
    current: () => object,
    unready: () => reflector.unready(),
  };
}
