import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../../cluster/shell.js';
import { cluster, getJson, kubectl } from './kubectl.js';
import type { Pod } from '../../../src/core/model/types.js';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url));
const CHART = join(PROJECT, 'deploy/helm/ds-injector');

/** Names that the README promises. */
export const RELEASE = 'ds-injector';
export const NAMESPACE = 'ds-injector-system';
export const KUSTOMIZATION = join(PROJECT, 'deploy/kustomize');

/** Where helm is; it is built the first time. */
export const helmProgram = async (): Promise<string> =>
  (await run(process.execPath, [join(PROJECT, 'scripts/helm.mjs')])).trim();

async function helm(...args: readonly string[]): Promise<string> {
  return run(await helmProgram(), [...args, '-n', NAMESPACE, '--kubeconfig', cluster.kubeconfig]);
}

/** `helm install` as the README says it; with values, or again, an upgrade. */
export const install = (...flags: readonly string[]): Promise<string> =>
  helm(
    'upgrade',
    '--install',
    RELEASE,
    CHART,
    '--create-namespace',
    '--wait',
    '--timeout=120s',
    ...flags,
  );

export const uninstall = (): Promise<string> =>
  helm('uninstall', RELEASE, '--wait', '--timeout=60s');

export interface Replica extends Pod {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
  };
  readonly status: {
    readonly podIP: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses?: readonly {
      readonly containerID?: string;
      readonly restartCount: number;
    }[];
  };
}

/** The injector's pods, also those that are being deleted, which answer for a while. */
export async function everyReplica(): Promise<readonly Replica[]> {
  const list = await getJson<{ items: readonly Replica[] }>(
    ...['pods', '-n', NAMESPACE, '-l', `app.kubernetes.io/name=ds-injector`],
  );
  return list.items;
}

/** The injector's pods that are not being deleted. */
export const replicas = async (): Promise<readonly Replica[]> =>
  (await everyReplica()).filter(({ metadata }) => metadata.deletionTimestamp === undefined);

/** Waits until as many replicas as are wanted are ready, and no others are left. */
export async function untilRolledOut(): Promise<void> {
  await kubectl(['rollout', 'status', '-n', NAMESPACE, `deployment/${RELEASE}`, '--timeout=120s']);
}
