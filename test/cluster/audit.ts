import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cluster } from './cluster.js';

/** What the API server writes down: calls of the injector that change something, a line of JSON each. */
const POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    {
      level: 'Metadata',
      users: ['system:serviceaccount:ds-injector-system:ds-injector'],
      verbs: ['create', 'update', 'patch', 'delete', 'deletecollection'],
    },
    { level: 'None' },
  ],
};

/** The file of those lines. */
export const auditLog = ({ folder }: Pick<Cluster, 'folder'>): string =>
  join(folder, 'logs', 'audit.log');

/** Writes the policy. @returns the API server's flags for it. */
export function auditFlags(cluster: Pick<Cluster, 'folder'>): Readonly<Record<string, string>> {
  const policy = join(cluster.folder, 'audit-policy.json');
  writeFileSync(policy, JSON.stringify(POLICY));
  return { 'audit-policy-file': policy, 'audit-log-path': auditLog(cluster) };
}
