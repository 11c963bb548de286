import { expiryTimestamp, serialNumberOf } from '../certs/inspect.js';
import type { Pair } from '../certs/source.js';
import {
  certify,
  type Certification,
  type CertificationOptions,
} from '../controllers/certification.js';
import type { ReconcileObserver } from '../controllers/reconcile.js';
import { reportCertificates } from './certificates.js';
import type { Context } from './part.js';
import { makeWatchObserver } from './watch-observer.js';

/** Milliseconds by which the clock of this machine may differ from the API server's until that is worth a line. */
const CLOCKS_DIFFER = 60_000;

/**
 * Certificates from an authority that all replicas share, if that is what is wanted. Where nobody says in which namespace
 * its Secret is, as on the machine of a developer, there is none.
 *
 * @param use puts another pair to use.
 */
export function sharedCertification(
  context: Context,
  use: (pair: Pair) => void,
): Certification | undefined {
  const { config, logger, metrics, client, clock } = context;
  const { ownNamespace: namespace, ownRelease = '' } = config;
  if (!client || config.certificates !== 'self' || namespace === undefined) return undefined;
  const report = reportCertificates(context, clock.now);
  return certify({
    ...report,
    client,
    clock,
    use,
    random: Math.random,
    watch: (kind, count) => makeWatchObserver({ logger, metrics, clock: Date.now }, kind, count),
    secret: { namespace, name: config.caSecret },
    labels: {
      'app.kubernetes.io/name': 'ds-injector',
      'app.kubernetes.io/instance': ownRelease,
      'app.kubernetes.io/managed-by': 'ds-injector',
    },
    service: { namespace, name: config.serviceName },
    hosts: config.certHosts,
    configuration: config.webhookConfiguration,
    lifetimes: { authority: config.caLifetime, leaf: config.leafLifetime },
    loaded: (pair) => {
      report.loaded(pair);
      tellOfClocks(context);
    },
    observe: {
      authority: authorityObserver(context),
      bundle: bundleObserver(context),
      rotation: rotationObserver(context),
    },
  });
}

/** Certificates go by the API server's clock, so this is no trouble here, but it is elsewhere. */
function tellOfClocks({ clock, logger }: Context): void {
  const ahead = clock.ahead();
  if (Math.abs(ahead) < CLOCKS_DIFFER) return;
  const seconds = Math.round(ahead / 1000);
  logger.warn({ seconds }, "the API server's clock is so much ahead of this machine's");
}

function troubles(
  { logger, metrics }: Context,
  controller: 'authority' | 'ca_bundle' | 'rotation',
): ReconcileObserver {
  return {
    failed: (problem) => {
      metrics.controllerFailures.inc({ controller });
      logger.warn({ controller, problem }, 'controller failed, trying again');
    },
    recovered: () => {
      logger.info({ controller }, 'controller goes on');
    },
  };
}

type Observers = CertificationOptions['observe'];

function authorityObserver(context: Context): Observers['authority'] {
  const { logger, metrics } = context;
  return {
    ...troubles(context, 'authority'),
    read: ({ ca, next, previous }) => {
      metrics.authorityExpiry.set(expiryTimestamp(ca.cert));
      const serial = serialNumberOf(ca.cert);
      const announced = next && serialNumberOf(next.cert);
      logger.info({ serial, announced, previous: previous.map(serialNumberOf) }, 'authority read');
    },
    unfit: (problem) => {
      logger.error({ problem }, 'the Secret of the authority is unfit, the last one goes on');
    },
    made: (why) => {
      metrics.authorityChanges.inc({ change: 'made' });
      logger.info({ why }, 'authority made');
    },
  };
}

function bundleObserver(context: Context): Observers['bundle'] {
  const { config, logger, metrics } = context;
  const configuration = config.webhookConfiguration;
  return {
    ...troubles(context, 'ca_bundle'),
    written: (entries) => {
      metrics.bundleWrites.inc();
      logger.info({ configuration, entries }, 'caBundle written');
    },
    contested: (writes) => {
      metrics.bundleContests.inc();
      const message = 'somebody undoes the caBundle again and again, it is written more slowly';
      logger.warn({ configuration, writes }, message);
    },
    missing: () => {
      logger.warn({ configuration }, 'no entry of the webhook configuration calls this Service');
    },
  };
}

function rotationObserver(context: Context): Observers['rotation'] {
  const { logger, metrics } = context;
  return {
    ...troubles(context, 'rotation'),
    changed: (change, why) => {
      metrics.authorityChanges.inc({ change });
      logger.info({ change, why }, 'authority changed');
    },
  };
}
