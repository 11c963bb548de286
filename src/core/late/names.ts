import { restartsOf } from '../record/record.js';
import type { RecordedContainer } from '../record/record.js';

/** A DNS label, which a container's name is, has at most 63 characters. */
const LONGEST = 63;
const LABEL = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** Whether a container can be added under a name, which may be anybody's text. */
export const isFree = (name: string, taken: ReadonlySet<string>): boolean =>
  LABEL.test(name) && !taken.has(name);

/**
 * The name under which an ephemeral container is started again: one of its name cannot be changed or removed, so `agent` is
 * followed by `agent-2`, that by `agent-3`.
 */
export function nextName(recorded: RecordedContainer, taken: ReadonlySet<string>): string {
  const restarts = restartsOf(recorded);
  const { injectedAs } = recorded;
  const name = restarts === 0 ? injectedAs : injectedAs.replace(/-\d+$/, '');
  for (let number = restarts + 2; ; number += 1) {
    const suffix = `-${number}`;
    const next = name.slice(0, LONGEST - suffix.length).replace(/-+$/, '') + suffix;
    if (!taken.has(next)) return next;
  }
}
