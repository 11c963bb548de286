import type { Logger } from 'pino';
import { handle } from './admission/handler.js';
import type { GivenFiles } from './certs/given.js';
import { faultOfValidity, serialNumberOf } from './certs/inspect.js';
import { givenSource, keptSource, type CertificateSource, type Pair } from './certs/source.js';
import { watchCertificates, type CertificateWatch } from './certs/watch.js';
import { ConfigError } from './config/error.js';
import type { Config } from './config/schema.js';
import type { Engine } from './cli/judge.js';
import { chain } from './cli/fail.js';
import type { Settings } from './core/settings.js';
import {
  makeServer,
  type Addresses,
  type KeyPair,
  type Server,
  type StopOptions,
} from './server/listener.js';
import { problemText } from './standalone/manifest.js';
import type { Counts } from './standalone/snapshot.js';
import { watchWorld, type WorldWatch } from './standalone/watch.js';
import type { LogQueue } from './telemetry/log-queue.js';
import { makeLogger } from './telemetry/logger.js';
import { makeMetrics, type Metrics } from './telemetry/metrics.js';
import { makeObserver } from './telemetry/observer.js';

export interface AppOptions {
  readonly config: Config;
  readonly settings: Settings;
  readonly engine: Engine;
  readonly version: string;
  /** Whether this runs in a pod. */
  readonly inCluster: boolean;
  /** Where log lines go, one JSON object each; it may tell of those that get lost there. */
  readonly out: Pick<LogQueue, 'write'> & Partial<Pick<LogQueue, 'observe'>>;
}

export interface App {
  /**
   * Loads the World, gets a certificate and begins to listen.
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

/** Milliseconds between two looks at the files of the World. */
const WORLD_INTERVAL = 1_000;
/** Milliseconds between two looks at the files of the certificate: a renewal is in use within a second. */
const CERTIFICATE_INTERVAL = 500;
/**
 * Seconds in which a cluster stops sending here: the endpoint is taken out as soon as the pod is being deleted, and every
 * node hears of it within a second or two. With the ten of drain-seconds, it fits into the 30 that a pod has to end.
 */
const CLUSTER_SETTLE = 5;
/** The own certificate is always good for these. */
const OWN_HOSTS = ['localhost', '127.0.0.1', '::1'];

/** Something that runs between start and stop. */
interface Part {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Wires the server: World, engine, handler, listener, certificate, log and metrics. Nothing runs yet. */
export function makeApp(options: AppOptions): App {
  const logger = makeLogger({ level: options.config.logLevel, destination: options.out });
  const metrics = makeMetrics(options.version);
  const context: Context = { ...options, logger, metrics };
  options.out.observe?.({
    dropped: () => {
      metrics.logLinesDropped.inc();
    },
    recovered: (lines) => {
      logger.warn({ lines }, 'log lines lost, because they were not read in time');
    },
  });
  const world = makeWorld(context);
  const certificates = makeCertificates(context, (pair) => {
    listener.renew(pair);
  });
  const listener = makeListener(context, world, certificates);
  const parts: readonly Part[] = [world, certificates, listener];
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

interface Context extends AppOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
}

async function startAll(parts: readonly Part[]): Promise<void> {
  const started: Part[] = [];
  try {
    for (const part of parts) {
      await part.start();
      started.push(part);
    }
  } catch (error) {
    await stopAll(started);
    throw error;
  }
}

async function stopAll(parts: readonly Part[]): Promise<void> {
  for (const part of [...parts].reverse()) await part.stop();
}

function makeWorld({ config, logger, metrics }: Context): WorldWatch {
  return watchWorld({
    paths: config.world,
    interval: WORLD_INTERVAL,
    loaded: (counts: Counts) => {
      metrics.worldLoads.inc({ result: 'loaded' });
      for (const [kind, count] of Object.entries(counts)) metrics.worldObjects.set({ kind }, count);
      logger.info({ counts }, 'world loaded');
    },
    failed: (problems) => {
      metrics.worldLoads.inc({ result: 'failed' });
      logger.error({ problems: problems.map(problemText) }, 'world not loaded, the last one stays');
    },
  });
}

interface ListenerPart extends Part {
  addresses(): Addresses;
  renew(pair: KeyPair): void;
}

function makeListener(
  context: Context,
  world: WorldWatch,
  certificates: CertificateWatch,
): ListenerPart {
  const running: { server?: Server; addresses?: Addresses } = {};
  return {
    start: async () => {
      running.server = serverOf(context, world, certificates.current());
      running.addresses = await running.server.start();
    },
    stop: async () => {
      const done = await running.server?.stop(stopTimes(context));
      if (done && done.cut > 0) context.logger.warn({ cut: done.cut }, 'connections cut');
    },
    addresses: () => {
      if (!running.addresses) throw new Error('not listening yet');
      return running.addresses;
    },
    renew: (pair) => running.server?.renew(pair),
  };
}

function stopTimes({ config, inCluster }: Context): StopOptions {
  const { settleSeconds, drainSeconds } = config;
  const automatic = inCluster ? CLUSTER_SETTLE : 0;
  const settle = (settleSeconds === 'auto' ? automatic : settleSeconds) * 1000;
  return { settle, deadline: settle + drainSeconds * 1000 };
}

function serverOf(context: Context, world: WorldWatch, pair: KeyPair): Server {
  const { config, settings, engine, logger, metrics } = context;
  const observe = makeObserver(logger, metrics);
  // Node listens on every address, IPv6 included where there is one, if it is given none.
  const host = config.listenAddress === 'all' ? '' : config.listenAddress;
  return makeServer({
    webhook: { host, port: config.port, cert: pair.cert, key: pair.key },
    ops: config.opsPort === 'off' ? undefined : { host, port: config.opsPort },
    handle: (body, remote) =>
      handle(
        body,
        {
          engine: (request) => engine(request, world.current(), settings),
          clock: () => performance.now(),
          observe,
        },
        remote,
      ),
    observe,
    checks: {},
    metrics,
  });
}

function makeCertificates(context: Context, use: (pair: Pair) => void): CertificateWatch {
  const { logger, metrics } = context;
  return watchCertificates({
    source: sourceOf(context),
    interval: CERTIFICATE_INTERVAL,
    clock: Date.now,
    use,
    loaded: ({ cert, notAfter }) => {
      metrics.certificateReloads.inc({ result: 'loaded' });
      metrics.certificateExpiry.set(notAfter.getTime() / 1000);
      logger.info({ serial: serialNumberOf(cert), notAfter }, 'certificate loaded');
      const fault = faultOfValidity(cert, Date.now());
      if (fault !== undefined) logger.warn({ notAfter }, `the certificate ${fault}; renew it`);
    },
    refused: (error) => {
      metrics.certificateReloads.inc({ result: 'refused' });
      logger.error({ problem: chain(error) }, 'certificate refused, the last one stays');
    },
  });
}

/** A folder in which the certificate is made and kept, or the user's files. */
function sourceOf({ config, logger }: Context): CertificateSource {
  const { tlsCert, tlsKey, certDir, certHosts } = config;
  if (tlsCert !== undefined && tlsKey !== undefined) {
    return given({ certFile: tlsCert, keyFile: tlsKey });
  }
  const hosts = [...new Set([...OWN_HOSTS, ...certHosts])];
  return keptSource(
    { dir: certDir, hosts, clock: Date.now },
    {
      info: (note) => {
        logger.info({ note }, 'certificate');
      },
      warn: (note) => {
        logger.warn({ note }, 'certificate');
      },
    },
  );
}

/** The user's files are input, and what is wrong with them is theirs to mend. */
function given(files: GivenFiles): CertificateSource {
  const source = givenSource(files);
  return {
    ...source,
    read: (occasion) =>
      source.read(occasion).catch((error: unknown) => {
        throw new ConfigError([chain(error)]);
      }),
  };
}
