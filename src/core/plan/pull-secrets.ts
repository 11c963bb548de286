import type { PodSpec } from '../model/types.js';
import type { Context } from './context.js';

/**
 * The image pull secrets to add. The API server gives a pod those of its ServiceAccount only while the pod names
 * none, so where ours would be the first, the ServiceAccount's come along.
 */
export function pullSecretsOf(contexts: readonly Context[]): readonly string[] {
  const [first] = contexts;
  if (first === undefined) return [];
  const present = namesIn(first.subject.spec);
  const wanted = contexts.flatMap(wantedBy);
  if (wanted.length === 0) return [];
  const inherited = present.length === 0 ? ofServiceAccount(first) : [];
  return [...new Set([...inherited, ...wanted])].filter((name) => !present.includes(name));
}

function wantedBy(context: Context): readonly string[] {
  const { subject, blueprint, warn } = context;
  const names = namesIn(blueprint.spec);
  for (const name of names) {
    if (subject.world.find('Secret', subject.namespace, name) === undefined) {
      warn('config_assumed', `image pull Secret ${subject.namespace}/${name} is assumed to exist`);
    }
  }
  return names;
}

function ofServiceAccount({ subject, warn }: Context): readonly string[] {
  const name = subject.spec.serviceAccountName ?? 'default';
  const account = subject.world.find('ServiceAccount', subject.namespace, name);
  if (account === undefined) {
    warn(
      'service_account_assumed',
      `ServiceAccount ${subject.namespace}/${name} is not known and assumed to have no image pull secrets`,
    );
  }
  return namesIn(account as PodSpec | undefined);
}

/** A ServiceAccount of the World has not been checked, so its list may be anything. */
function namesIn(holder: Pick<PodSpec, 'imagePullSecrets'> | undefined): readonly string[] {
  const secrets: unknown = holder?.imagePullSecrets;
  if (!Array.isArray(secrets)) return [];
  return secrets
    .map((secret) => (secret as { name?: unknown } | null)?.name)
    .filter((name): name is string => typeof name === 'string' && name !== '');
}
