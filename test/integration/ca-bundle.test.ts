import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { keepBundle } from '../../src/controllers/ca-bundle.js';
import { Pace } from '../../src/controllers/pace.js';
import type { KubernetesObject } from '../../src/core/model/types.js';
import { startApiServer, type ApiServer } from '../support/api-server/api-server.js';
import { clientOf } from '../support/api-server/client.js';
import { authorities } from '../support/authority.js';
import { bundlesIn, configIn } from './support/handshakes.js';
import { silentWatch } from './support/replica.js';

const OURS = { namespace: 'system', name: 'ds-injector' };
let ca = '';
let other = '';

beforeAll(async () => {
  [ca, other] = (await authorities(2)).map(({ cert }) => cert) as [string, string];
});

const entry = (name: string, bundle?: string, service: object = OURS) => ({
  name,
  clientConfig: {
    service,
    ...(bundle !== undefined && { caBundle: Buffer.from(bundle).toString('base64') }),
  },
  rules: [{ operations: ['CREATE'] }],
});
const configuration = (...webhooks: object[]): KubernetesObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'ds-injector', labels: { a: 'b' } },
  webhooks,
});

describe('the bundle in the webhook configuration', () => {
  let api: ApiServer;
  let told: string[] = [];
  let stop = (): Promise<void> => Promise.resolve();
  let wanted = '';

  const keep = (pace = new Pace({ first: 50, most: 400, quiet: 1_000 })) => {
    const client = clientOf(api);
    const keeper = keepBundle({
      client,
      configuration: 'ds-injector',
      service: OURS,
      bundle: () => wanted,
      clock: { now: Date.now, monotonic: () => performance.now() },
      random: Math.random,
      times: { firstBackoff: 50 },
      watch: () => silentWatch,
      pace,
      observe: {
        failed: (problem) => told.push(problem),
        recovered: () => told.push('recovered'),
        written: (entries) => told.push(`written: ${entries.join()}`),
        contested: () => told.push('contested'),
        missing: () => told.push('missing'),
      },
    });
    const over = new AbortController();
    const running = keeper.run(over.signal);
    stop = async () => {
      over.abort();
      await running;
      client.close();
    };
    return keeper;
  };
  const eventually = (check: () => void): Promise<void> =>
    vi.waitFor(check, { timeout: 20_000, interval: 5 });
  const holds = (...bundles: string[]): Promise<void> =>
    eventually(() => {
      expect(bundlesIn(configIn(api))).toEqual(bundles);
    });
  const patches = () => api.calls.filter(({ verb }) => verb === 'patch');
  /** Waits until the keeper has looked at what is there: each look of its follows the watch. */
  const looked = async (keeper: ReturnType<typeof keepBundle>): Promise<void> => {
    api.store.put(configuration(entry('pods', other)));
    await holds(ca);
    await eventually(() => {
      expect(keeper.heldSince(ca)).toBeDefined();
    });
  };

  beforeEach(async () => {
    told = [];
    wanted = ca;
    api = await startApiServer();
  });
  afterEach(async () => {
    await stop();
    await api.close();
  });

  it('is put into our entries, and into nothing else', async () => {
    const theirs = [
      entry('theirs', other, { namespace: 'system', name: 'theirs' }),
      entry('by-url', other, {}),
    ];
    api.store.put(configuration(...theirs, entry('pods'), entry('more', other)));
    keep();
    await holds(other, other, ca, ca);
    const config = configIn(api);
    expect((config?.['webhooks'] as unknown[]).slice(0, 2)).toEqual(theirs);
    expect(config?.metadata?.labels).toEqual({ a: 'b' });
    await eventually(() => {
      expect(told).toEqual(['written: pods,more']);
    });
    expect(patches()).toHaveLength(1);
    expect(patches()[0]?.query).toEqual({ fieldManager: 'ds-injector' });
  });

  it('is not written where the same certificates are, in whatever way', async () => {
    api.store.put(configuration(entry('pods', `# ours\n${ca}\n${ca}`)));
    const keeper = keep();
    await eventually(() => {
      expect(keeper.heldSince(ca)).toBeDefined();
    });
    expect([patches(), told]).toEqual([[], []]);
  });

  it('is restored when it was blanked or changed by hand', async () => {
    api.store.put(configuration(entry('pods')));
    keep();
    await holds(ca);
    for (const blank of [undefined, '', 'garbage', other, ca + other]) {
      api.store.put(configuration(entry('pods', blank)));
      await holds(ca);
    }
  });

  it('follows the authority', async () => {
    api.store.put(configuration(entry('pods')));
    const keeper = keep();
    await holds(ca);
    wanted = ca + other;
    keeper.refresh();
    await holds(ca + other);
    await eventually(() => {
      expect(keeper.heldSince(other)).toBeGreaterThan(keeper.heldSince(ca) ?? Infinity);
    });
    // Of each certificate it is known since when all entries have held it.
    api.store.put(configuration(entry('pods', ca + other), entry('more', ca)));
    await holds(ca + other, ca + other);
    expect(keeper.heldSince(ca)).toBeDefined();
  });

  it('is written ever more slowly where somebody undoes it all the time, and restored after', async () => {
    api.store.put(configuration(entry('pods', other)));
    keep();
    const begun = performance.now();
    let undone = 0;
    const undo = (): void => {
      undone += 1;
      api.store.put(configuration(entry('pods', other)));
    };
    const fight = setInterval(undo, 20);
    await eventually(() => {
      expect(undone).toBeGreaterThanOrEqual(100);
    });
    clearInterval(fight);
    // At 0, 50, 150, 350 and 750 ms, and every 400 ms from then on.
    expect(patches().length).toBeLessThanOrEqual(5 + (performance.now() - begun) / 400);
    expect(patches().length).toBeGreaterThanOrEqual(4);
    expect(told.filter((one) => one === 'contested')).toHaveLength(1);
    await holds(ca);
  });

  it('is written when the configuration is made, and made anew', async () => {
    keep();
    await eventually(() => {
      expect(told).toEqual(['missing']);
    });
    api.store.put(configuration(entry('pods')));
    await holds(ca);
    api.store.drop(configuration());
    api.store.put(configuration(entry('pods')));
    await holds(ca);
  });

  it.each<[string, unknown]>([
    ['no list', 'text'],
    ['null', null],
    ['a list of anything', [null, 7, { clientConfig: 'x' }, { clientConfig: { service: [] } }]],
  ])('is nowhere where the entries are %s', async (_, webhooks) => {
    api.store.put({ ...configuration(), webhooks });
    const keeper = keep();
    await eventually(() => {
      expect(told).toEqual(['missing']);
    });
    await looked(keeper);
  });

  it('is told to be refused, once, with the verb that is missing', async () => {
    api.store.put(configuration(entry('pods')));
    const fault = api.fault({ verb: 'patch', what: { status: 403, reason: 'Forbidden' } });
    keep();
    await eventually(() => {
      expect(fault.hits).toBeGreaterThanOrEqual(2);
    });
    expect(told).toEqual([expect.stringContaining('patch mutatingwebhookconfigurations')]);
    fault.end();
    await holds(ca);
  });

  it('is restored after an API server was away, and what was changed meanwhile too', async () => {
    api.store.put(configuration(entry('pods')));
    keep();
    await holds(ca);
    const { port, store } = api;
    await api.close();
    store.put(configuration(entry('pods')));
    api = await startApiServer({ port, store });
    await holds(ca);
  });
});
