import { hearClock } from './cluster/clock.js';
import { ownClock } from './parts/clock.js';
import type { Certification } from './controllers/certification.js';
import { makeCertificates } from './parts/certificates.js';
import { sharedCertification } from './parts/certification.js';
import { clusterPicture, type ClusterPicture } from './parts/cluster.js';
import { makeLeader } from './parts/leader.js';
import { leadLives } from './parts/lives.js';
import { makeListener } from './parts/listener.js';
import { startAll, stopAll, type AppOptions, type Context, type Part } from './parts/part.js';
import { standalonePicture } from './parts/standalone.js';
import type { Addresses, KeyPair } from './server/listener.js';
import { makeLogger } from './telemetry/logger.js';
import { makeMetrics } from './telemetry/metrics.js';

export type { AppOptions } from './parts/part.js';

export interface App {
  /**
   * Loads the World, gets a certificate and begins to listen. In cluster mode, the World may still be read afterwards.
   *
   * @throws InputError, ConfigError, or an Error with its cause; nothing is left running then.
   */
  start(): Promise<Addresses>;
  /**
   * Goes on for `settle-seconds`, lets open reviews end for `drain-seconds` at most, and stops everything in the
   * opposite order.
   */
  stop(): Promise<void>;
}

/** Wires the server: World, engine, handler, listener, certificate, log and metrics. Nothing runs yet. */
export function makeApp(options: AppOptions): App {
  const logger = makeLogger({ level: options.config.logLevel, destination: options.out });
  const metrics = makeMetrics(options.version);
  const clock = options.clock ?? hearClock(ownClock);
  const context: Context = { ...options, clock, logger, metrics };
  options.out.observe?.({
    dropped: () => {
      metrics.logLinesDropped.inc();
    },
    recovered: (lines) => {
      logger.warn({ lines }, 'log lines lost, because they were not read in time');
    },
  });
  const followed = context.client && clusterPicture(context, context.client);
  const picture = followed ?? standalonePicture(context);
  const use = (pair: KeyPair): void => {
    listener.renew(pair);
  };
  const shared = sharedCertification(context, use);
  const certificates = shared ?? makeCertificates(context, use);
  const listener = makeListener(context, picture, certificates);
  // They start in this order and stop in the opposite one: what needs the cluster but no review belongs at the end.
  const parts: readonly Part[] = [
    picture,
    certificates,
    listener,
    ...leaderOf(context, followed, shared),
  ];
  return {
    start: async () => {
      await startAll(parts);
      const { webhook, ops } = listener.addresses();
      logger.info({ port: webhook.port, opsPort: ops?.port }, 'listening');
      return listener.addresses();
    },
    stop: async () => {
      logger.info('stopping');
      await stopAll(parts);
      logger.info('stopped');
    },
  };
}

/** In a cluster, one replica does what is done once. */
function leaderOf(
  context: Context,
  picture: ClusterPicture | undefined,
  certification: Certification | undefined,
): readonly Part[] {
  const { client, config } = context;
  const { ownNamespace: namespace } = config;
  if (!client || !picture || namespace === undefined) return [];
  const lead = async (signal: AbortSignal): Promise<void> => {
    await Promise.all([
      certification?.lead(signal),
      leadLives(context, { picture, client }, signal),
    ]);
  };
  return [makeLeader(context, { client, namespace, lead })];
}
