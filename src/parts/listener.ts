import { handle, type Reply } from '../admission/handler.js';
import { malformed } from '../admission/malformed.js';
import type { CertificateWatch } from '../certs/watch.js';
import {
  makeServer,
  type Addresses,
  type KeyPair,
  type Server,
  type StopOptions,
} from '../server/listener.js';
import type { Check } from '../server/ops.js';
import { makeObserver } from '../telemetry/observer.js';
import type { Context, Part } from './part.js';
import type { Picture } from './picture.js';

/**
 * Seconds in which a cluster stops sending here: the endpoint is taken out as soon as the pod is being deleted, and every
 * node hears of it within a second or two. With the ten of drain-seconds, it fits into the 30 that a pod has to end.
 */
const CLUSTER_SETTLE = 5;

export interface ListenerPart extends Part {
  addresses(): Addresses;
  renew(pair: KeyPair): void;
}

/** Where the certificate comes from. */
export interface ServingCertificates {
  readonly current: CertificateWatch['current'];
  /** Why callers do not trust it yet; it is always trusted if this is not given. */
  readonly unready?: Check;
}

/** The server, which answers from the picture, with the certificate that is in use. */
export function makeListener(
  context: Context,
  picture: Picture,
  certificates: ServingCertificates,
): ListenerPart {
  const running: { server?: Server; addresses?: Addresses } = {};
  return {
    start: async () => {
      running.server = serverOf(context, picture, certificates);
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

function serverOf(
  context: Context,
  picture: Picture,
  { current, unready }: ServingCertificates,
): Server {
  const { config, logger, metrics } = context;
  const observe = makeObserver(logger, metrics);
  // Node listens on every address, IPv6 included where there is one, if it is given none.
  const host = config.listenAddress === 'all' ? '' : config.listenAddress;
  return makeServer({
    webhook: { host, port: config.port, cert: current().cert, key: current().key },
    ops: config.opsPort === 'off' ? undefined : { host, port: config.opsPort },
    handle: (body, remote) => answer({ context, picture, observe }, body, remote),
    observe,
    checks: { ...picture.checks, ...(unready && { certificate: unready }) },
    metrics,
  });
}

interface Answering {
  readonly context: Context;
  readonly picture: Picture;
  readonly observe: ReturnType<typeof makeObserver>;
}

/**
 * As long as the cluster is not known, a review is refused and not answered with the pod as it is: the API server's
 * failurePolicy then says what becomes of the pod, and its audit log that nobody decided.
 */
function answer({ context, picture, observe }: Answering, body: Buffer, remote: string): Reply {
  const seen = picture.current();
  if (!seen) {
    const { problem, status, message } = malformed('not_synced');
    observe.malformed({ problem, status, remote });
    return { status, json: false, body: message };
  }
  const engine = (request: Parameters<Context['engine']>[0]) =>
    context.engine(request, seen.world, seen.settings);
  return handle(body, { engine, clock: () => performance.now(), observe }, remote);
}
