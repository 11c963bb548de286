import type { Target, Wish } from '../status/status.js';
import { UsageError } from './fail.js';

const KINDS: ReadonlyMap<string, Target['kind']> = new Map([
  ...(['ds', 'daemonset', 'daemonsets', 'daemonsets.apps'] as const).map(
    (name) => [name, 'ds'] as const,
  ),
  ...(['pod', 'pods', 'po'] as const).map((name) => [name, 'pod'] as const),
  ...(['node', 'nodes', 'no'] as const).map((name) => [name, 'node'] as const),
]);

/**
 * What `status` is asked for.
 *
 * @param what such as `ds/NAME`, by any name that kubectl has for the kind.
 * @throws UsageError if it is nothing of that kind.
 */
export function wishOf(what: string | undefined, namespace: string | undefined): Wish {
  const within = namespace === undefined ? {} : { namespace };
  if (what === undefined) return within;
  const [kindName = '', name = '', ...more] = what.split('/');
  const kind = KINDS.get(kindName.toLowerCase());
  if (kind === undefined || name === '' || more.length > 0) {
    throw new UsageError(`expected ds/NAME, pod/NAME or node/NAME, got ${what}`);
  }
  const inherited = kind === 'pod' ? (namespace ?? 'default') : namespace;
  return { ...within, target: { kind, name, namespace: inherited } };
}
