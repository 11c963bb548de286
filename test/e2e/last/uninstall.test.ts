import { beforeAll, describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/core/model/types.js';
import { tryPod, untilInjected } from '../support/api.js';
import { apply, exec, kubectl, waitFor } from '../support/kubectl.js';
import { aShell, namesIn, Theme } from '../support/objects.js';
import { KUSTOMIZATION, NAMESPACE, uninstall, untilRolledOut } from '../support/release.js';

const theme = new Theme('uninstall');
const { namespace } = theme;

/** Comes with every namespace. */
const NATIVE = ['configmap/kube-root-ca.crt', 'serviceaccount/default'];

const lines = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

/** Everything that can be listed, whose name speaks of the injector or that lies in its namespace. */
async function ours(): Promise<readonly string[]> {
  const kinds = async (...flags: string[]): Promise<string> =>
    lines(await kubectl(['api-resources', '--verbs=list', '-o', 'name', ...flags]))
      .filter((kind) => !/^events|^nodes|metrics\.k8s\.io$|^pods$/.test(kind))
      .join(',');
  const [wide, inside] = await Promise.all([
    kubectl(['get', '-o', 'name', await kinds('--namespaced=false')]),
    kubectl(['get', '-o', 'name', '-n', NAMESPACE, await kinds('--namespaced=true')]),
  ]);
  return [
    ...lines(wide).filter((name) => name.includes('ds-injector') && !name.startsWith('namespace/')),
    ...lines(inside).filter((name) => !NATIVE.includes(name)),
  ];
}

beforeAll(async () => {
  await apply(theme.ground());
  await apply(theme.daemonSet('agent', [aShell('agent')]));
  await untilInjected(theme.pod('first'), 'agent');
  await apply(theme.pod('injected'));
  await waitFor(namespace, 'condition=Ready', 'pod/injected');
});

const created = async (): Promise<Pod> => tryPod(theme.pod('later'));

describe('uninstalling', () => {
  it('helm uninstall leaves nothing behind', async () => {
    expect(await ours()).not.toEqual([]);
    await uninstall();
    expect(await ours()).toEqual([]);
  });

  it('injected pods go on, and pods are created as if it had never been there', async () => {
    expect(await exec(namespace, 'injected', 'agent', 'echo alive')).toBe('alive\n');
    expect(namesIn(await created())).toEqual(['app']);
  });

  it('kubectl apply -k brings it up as well, and kubectl delete -k leaves nothing behind', async () => {
    await kubectl(['apply', '-k', KUSTOMIZATION]);
    await untilRolledOut();
    await untilInjected(theme.pod('later'), 'agent');
    await kubectl(['delete', '-k', KUSTOMIZATION, '--timeout=60s']);
    expect(await ours()).toEqual([]);
  });
});
