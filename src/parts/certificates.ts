import type { GivenFiles } from '../certs/given.js';
import { faultOfValidity, serialNumberOf } from '../certs/inspect.js';
import { givenSource, keptSource, type CertificateSource, type Pair } from '../certs/source.js';
import {
  watchCertificates,
  type CertificateWatch,
  type CertificateWatchOptions,
} from '../certs/watch.js';
import { chain } from '../cli/fail.js';
import { ConfigError } from '../config/error.js';
import type { Context } from './part.js';

/** Milliseconds between two looks at the files of the certificate: a renewal is in use within a second. */
const CERTIFICATE_INTERVAL = 500;
/** The own certificate is always good for these. */
const OWN_HOSTS = ['localhost', '127.0.0.1', '::1'];

/** The serving certificate, kept fresh. @param use puts another pair to use. */
export function makeCertificates(context: Context, use: (pair: Pair) => void): CertificateWatch {
  return watchCertificates({
    ...reportCertificates(context, Date.now),
    source: sourceOf(context),
    interval: CERTIFICATE_INTERVAL,
    clock: Date.now,
    use,
  });
}

/** Tells of serving certificates in the log and the metrics. @param clock milliseconds since 1970. */
export function reportCertificates(
  { logger, metrics }: Context,
  clock: () => number,
): Pick<CertificateWatchOptions, 'loaded' | 'refused'> {
  return {
    loaded: ({ cert, notAfter }) => {
      metrics.certificateReloads.inc({ result: 'loaded' });
      metrics.certificateExpiry.set(notAfter.getTime() / 1000);
      logger.info({ serial: serialNumberOf(cert), notAfter }, 'certificate loaded');
      const fault = faultOfValidity(cert, clock());
      if (fault !== undefined) logger.warn({ notAfter }, `the certificate ${fault}; renew it`);
    },
    refused: (error) => {
      metrics.certificateReloads.inc({ result: 'refused' });
      logger.error({ problem: chain(error) }, 'certificate refused, the last one stays');
    },
  };
}

/** A folder in which the certificate is made and kept, or the user's files. */
function sourceOf({ config, logger }: Context): CertificateSource {
  const { tlsCert, tlsKey, certDir, certHosts } = config;
  if (tlsCert !== undefined && tlsKey !== undefined) {
    return given({ certFile: tlsCert, keyFile: tlsKey });
  }
  const hosts = [...new Set([...OWN_HOSTS, ...certHosts])];
  return keptSource(
    { dir: certDir, hosts, clock: Date.now, jitter: Math.random() },
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
