import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere, writeWhole } from './files.js';
import { expiryTimestamp, faultOfAuthority, faultOfLeaf, isMerelyOld } from './inspect.js';
import { issueAuthority, issueLeaf, serialOf, type Issued, type Stamp } from './issue.js';

export interface KeepOptions {
  /** The folder for ca.crt, ca.key, tls.crt and tls.key; made with mode 0700 if it is missing. */
  readonly dir: string;
  /** The DNS names and IP addresses under which the webhook is called. */
  readonly hosts: readonly string[];
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Drawn once by each injector that shares the folder; see `LeafDemands`. */
  readonly jitter?: number;
}

/** A serving certificate, ready for use; everything in PEM. */
export interface Kept extends Issued {
  /** The authority's certificate: the webhook configuration's `caBundle`, once in base64. */
  readonly ca: string;
  readonly notAfter: Date;
  /** A sentence for each certificate that was made or renewed, with the reason; to be logged. */
  readonly notes: readonly string[];
  /** A sentence for what somebody has to do about the authority, if a certificate was made; to be logged at warn. */
  readonly warnings: readonly string[];
}

/** Whether the certificates are read for the first time, or while some of this folder are in use. */
export type Occasion = 'start' | 'reload';

const CERT_MODE = 0o644;
const KEY_MODE = 0o600;

/**
 * Gives the serving certificate of a folder, after making or renewing what is needed.
 *
 * A certificate is used again if it can be read, belongs to its key, is signed by the authority next to it, covers the
 * hosts and has more than a third of its life left. If it does not, or if its file holds garbage, it is renewed and a
 * note says why: these files are the injector's own, so there is nothing in them to lose. A renewed authority means a
 * renewed leaf, and a `caBundle` that has to be set again. Callers with the one before refuse all that follows, so an
 * authority is made or renewed at a start only. At a reload an old one goes on signing leaves while it is valid. Of two injectors that share a folder the later one wins; a
 * mix of both is renewed at the next call.
 *
 * @throws Error if `hosts` is empty, or if the folder or a file cannot be read or written; it says which, with a cause. At a
 * reload also if the authority is missing or unfit; no file is changed then.
 */
export async function keepCertificates(
  { dir, hosts, clock, jitter = 0 }: KeepOptions,
  occasion: Occasion = 'start',
): Promise<Kept> {
  if (hosts.length === 0) throw new Error('a serving certificate needs at least one host');
  const now = clock();
  const ca = await (occasion === 'start' ? startAuthority(dir, now) : authorityInUse(dir, now));
  const leaf = await keep(dir, 'tls', {
    fault: (found) => faultOfLeaf(found, { ca: ca.pair.cert, hosts, now, jitter }),
    issue: () => issueLeaf(ca.pair, hosts, stampAt(now)),
  });
  return {
    ...leaf.pair,
    ca: ca.pair.cert,
    notAfter: new Date(expiryTimestamp(leaf.pair.cert) * 1000),
    notes: [...ca.notes, ...leaf.notes],
    warnings: leaf.notes.length > 0 ? ca.warnings : [],
  };
}

interface Authority extends Step {
  readonly warnings: readonly string[];
}

async function startAuthority(dir: string, now: number): Promise<Authority> {
  await makeFolder(dir);
  const step = await keep(dir, 'ca', {
    fault: (found) => faultOfAuthority(found, now),
    issue: () => issueAuthority(stampAt(now)),
  });
  const warnings = step.notes.map(
    (note) => `${note}; the caBundle of the webhook configuration must be set (again)`,
  );
  return { ...step, warnings };
}

/** What a person has to do for another authority. */
const REMEDY =
  'restart the injector to make a new authority, and set the caBundle of the webhook configuration again';

/** @throws Error if it cannot sign a leaf that callers accept. */
async function authorityInUse(dir: string, now: number): Promise<Authority> {
  const { found, certFile, keyFile } = await find(dir, 'ca');
  if (!found) throw new Error(`${certFile} or ${keyFile} is missing; put it back, or ${REMEDY}`);
  const fault = faultOfAuthority(found, now);
  if (fault === undefined) return { pair: found, notes: [], warnings: [] };
  const sentence = `${certFile} ${fault}; ${REMEDY}`;
  if (!isMerelyOld(fault)) throw new Error(sentence);
  return { pair: found, notes: [], warnings: [sentence] };
}

const stampAt = (now: number): Stamp => ({ now, serial: serialOf(randomBytes(16)) });

async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new Error(`making the folder ${dir} for certificates`, { cause });
  }
}

interface Recipe {
  readonly fault: (found: Issued) => string | undefined;
  readonly issue: () => Promise<Issued>;
}

interface Step {
  readonly pair: Issued;
  readonly notes: readonly string[];
}

/** Reuses or makes one pair of files, `name`.crt and `name`.key. */
async function keep(dir: string, name: string, { fault, issue }: Recipe): Promise<Step> {
  const { found, certFile, keyFile } = await find(dir, name);
  const problem = found && fault(found);
  if (found && problem === undefined) return { pair: found, notes: [] };
  const pair = await issue();
  await writeWhole(keyFile, pair.key, KEY_MODE);
  await writeWhole(certFile, pair.cert, CERT_MODE);
  const note = found ? `renewed ${certFile}, which ${problem ?? ''}` : `made ${certFile}`;
  return { pair, notes: [note] };
}

interface Files {
  readonly certFile: string;
  readonly keyFile: string;
  /** What they hold, if both are there. */
  readonly found: Issued | undefined;
}

async function find(dir: string, name: string): Promise<Files> {
  const [certFile, keyFile] = [join(dir, `${name}.crt`), join(dir, `${name}.key`)];
  const cert = await readIfThere(certFile);
  const key = await readIfThere(keyFile);
  const found = cert === undefined || key === undefined ? undefined : { cert, key };
  return { certFile, keyFile, found };
}
