import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubernetesObject } from '../../../src/core/model/types.js';
import { namespaces } from './workloads.js';

/** A folder that is gone when the process ends. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ds-injector-bench-'));
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

/** A World as `kubectl get -o json` gives it: the objects, and the namespaces of the workloads. */
export const listOf = (objects: readonly KubernetesObject[]): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'List',
  items: [...namespaces.map(namespaceOf), ...objects],
});

const namespaceOf = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
});
