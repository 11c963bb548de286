import { worstOf, worstSeverity } from '../core/condition/trouble.js';
import { defined } from '../core/model/defined.js';
import { saysReady } from '../core/status/observed.js';
import type { InjectedDaemonSet, PodStatus } from '../core/findings/judged.js';
import { wantedOf, type Scene } from '../core/findings/scene.js';
import type { NodeStatus, TroubleInPod } from './report.js';

/** Counts the pods of a virtual node for one DaemonSet. */
export class Tally {
  #injected = 0;
  #ready = 0;
  #outdated = 0;
  #missed = 0;
  readonly #skipped = new Map<string, number>();
  #worst: { readonly severity: number; readonly trouble: TroubleInPod } | undefined;

  inject({ namespace, name }: PodStatus, { ready, outdated, containers }: InjectedDaemonSet): void {
    this.#injected += 1;
    this.#ready += Number(ready);
    this.#outdated += Number(outdated);
    const trouble = worstOf(containers);
    const severity = worstSeverity(containers);
    if (trouble === undefined || severity <= (this.#worst?.severity ?? 0)) return;
    this.#worst = { severity, trouble: { pod: `${namespace}/${name}`, ...trouble } };
  }

  /** Counts a pod without the DaemonSet. */
  skip(reason: string): void {
    if (reason === 'missed') this.#missed += 1;
    else this.#skipped.set(reason, (this.#skipped.get(reason) ?? 0) + 1);
  }

  /** @param daemonSet "namespace/name". */
  status(daemonSet: string, node: string, scene: Scene): NodeStatus {
    const placeholder = scene.placeholderOf(daemonSet, node);
    const ready = saysReady(placeholder?.status.conditions);
    return defined({
      node,
      wanted: wantedOf(scene, daemonSet, node),
      placeholder: placeholder && { name: placeholder.name, ready },
      ...{ injected: this.#injected, ready: this.#ready, outdated: this.#outdated },
      // The most frequent first; of those that are as frequent, by name.
      skipped: Object.fromEntries(
        [...this.#skipped].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)),
      ),
      missed: this.#missed,
      trouble: this.#worst?.trouble,
    });
  }
}
