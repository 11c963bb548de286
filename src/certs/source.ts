import { join } from 'node:path';
import { readCertificates, type GivenFiles } from './given.js';
import type { Issued } from './issue.js';
import { keepCertificates, type KeepOptions, type Occasion } from './keep.js';

/** A serving certificate with its chain, its key, and the end of its life. */
export interface Pair extends Issued {
  readonly notAfter: Date;
}

/** Where the serving certificate comes from. */
export interface CertificateSource {
  /** The files that are worth a look. */
  readonly files: readonly string[];
  /** Reads the pair. @throws Error that says what is wrong with which file, and what to do about it. */
  readonly read: (occasion: Occasion) => Promise<Pair>;
}

/** The user's own files, which are read and never written. */
export const givenSource = (given: GivenFiles): CertificateSource => ({
  files: [given.certFile, given.keyFile],
  read: () => readCertificates(given),
});

/** Hears of certificates, in sentences. */
export interface Notes {
  /** One that was made or renewed. */
  readonly info: (sentence: string) => void;
  /** Something that has to be done about the authority. */
  readonly warn: (sentence: string) => void;
}

/**
 * A folder in which certificates are made and renewed, an authority only at the start.
 */
export const keptSource = (options: KeepOptions, { info, warn }: Notes): CertificateSource => ({
  files: ['ca.crt', 'ca.key', 'tls.crt', 'tls.key'].map((name) => join(options.dir, name)),
  read: async (occasion) => {
    const kept = await keepCertificates(options, occasion);
    kept.notes.forEach(info);
    kept.warnings.forEach(warn);
    return kept;
  },
});
