import { createPrivateKey, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { readIfThere } from './files.js';
import { expiryTimestamp } from './inspect.js';
import type { Issued } from './issue.js';

export interface GivenFiles {
  /** A certificate in PEM, followed by its chain if it has one. */
  readonly certFile: string;
  /** Its private key in PEM, without a passphrase; RSA, EC or Ed25519. */
  readonly keyFile: string;
}

export interface Given extends Issued {
  readonly notAfter: Date;
}

/**
 * Reads a certificate and a key that the user made.
 *
 * They are never changed, and an expired certificate is read as well: whether to use it is for `watchCertificates` to say.
 *
 * @throws Error that says which file is missing, is garbage or does not fit, and what to do about it.
 */
export async function readCertificates({ certFile, keyFile }: GivenFiles): Promise<Given> {
  const cert = await read(certFile, 'certificate');
  const key = await read(keyFile, 'private key');
  const parsed = attempt(
    () => new X509Certificate(cert),
    `${certFile} holds no certificate in PEM; give a file that begins with BEGIN CERTIFICATE`,
  );
  const parsedKey = attempt(
    () => createPrivateKey(key),
    `${keyFile} holds no private key in PEM that can be read; give one without a passphrase`,
  );
  if (!parsed.checkPrivateKey(parsedKey)) {
    throw new Error(
      `the key in ${keyFile} does not belong to the certificate in ${certFile}; give two files of one pair`,
    );
  }
  // The rest of a chain, and keys that are too weak for TLS, are seen by nobody but OpenSSL.
  attempt(
    () => createSecureContext({ cert, key }),
    `TLS cannot use ${certFile} with ${keyFile}; check the chain and the size of the key`,
  );
  return { cert, key, notAfter: new Date(expiryTimestamp(cert) * 1000) };
}

async function read(file: string, what: string): Promise<string> {
  const text = await readIfThere(file);
  if (text === undefined) {
    throw new Error(`${file} does not exist; give the path of a ${what} in PEM`);
  }
  return text;
}

function attempt<T>(action: () => T, problem: string): T {
  try {
    return action();
  } catch (cause) {
    throw new Error(problem, { cause });
  }
}
