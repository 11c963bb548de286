import { describe, expect, it } from 'vitest';
import { aPod, kwokNode, PREFIX, realNode, superNode } from '../../test/support/builders.js';
import {
  absent,
  aSeen,
  beforehand,
  codesOf,
  forbidden,
  listed,
} from '../../test/support/check/seen.js';
import type { ApiClient, ApiRequest } from '../cluster/api.js';
import { ApiError } from '../cluster/api.js';
import { inject } from '../core/engine.js';
import type { KubernetesObject, Pod } from '../core/model/types.js';
import { applyPatch } from '../core/patch/apply.js';
import type { Answer } from '../survey/answer.js';
import type { Finding } from './finding.js';
import { fetchPods, findPods } from './pods.js';
import { Reader, type Listing } from '../survey/reader.js';
import { worldOf, type Seen } from './seen.js';

const found = (pods: Answer<Listing>, seen: Seen = aSeen()): readonly Finding[] =>
  findPods(pods, seen, { engine: inject, world: worldOf(seen.objects) });

/** A pod as the API server has it once it runs on the super node. */
const running = (...overrides: Parameters<typeof aPod>): Pod =>
  aPod(
    {
      metadata: { name: 'web', namespace: 'default' },
      spec: { nodeName: 'super', nodeSelector: { 'node.kubernetes.io/instance-type': 'eklet' } },
      status: { phase: 'Running' },
    },
    ...overrides,
  );
const injected = (): Pod => {
  const seen = aSeen();
  const request = { pod: running(), namespace: 'default' };
  const { operations } = inject(request, worldOf(seen.objects), seen.settings);
  return applyPatch<Pod>(request.pod, operations);
};
const annotated = (key: string, value: string): Parameters<typeof aPod>[0] => ({
  metadata: { annotations: { [`${PREFIX}${key}`]: value } },
});

it.each<[string, Answer<Listing>, readonly string[]]>([
  ['are injected', listed(injected()), ['pods_injected']],
  ['are not, and should be', listed(running()), ['pods_missed']],
  ['are not there', listed(), ['no_pod_on_virtual_nodes']],
  ['have ended', listed(running({ status: { phase: 'Succeeded' } })), ['no_pod_on_virtual_nodes']],
  [
    'are ending',
    listed(running({ metadata: { deletionTimestamp: '2026-06-01' } })),
    ['no_pod_on_virtual_nodes'],
  ],
  ['have opted out', listed(running(annotated('ds-injection', 'false'))), ['pods_left_alone']],
  [
    'could have run elsewhere',
    listed(running({ spec: { nodeSelector: null } })),
    ['pods_left_open'],
  ],
  ['may not be looked at', forbidden('list pods'), ['not_allowed']],
  [
    'are more than that',
    { value: { items: [injected()], more: true } },
    ['pods_injected', 'not_all_seen'],
  ],
])('of pods that %s', (_, pods, codes) => {
  expect(codesOf(found(pods))).toEqual(codes);
});

it('misses pods that the scheduler would not have put there, because they named their node', () => {
  const nodes = listed(superNode(), realNode({ spec: { unschedulable: true } }));
  const pod = running({ spec: { nodeSelector: null, tolerations: [] } });
  expect(codesOf(found(listed(pod), aSeen({ nodes })))).toEqual(['pods_missed']);
});

it('names the pods that were missed, and counts the others by their reasons', () => {
  const kubeSystem = running({ metadata: { namespace: 'kube-system', name: 'dns' } });
  const pods = listed(
    running(),
    kubeSystem,
    running(annotated('ds-injection', 'false')),
    kubeSystem,
  );
  expect(found(pods)).toEqual([
    { code: 'pods_missed', items: [{ name: 'default/web' }] },
    {
      code: 'pods_left_alone',
      items: [
        { name: 'kube_system', detail: '2 pods' },
        { name: 'pod_opted_out', detail: '1 pods' },
      ],
    },
  ]);
});

it.each<[string, Seen]>([
  ['before an installation', aSeen(beforehand)],
  ['without virtual nodes', aSeen({ nodes: listed(realNode()) })],
  ['where nodes may not be looked at', aSeen({ nodes: absent })],
])('says nothing %s', (_, seen) => {
  expect(found(listed(running()), seen)).toEqual([]);
});

it('survives pods that are anything', () => {
  const hostile = [{}, { metadata: 7, spec: 'x' }, { spec: { containers: 3 } }] as unknown;
  expect(codesOf(found(listed(...(hostile as KubernetesObject[]))))).toEqual(['pods_left_alone']);
});

describe('fetching', () => {
  /** Answers lists of pods, by the node that is asked about. */
  const clientWith = (
    answer: (node: string) => KubernetesObject,
  ): ApiClient & { asked: string[] } => {
    const asked: string[] = [];
    return {
      asked,
      request: ({ query }: ApiRequest) => {
        const node = String(query?.['fieldSelector']).replace('spec.nodeName=', '');
        asked.push(node);
        return Promise.resolve().then(() => answer(node));
      },
      watch: () => expect.fail('it watches'),
      close: () => undefined,
    };
  };
  const nodes = (count: number) =>
    listed(
      realNode(),
      ...Array.from({ length: count }, (_, i) => kwokNode({ metadata: { name: `n${i}` } })),
    );
  const three = { items: [running(), running(), running()] };

  it('asks about virtual nodes alone', async () => {
    const client = clientWith(() => three);
    const pods = await fetchPods(new Reader(client), aSeen({ nodes: nodes(2) }), 100);
    expect(client.asked).toEqual(['n0', 'n1']);
    expect(pods).toMatchObject({ value: { more: false } });
  });

  it('stops where it has enough', async () => {
    const client = clientWith(() => three);
    const pods = await fetchPods(new Reader(client), aSeen({ nodes: nodes(100) }), 20);
    expect(client.asked).toHaveLength(8);
    expect('value' in pods && pods.value.items).toHaveLength(20);
    expect(pods).toMatchObject({ value: { more: true } });
  });

  it('says why it may not', async () => {
    const client = clientWith(() => {
      throw new ApiError('no', { status: 403, reason: 'Forbidden', retryAfter: undefined });
    });
    expect(await fetchPods(new Reader(client), aSeen({ nodes: nodes(1) }), 20)).toMatchObject({
      why: 'forbidden',
      what: 'may not list pods',
    });
  });
});
