import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { issueAuthority } from '../../../src/certs/issue.js';
import { anEcCertificate } from '../../support/ec-certificate.js';

/** The files of a certificate with an EC P-256 key, and of that key. */
export interface CertificateFiles {
  readonly cert: string;
  readonly key: string;
}

/** Makes a certificate for one run. */
export async function writeCertificate(folder: string): Promise<CertificateFiles> {
  const model = await issueAuthority({ now: Date.now(), serial: '4a'.repeat(16) });
  const { cert, key } = anEcCertificate(model.cert);
  const files = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key, { mode: 0o600 });
  return files;
}
