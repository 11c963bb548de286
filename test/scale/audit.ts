import { existsSync, readFileSync, statSync } from 'node:fs';
import type { Cluster } from '../cluster/cluster.js';
import { auditLog } from '../cluster/audit.js';

/** One call that changed something, as the API server wrote it down. */
interface AuditLine {
  readonly verb: string;
  readonly objectRef?: { readonly resource?: string; readonly subresource?: string };
  readonly responseStatus?: { readonly code?: number };
}

/** How many writes there were, by what they did: "patch pods/status 200". */
export type Writes = Readonly<Record<string, number>>;

/** Reads what the injector wrote, which the API server writes down line by line. */
export class Audit {
  readonly #file: string;
  #from: number;

  constructor(cluster: Cluster) {
    this.#file = auditLog(cluster);
    this.#from = this.#end();
  }

  /** @returns what was written since the last call, or since this was made; the Lease left out. */
  since(): Writes {
    const text = existsSync(this.#file) ? readFileSync(this.#file).subarray(this.#from) : '';
    this.#from = this.#end();
    const counts = new Map<string, number>();
    for (const line of text.toString().split('\n').filter(Boolean)) {
      const { verb, objectRef = {}, responseStatus = {} } = JSON.parse(line) as AuditLine;
      const { resource = '', subresource } = objectRef;
      if (resource === 'leases') continue;
      const what = `${verb} ${[resource, subresource].filter(Boolean).join('/')} ${responseStatus.code ?? 0}`;
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
    return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
  }

  #end(): number {
    return existsSync(this.#file) ? statSync(this.#file).size : 0;
  }
}

export const sumOf = (writes: Writes): number =>
  Object.values(writes).reduce((sum, count) => sum + count, 0);
