import type { Blueprint } from '../decide/blueprint.js';
import type { WarningCode } from '../decide/reasons.js';
import type { Ground } from '../decide/landing.js';
import type { Outline } from './outline.js';
import type { Warning } from '../outcome.js';

/** One DaemonSet on its way into one pod. */
export interface Context {
  readonly subject: Outline;
  readonly landing: Ground;
  readonly blueprint: Blueprint;
  /** The hostPath volumes of the business: path to volume name. */
  readonly business: ReadonlyMap<string, string>;
  /** Whether the pod runs already: then it gets no volumes any more, and no image pull secrets. */
  readonly runs: boolean;
  readonly warn: (code: WarningCode, message: string) => void;
}

/** A warning that says which DaemonSet it is about, kept once. */
export function warner(warnings: Warning[], { key }: Blueprint): Context['warn'] {
  return (code, text) => {
    const message = `DaemonSet ${key}: ${text}`;
    if (!warnings.some((known) => known.message === message)) warnings.push({ code, message });
  };
}
