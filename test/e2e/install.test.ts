import { describe, expect, it } from 'vitest';
import type { Pod } from '../../src/core/model/types.js';
import { check } from './support/check.js';
import { getJson, kubectl } from './support/kubectl.js';

const NAMESPACE = 'ds-injector-system';
const POD_SECURITY = 'pod-security.kubernetes.io/enforce';

interface Replicas {
  readonly items: readonly (Pod & {
    readonly metadata: { readonly name: string };
    readonly status: { readonly phase: string };
  })[];
}

const replicas = async (): Promise<Replicas['items']> =>
  (await getJson<Replicas>('pods', '-n', NAMESPACE, '-l', 'app.kubernetes.io/name=ds-injector'))
    .items;

describe('the installation', () => {
  it('both replicas run on the single worker node', async () => {
    const nodes = (await replicas()).map(({ spec }) => spec?.nodeName);
    expect(nodes).toEqual(['worker', 'worker']);
  });

  it('the pods of the injector pass Pod Security "restricted"', async () => {
    // The API server warns of pods that would be refused.
    const dry = ['label', '--dry-run=server', '--overwrite', '--warnings-as-errors'];
    const done = await kubectl([...dry, 'namespace', NAMESPACE, `${POD_SECURITY}=restricted`]);
    expect(done).toContain('labeled');
  });

  it('a replica is not root and cannot write to its file system', async () => {
    const [first] = await replicas();
    const script =
      'try{require("fs").writeFileSync("/x","")}catch(e){console.log(process.getuid(),e.code)}';
    const line = ['exec', '-n', NAMESPACE, first?.metadata.name ?? '', '--', 'node', '-e', script];
    expect(await kubectl(line)).toBe('65532 EROFS\n');
  });

  it('ds-injector check finds nothing that speaks against injection', async () => {
    expect(await check()).toEqual({ exit: 0, errors: [] });
  });
});
