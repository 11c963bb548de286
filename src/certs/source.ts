import { join } from 'node:path';
import { readCertificates, type GivenFiles } from './given.js';
import type { Issued } from './issue.js';
import { keepCertificates, type KeepOptions } from './keep.js';

/** A serving certificate with its chain, its key, and the end of its life. */
export interface Pair extends Issued {
  readonly notAfter: Date;
}

/** Where the serving certificate comes from. */
export interface CertificateSource {
  /** The files that are worth a look. */
  readonly files: readonly string[];
  /** Reads the pair. @throws Error that says what is wrong with which file, and what to do about it. */
  readonly read: () => Promise<Pair>;
}

/** The user's own files, which are read and never written. */
export const givenSource = (given: GivenFiles): CertificateSource => ({
  files: [given.certFile, given.keyFile],
  read: () => readCertificates(given),
});

/**
 * A folder in which certificates are made and renewed.
 *
 * @param note hears of each certificate that was made or renewed, in a sentence.
 */
export const keptSource = (
  options: KeepOptions,
  note: (sentence: string) => void,
): CertificateSource => ({
  files: ['ca.crt', 'ca.key', 'tls.crt', 'tls.key'].map((name) => join(options.dir, name)),
  read: async () => {
    const kept = await keepCertificates(options);
    kept.notes.forEach(note);
    return kept;
  },
});
