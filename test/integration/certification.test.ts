import { randomBytes, X509Certificate } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readAuthority, withAuthority, type Authority } from '../../src/certs/authority.js';
import { certificatesIn } from '../../src/certs/bundle.js';
import { faultOfValidity } from '../../src/certs/inspect.js';
import { issueAuthority, serialOf, type Issued } from '../../src/certs/issue.js';
import { SECRETS } from '../../src/cluster/resources.js';
import type { KubernetesObject } from '../../src/core/model/types.js';
import { startApiServer, type ApiServer } from '../support/api-server/api-server.js';
import {
  bundlesIn,
  configIn,
  shakeHands,
  startHandshakes,
  type Handshakes,
} from './support/handshakes.js';
import { NAMESPACE, startReplica, type Replica, type ReplicaOptions } from './support/replica.js';
import { startClock, type TickingClock } from './support/ticking.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const entry = (name: string, service = 'ds-injector'): object => ({
  name,
  clientConfig: { service: { namespace: NAMESPACE, name: service, path: '/mutate' } },
});
const configuration = (...webhooks: object[]): KubernetesObject => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'ds-injector' },
  webhooks,
});

describe('certificates of replicas', () => {
  let api: ApiServer;
  let replicas: Replica[] = [];
  let handshakes: Handshakes | undefined;
  let clock: TickingClock;

  const setClock = (to: number): void => {
    clock.stop();
    clock = startClock(to);
  };
  const start = async (
    count: number,
    options: Omit<ReplicaOptions, 'clock'> = {},
  ): Promise<void> => {
    const names = Array.from({ length: count }, (_, n) => `${'abc'[n] ?? ''}${replicas.length}`);
    replicas.push(
      ...(await Promise.all(names.map((name) => startReplica(api, name, { ...options, clock })))),
    );
  };
  const stop = async (): Promise<void> => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    replicas = [];
  };
  const call = (lag = 0): Handshakes =>
    (handshakes = startHandshakes(api, replicas, { lag, clock }));
  const eventually = (check: () => void): Promise<void> =>
    vi.waitFor(check, { timeout: 50_000, interval: 10 });
  const secret = (): KubernetesObject | undefined => api.store.list(SECRETS)[0];
  const authority = (): Authority => {
    const reading = readAuthority(secret() ?? {});
    if (reading.kind !== 'ready') throw new Error('there is no authority');
    return reading.authority;
  };
  const put = (held: Authority): void => {
    const metadata = { namespace: NAMESPACE, name: 'ds-injector-ca' };
    api.store.put(withAuthority({ apiVersion: 'v1', kind: 'Secret', metadata }, held));
  };
  const spoil = (data: unknown): void => {
    const { resourceVersion: _, ...metadata } = secret()?.metadata ?? {};
    api.store.put({ ...secret(), metadata, data });
  };
  const bundle = (): string => bundlesIn(configIn(api))[0] ?? '';
  const serials = (pem: string): readonly string[] =>
    certificatesIn(pem).map(({ serialNumber }) => serialNumber);
  const certified = (): Promise<void> =>
    eventually(() => {
      expect(serials(bundle())).toContain(serials(authority().ca.cert)[0]);
    });
  const told = (): readonly string[] => replicas.flatMap((replica) => replica.told);
  const writes = () =>
    api.calls.filter(
      ({ verb, path }) => ['create', 'update', 'patch'].includes(verb) && !path.includes('/leases'),
    ).length;
  const issue = (madeAgo: number, lifetime: number): Promise<Issued> => {
    const stamp = { now: clock.now() - madeAgo, serial: serialOf(randomBytes(16)) };
    return issueAuthority(stamp, lifetime);
  };

  /** They look at once then, and not within a minute. */
  const touchSecret = (): void => {
    const { resourceVersion: _, ...metadata } = secret()?.metadata ?? {};
    const labels = { touched: String(clock.now()) };
    api.store.put({ ...secret(), metadata: { ...metadata, labels } });
  };

  beforeEach(async () => {
    clock = startClock(Date.now());
    api = await startApiServer();
    api.store.put(configuration(entry('pods.ds-injector.io')));
  });
  afterEach(async () => {
    await handshakes?.stop();
    handshakes = undefined;
    await stop();
    await api.close();
    clock.stop();
  });

  it('come from one authority, however many start together', async () => {
    await start(3);
    await certified();
    expect(api.store.list(SECRETS)).toHaveLength(1);
    expect(told().filter((one) => one.startsWith('made'))).toHaveLength(1);
    for (const { port, certification } of replicas) {
      await shakeHands(port, bundle());
      expect(certification.unready()).toBeUndefined();
    }
    // Each has a certificate of its own.
    expect(new Set(replicas.map((one) => one.certification.current().cert)).size).toBe(3);
    expect(JSON.stringify(secret())).not.toContain('tls.');
  });

  it('need no write once all is as it should be', async () => {
    await start(2);
    await certified();
    await stop();
    const before = writes();
    await start(2);
    // Only the leader watches it.
    await eventually(() => {
      expect(api.watches.count('mutatingwebhookconfigurations')).toBe(1);
    });
    await call().more(50);
    expect([writes() - before, handshakes?.failed]).toEqual([0, []]);
  });

  it('fill a Secret that somebody made without content', async () => {
    const labels = { 'app.kubernetes.io/managed-by': 'Helm' };
    const metadata = { namespace: NAMESPACE, name: 'ds-injector-ca', labels };
    api.store.put({ apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata });
    await start(3);
    await certified();
    expect(secret()?.metadata?.labels).toEqual(labels);
    expect(
      api.calls.filter(({ verb, path }) => verb === 'create' && path.includes('secrets')),
    ).toEqual([]);
  });

  it('change their authority without a failed handshake', async () => {
    // Callers look at certificates with the true time, which their clock will have passed by less than five minutes.
    setClock(Date.now() - 46 * MINUTE);
    // At two thirds of its life it is replaced, in two phases.
    const old = await issue(7 * HOUR, 10 * HOUR);
    put({ ca: old, previous: [] });
    await start(3, { propagation: 3_000, lifetimes: { authority: 10 * HOUR, leaf: 50 * MINUTE } });
    await certified();
    // Callers learn of a bundle almost as late as they may.
    call(1_000);
    await eventually(() => {
      expect(told()).toContain('promote');
      expect(told().filter((one) => one === 'loaded')).toHaveLength(6);
    });
    await handshakes?.more(50);
    clock.jump(50 * MINUTE);
    touchSecret();
    await eventually(() => {
      expect(told()).toContain('forget');
    });
    await certified();
    await handshakes?.more(100);
    expect(handshakes?.failed).toEqual([]);
    expect(handshakes?.served.size).toBeGreaterThanOrEqual(6);
    await eventually(() => {
      expect(serials(bundle())).toEqual(serials(authority().ca.cert));
    });
    expect(serials(bundle())).not.toEqual(serials(old.cert));
    const steps = told().filter((one) => ['announce', 'promote', 'forget'].includes(one));
    expect(steps).toEqual(['announce', 'promote', 'forget']);
  });

  it.each<[string, () => Promise<unknown>]>([
    ['is emptied', () => Promise.resolve({})],
    [
      'has the key of another one',
      async () => {
        const { key } = await issue(0, HOUR);
        return { ...(secret()?.['data'] as object), 'ca.key': Buffer.from(key).toString('base64') };
      },
    ],
  ])('go on, and are mended, when the Secret %s', async (_, data) => {
    await start(3);
    await certified();
    const before = authority().ca.cert;
    call();
    await handshakes?.more(10);
    spoil(await data());
    await eventually(() => {
      expect(told()).toContain('promote');
    });
    await handshakes?.more(50);
    expect(handshakes?.failed).toEqual([]);
    // Who took the authority away may not have trusted it any more.
    expect(authority().ca.cert).not.toBe(before);
    expect(authority().previous).toEqual([before]);
  });

  it('go on when the Secret is deleted, and get another one that belongs to whom it did', async () => {
    const labels = { 'app.kubernetes.io/managed-by': 'Helm' };
    const annotations = { 'meta.helm.sh/release-name': 'ds-injector' };
    const metadata = { namespace: NAMESPACE, name: 'ds-injector-ca', labels, annotations };
    api.store.put({ apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata });
    await start(3);
    await certified();
    call();
    await handshakes?.more(10);
    api.store.drop(secret() ?? {});
    await eventually(() => {
      expect(told()).toContain('promote');
    });
    await handshakes?.more(50);
    expect(handshakes?.failed).toEqual([]);
    expect(told().filter((one) => one === 'made: there was no Secret')).toHaveLength(1);
    expect(secret()?.metadata).toMatchObject({ labels, annotations });
  });

  it('are not overtaken by a new one when the Secret is deleted', async () => {
    await start(1);
    await certified();
    const before = authority().ca.cert;
    api.store.drop(secret() ?? {});
    await start(1);
    await certified();
    expect([authority().ca.cert, ...authority().previous]).toContain(before);
  });

  it('follow an authority that somebody else put there, when callers trust it', async () => {
    await start(3);
    await certified();
    const before = authority().ca.cert;
    call(300);
    await handshakes?.more(10);
    put({ ca: await issue(0, HOUR), previous: [] });
    const [serial] = serials(authority().ca.cert);
    await eventually(() => {
      expect(told().filter((one) => one === 'loaded')).toHaveLength(6);
    });
    await handshakes?.more(50);
    expect(handshakes?.failed).toEqual([]);
    expect(serials(bundle())).toEqual([serial, ...serials(before)]);
  });

  it('start without an API server, and are ready when it is there', async () => {
    const { port, store } = api;
    await api.close();
    await start(1, { patience: 100 });
    const [replica] = replicas;
    expect(replica?.certification.unready()).toContain('ECONNREFUSED');
    api = await startApiServer({ port, store });
    await certified();
    await eventually(() => {
      expect(replica?.certification.unready()).toBeUndefined();
    });
    await shakeHands(replica?.port ?? 0, bundle());
  });

  it('are renewed while the API server is away', async () => {
    setClock(Date.now() - 30 * MINUTE);
    await start(2, { lifetimes: { authority: 10 * HOUR, leaf: 50 * MINUTE } });
    await certified();
    const { port, store } = api;
    const trusted = bundle();
    await api.close();
    clock.jump(34 * MINUTE);
    for (const { certification } of replicas) certification.refresh();
    await eventually(() => {
      expect(told().filter((one) => one === 'loaded')).toHaveLength(4);
    });
    for (const replica of replicas) await shakeHands(replica.port, trusted);
    api = await startApiServer({ port, store });
  });

  describe('when the clock of the API server jumps', () => {
    const jump = (by: number): void => {
      clock.jump(by);
      touchSecret();
    };
    const areGood = (): Promise<void> =>
      eventually(() => {
        const ca = authority().ca.cert;
        for (const { certification } of replicas) {
          const leaf = new X509Certificate(certification.current().cert);
          expect(faultOfValidity(leaf.toString(), clock.now())).toBeUndefined();
          expect(leaf.verify(new X509Certificate(ca).publicKey)).toBe(true);
          expect(certification.unready()).toBeUndefined();
        }
      });

    beforeEach(async () => {
      setClock(Date.parse('2030-01-01T00:00:00Z'));
      await start(2);
      await certified();
      await areGood();
    });

    it('back by an hour, they are issued anew, and nothing else happens', async () => {
      const before = [secret()?.['data'], configIn(api)];
      jump(-HOUR);
      await areGood();
      jump(0);
      await areGood();
      expect([secret()?.['data'], configIn(api)]).toEqual(before);
    });

    it('on by a year, they have another authority', async () => {
      const before = authority().ca.cert;
      jump(366 * 24 * HOUR);
      await eventually(() => {
        expect(authority().ca.cert).not.toBe(before);
      });
      await areGood();
      await eventually(() => {
        expect(bundle()).toBe(authority().ca.cert);
      });
      expect(told()).toContain('replace');
    });
  });
});
