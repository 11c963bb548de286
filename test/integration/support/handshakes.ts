import { once } from 'node:events';
import { setTimeout as after } from 'node:timers/promises';
import { connect } from 'node:tls';
import type { Clock } from '../../../src/cluster/clock.js';
import { MUTATING_WEBHOOKS } from '../../../src/cluster/resources.js';
import type { KubernetesObject } from '../../../src/core/model/types.js';
import type { ApiServer } from '../../support/api-server/api-server.js';
import { HOST } from './replica.js';

/** The bundles of a webhook configuration, entry by entry, in PEM; empty for one that has none. */
export function bundlesIn(config: KubernetesObject | undefined): readonly string[] {
  const webhooks = (config?.['webhooks'] ?? []) as { clientConfig?: { caBundle?: string } }[];
  return webhooks.map(({ clientConfig }) =>
    Buffer.from(clientConfig?.caBundle ?? '', 'base64').toString(),
  );
}

/** The configuration of the injector in the double. */
export const configIn = ({ store }: ApiServer): KubernetesObject | undefined =>
  store.list(MUTATING_WEBHOOKS).find(({ metadata }) => metadata?.name === 'ds-injector');

/** Connects once, as an API server does. @returns the serial number of the certificate. @throws Error if it does not trust it. */
export async function shakeHands(port: number, ca: string): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, ca, servername: HOST });
  try {
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate().serialNumber;
  } finally {
    socket.destroy();
  }
}

/** What callers saw. */
export interface Handshakes {
  readonly failed: string[];
  /** How often callers got through to each replica, by their certificates. */
  readonly served: Map<string, number>;
  /** Resolves after so many more handshakes with each replica. */
  more(count: number): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Callers of all replicas, each with its next call after the last one, who trust what was in the configuration so many
 * milliseconds ago. What they see before there was any bundle does not count.
 */
export function startHandshakes(
  api: ApiServer,
  replicas: readonly { readonly name: string; readonly port: number }[],
  { lag, clock }: { readonly lag: number; readonly clock: Clock },
): Handshakes {
  const history = [{ from: clock.monotonic(), bundle: bundlesIn(configIn(api))[0] ?? '' }];
  const forget = api.store.observe(({ after: config }) => {
    if (config?.kind !== 'MutatingWebhookConfiguration') return;
    history.push({ from: clock.monotonic(), bundle: bundlesIn(config)[0] ?? '' });
  });
  const trusted = (): string =>
    history.findLast(({ from }) => from <= clock.monotonic() - lag)?.bundle ?? '';
  const failed: string[] = [];
  const served = new Map<string, number>();
  const counts = replicas.map(() => 0);
  let stopped = false;
  const call = async ({ name, port }: { name: string; port: number }, n: number) => {
    const ca = trusted();
    if (ca === '') return;
    try {
      const serial = await shakeHands(port, ca);
      served.set(serial, (served.get(serial) ?? 0) + 1);
      counts[n] = (counts[n] ?? 0) + 1;
    } catch (error) {
      failed.push(`${name}: ${String(error)}`);
    }
  };
  const callers = replicas.map(async (replica, n) => {
    while (!stopped) {
      await call(replica, n);
      await after(5);
    }
  });
  return {
    failed,
    served,
    more: async (count) => {
      const goals = counts.map((so) => so + count);
      while (counts.some((so, n) => so < (goals[n] ?? 0)) && failed.length === 0) await after(5);
    },
    stop: async () => {
      stopped = true;
      forget();
      await Promise.all(callers);
    },
  };
}
