import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { net, ports } from './places.js';
import { run } from './shell.js';

/** Who talks to the API server: the user, and its groups. Tokens spare a certificate for each. */
const USERS = {
  admin: ['admin', 'system:masters'],
  'controller-manager': ['system:kube-controller-manager', ''],
  scheduler: ['system:kube-scheduler', ''],
} as const;

export type User = keyof typeof USERS;

/** Where the API server listens. */
export const API = `https://${net.controlPlane}:${ports.api}`;

export interface Credentials {
  readonly ca: string;
  /** Serves the API server and the kubelets, and is what the API server shows to kubelets. */
  readonly cert: string;
  readonly key: string;
  /** Signs the tokens of ServiceAccounts. */
  readonly signer: string;
  /** `token,user,uid,"groups"` by the line. */
  readonly tokens: string;
  readonly kubeconfig: Readonly<Record<User, string>>;
}

/** The files of a cluster's credentials, made or not. */
export function credentialsIn(folder: string): Credentials {
  const file = (name: string): string => join(folder, 'pki', name);
  return {
    ca: file('ca.crt'),
    cert: file('server.crt'),
    key: file('server.key'),
    signer: file('signer.key'),
    tokens: file('tokens.csv'),
    kubeconfig: {
      admin: join(folder, 'admin.conf'),
      'controller-manager': file('controller-manager.conf'),
      scheduler: file('scheduler.conf'),
    },
  };
}

/** Makes what is not there. */
export async function makeCredentials(folder: string): Promise<Credentials> {
  const made = credentialsIn(folder);
  if (existsSync(made.kubeconfig.admin)) return made;
  mkdirSync(join(folder, 'pki'), { recursive: true, mode: 0o700 });
  await makeCertificates(made, join(folder, 'pki', 'ca.key'));
  writeUsers(made);
  return made;
}

async function makeCertificates(
  { ca, cert, key, signer }: Credentials,
  caKey: string,
): Promise<void> {
  const x509 = (...args: string[]): Promise<string> =>
    run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-noenc', '-days', '365', ...args]);
  const names = ['localhost', 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc'];
  const addresses = ['127.0.0.1', net.apiService, net.controlPlane];
  const hosts = [...names.map((name) => `DNS:${name}`), ...addresses.map((ip) => `IP:${ip}`)];
  await x509('-subj', '/CN=test-cluster', '-keyout', caKey, '-out', ca);
  await x509(
    ...['-CA', ca, '-CAkey', caKey, '-subj', '/O=system:masters/CN=kube-apiserver'],
    ...['-addext', `subjectAltName=${hosts.join(',')}`],
    ...['-addext', 'extendedKeyUsage=serverAuth,clientAuth'],
    ...['-addext', 'basicConstraints=critical,CA:FALSE', '-keyout', key, '-out', cert],
  );
  await run('openssl', ['genrsa', '-out', signer, '2048']);
}

function writeUsers({ ca, tokens, kubeconfig }: Credentials): void {
  const lines: string[] = [];
  for (const [name, [user, group]] of Object.entries(USERS)) {
    const token = randomBytes(16).toString('hex');
    lines.push(`${token},${user},${name},"${group}"`);
    const config = kubeconfigOf(readFileSync(ca), token);
    writeFileSync(kubeconfig[name as User], JSON.stringify(config), { mode: 0o600 });
  }
  writeFileSync(tokens, `${lines.join('\n')}\n`, { mode: 0o600 });
}

const kubeconfigOf = (ca: Buffer, token: string): object => ({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [
    { name: 'test', cluster: { server: API, 'certificate-authority-data': ca.toString('base64') } },
  ],
  users: [{ name: 'user', user: { token } }],
  contexts: [{ name: 'test', context: { cluster: 'test', user: 'user' } }],
  'current-context': 'test',
});
