import type { Clock } from '../../../src/cluster/clock.js';
import { elect, type Election } from '../../../src/cluster/elector.js';
import type { WatchObserver } from '../../../src/cluster/reflector.js';
import { certify, type Certification } from '../../../src/controllers/certification.js';
import type { KubernetesObject } from '../../../src/core/model/types.js';
import { makeServer, type Server } from '../../../src/server/listener.js';
import type { ApiServer } from '../../support/api-server/api-server.js';
import { clientOf } from '../../support/api-server/client.js';

export const NAMESPACE = 'ds-injector-system';
export const HOST = `ds-injector.${NAMESPACE}.svc`;
const SERVICE = { namespace: NAMESPACE, name: 'ds-injector' };
const HOUR = 3_600_000;

/** The Secret of the authority as the chart brings it: without content, so that whoever comes first fills it at once. */
export const emptySecret: KubernetesObject = {
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'Opaque',
  metadata: { namespace: NAMESPACE, name: 'ds-injector-ca' },
};

/** A replica as the composition root puts it together, other than that it reviews nothing. */
export interface Replica {
  readonly name: string;
  /** Where it takes connections. */
  readonly port: number;
  readonly certification: Certification;
  readonly election: Election;
  /** What it told, in words. */
  readonly told: string[];
  /** Ends it as SIGTERM does. */
  stop(): Promise<void>;
}

export interface ReplicaOptions {
  readonly clock: Clock;
  readonly lifetimes?: { readonly authority: number; readonly leaf: number };
  readonly propagation?: number;
  readonly patience?: number;
}

const NO_OBSERVER = {
  won: () => undefined,
  lost: () => undefined,
  follows: () => undefined,
  failed: () => undefined,
  recovered: () => undefined,
};

/** Starts a replica with times of seconds where production has minutes. */
export async function startReplica(
  api: ApiServer,
  name: string,
  options: ReplicaOptions,
): Promise<Replica> {
  const client = clientOf(api);
  const told: string[] = [];
  const running: { server?: Server } = {};
  const certification = certify({
    client,
    clock: options.clock,
    random: Math.random,
    times: { firstBackoff: 50 },
    watch: () => silentWatch,
    secret: { namespace: NAMESPACE, name: 'ds-injector-ca' },
    labels: { 'app.kubernetes.io/name': 'ds-injector' },
    absence: 300,
    service: SERVICE,
    hosts: [],
    configuration: 'ds-injector',
    lifetimes: options.lifetimes ?? { authority: HOUR, leaf: HOUR },
    propagation: options.propagation ?? 1_000,
    patience: options.patience ?? 10_000,
    use: (pair) => running.server?.renew(pair),
    loaded: () => told.push('loaded'),
    refused: (error) => told.push(`refused: ${String(error)}`),
    observe: observersOf(told),
  });
  const election = elect({
    client,
    clock: options.clock,
    random: Math.random,
    lease: { namespace: NAMESPACE, name: 'ds-injector' },
    identity: name,
    times: { leaseDuration: 2_000, renewDeadline: 1_200, retryPeriod: 150 },
    lead: (signal) => certification.lead(signal),
    observe: { ...NO_OBSERVER, won: () => told.push('won') },
  });
  await certification.start();
  const server = serverWith(certification);
  running.server = server;
  const { webhook } = await server.start();
  election.start();
  return {
    name,
    port: webhook.port,
    certification,
    election,
    told,
    stop: async () => {
      await election.stop();
      await server.stop({ settle: 0, deadline: 1000 });
      await certification.stop();
      client.close();
    },
  };
}

function observersOf(told: string[]): Parameters<typeof certify>[0]['observe'] {
  const common = {
    failed: (problem: string) => told.push(`failed: ${problem}`),
    recovered: () => told.push('recovered'),
  };
  return {
    authority: {
      ...common,
      read: () => told.push('read'),
      unfit: (problem) => told.push(`unfit: ${problem}`),
      made: (why) => told.push(`made: ${why}`),
    },
    bundle: {
      ...common,
      written: (entries) => told.push(`written: ${entries.join()}`),
      contested: (writes) => told.push(`contested: ${writes}`),
      missing: () => told.push('missing'),
    },
    rotation: { ...common, changed: (kind) => told.push(kind) },
  };
}

/** Hears nothing. */
export const silentWatch: WatchObserver = {
  entered: () => undefined,
  restarted: () => undefined,
  heard: () => undefined,
  listed: () => undefined,
  failed: () => undefined,
  recovered: () => undefined,
  unusable: () => undefined,
};

const serverWith = (certification: Certification): Server =>
  makeServer({
    webhook: { host: '127.0.0.1', port: 0, ...certification.current() },
    handle: () => {
      throw new Error('no reviews');
    },
    observe: { malformed: () => undefined, connectionFailed: () => undefined },
    checks: { certificates: () => certification.unready() },
    metrics: { text: () => Promise.resolve(''), contentType: 'text/plain' },
  });
