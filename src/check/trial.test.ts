import { describe, expect, it } from 'vitest';
import { aDaemonSet, realNode } from '../../test/support/builders.js';
import { anEntry, aWebhook } from '../../test/support/check/installed.js';
import { aNamespace, aSeen, authority, beforehand, listed } from '../../test/support/check/seen.js';
import { ApiError, type ApiClient, type ApiRequest } from '../cluster/api.js';
import { inject } from '../core/engine.js';
import type { KubernetesObject, Pod } from '../core/model/types.js';
import { applyPatch } from '../core/patch/apply.js';
import { findTrial } from './find-trial.js';
import type { Finding } from './finding.js';
import { Reader } from '../survey/reader.js';
import { worldOf, type Objects, type Seen } from './seen.js';
import { tryPod } from './trial.js';

type Admission = (pod: Pod, namespace: string) => KubernetesObject;

/** What an injector makes of a pod that knows this cluster. */
const injectorIn =
  ({ objects, settings }: Seen): Admission =>
  (pod, namespace) =>
    applyPatch<Pod>(pod, inject({ pod, namespace }, worldOf(objects), settings).operations);

const nobody: Admission = (pod) => pod;
const refusing =
  (status: number, message: string): Admission =>
  () => {
    throw new ApiError(message, { status, reason: '', retryAfter: undefined });
  };

interface Tried {
  readonly findings: readonly Finding[];
  readonly requests: readonly ApiRequest[];
}

async function tried(seen: Seen, admit: Admission, namespace = 'default'): Promise<Tried> {
  const requests: ApiRequest[] = [];
  const client: ApiClient = {
    request: (request) => {
      requests.push(request);
      return Promise.resolve().then(() => admit(request.body as Pod, namespace));
    },
    watch: () => expect.fail('it watches'),
    close: () => undefined,
  };
  let time = 0;
  const trial = await tryPod(seen, {
    reader: new Reader(client),
    engine: inject,
    world: worldOf(seen.objects),
    clock: () => (time += 20),
    namespace,
  });
  return { findings: findTrial(trial), requests };
}

const well = aSeen();
const unmarked: Partial<Objects> = { daemonSets: listed() };
const two = aSeen({
  daemonSets: listed(aDaemonSet(), aDaemonSet({ metadata: { name: 'other' } })),
});
const out = aNamespace('out', {
  annotations: { 'eks.tke.cloud.tencent.com/ds-injection': 'false' },
});

describe('a pod in a dry run', () => {
  it('is for a virtual node alone, and creates nothing', async () => {
    const { findings, requests } = await tried(well, injectorIn(well));
    expect(findings).toEqual([
      { code: 'trial_injected', detail: 'monitoring/agent; for super, in default, in 20 ms' },
    ]);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/namespaces/default/pods',
      query: { dryRun: 'All' },
    });
  });

  it.each<[string, Seen, Admission, string | undefined]>([
    ['comes back with fewer DaemonSets', two, injectorIn(well), 'trial_injected_otherwise'],
    ['comes back as it was', well, nobody, 'trial_not_injected'],
    [
      'comes back as it was from one that answers',
      well,
      injectorIn(aSeen(unmarked)),
      'trial_left_alone',
    ],
    [
      'is not to be injected, and somebody answers',
      aSeen(unmarked),
      injectorIn(aSeen(unmarked)),
      'trial_answered',
    ],
    ['is not to be injected, and nobody answers', aSeen(unmarked), nobody, 'trial_not_injected'],
    [
      'is refused by the webhook',
      well,
      refusing(500, 'Internal error occurred: failed calling webhook "x": timeout'),
      'trial_call_failed',
    ],
    [
      'is refused by a quota',
      well,
      refusing(403, 'pods "x" is forbidden: exceeded quota: q'),
      'trial_refused',
    ],
    [
      'is refused to this person',
      well,
      refusing(403, 'User "x" cannot create resource "pods"'),
      'not_allowed',
    ],
    [
      'is not made without virtual nodes',
      aSeen({ nodes: listed(realNode()) }),
      nobody,
      'trial_without_node',
    ],
    ['is not made before an installation', aSeen(beforehand), nobody, undefined],
    ['is not made without a webhook', aSeen({ webhooks: listed() }), nobody, undefined],
  ])('%s', async (_, seen, admit, code) => {
    const { findings } = await tried(seen, admit);
    expect(findings.map((one) => one.code)).toEqual(code === undefined ? [] : [code]);
  });

  it('says nothing in a namespace that has opted out', async () => {
    const seen = aSeen({ namespaces: listed(out) });
    const { findings } = await tried(seen, injectorIn(seen), 'out');
    expect(findings).toEqual([
      { code: 'trial_nothing_to_see', detail: 'namespace_opted_out in out' },
    ]);
  });

  it('is not made in a namespace that the webhook does not select', async () => {
    const entry = { ...anEntry(authority.cert), namespaceSelector: { matchLabels: { a: 'b' } } };
    const seen = aSeen({ webhooks: listed(aWebhook(entry)) });
    const { findings, requests } = await tried(seen, nobody);
    expect(findings).toEqual([{ code: 'trial_not_selected', detail: 'default' }]);
    expect(requests).toEqual([]);
  });

  it('names the DaemonSets that are missing and those that are too many', async () => {
    const { findings } = await tried(two, injectorIn(well));
    expect(findings[0]?.items).toEqual([{ name: 'monitoring/other', detail: 'missing' }]);
    const more = await tried(well, injectorIn(two));
    expect(more.findings[0]?.items).toEqual([{ name: 'monitoring/other', detail: 'unexpected' }]);
  });
});
