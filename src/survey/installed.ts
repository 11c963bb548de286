import type { KubernetesObject } from '../core/model/types.js';
import { valueOr, type Answer } from './answer.js';
import { listAt, stringMapAt, textAt, textsAt } from './raw.js';

/** What the installed injector was told, as far as its Deployment and its ConfigMap say it. */
export interface Installed {
  /** Its flags, by their names in the command line. */
  readonly flags: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** The files of its ConfigMap, by their names. */
  readonly files: Readonly<Record<string, string>>;
}

/** Where the injector was told its options. */
export interface InstalledObjects {
  readonly deployment: Answer<KubernetesObject>;
  readonly configMap: Answer<KubernetesObject>;
}

/** @returns undefined if there is no Deployment, or if it or its ConfigMap may not be read. */
export function installedOf({ deployment, configMap }: InstalledObjects): Installed | undefined {
  if (!('value' in deployment) || isRefused(configMap)) return undefined;
  const container = listAt(deployment.value, 'spec', 'template', 'spec', 'containers')[0];
  const variables = listAt(container, 'env').map(
    (entry) => [textAt(entry, 'name'), textAt(entry, 'value')] as const,
  );
  return {
    flags: flagsIn(textsAt(container, 'args')),
    env: Object.fromEntries(variables.filter(([, value]) => value !== '')),
    files: stringMapAt(valueOr(configMap, {}), 'data'),
  };
}

const isRefused = (answer: Answer<unknown>): boolean => 'why' in answer && answer.why !== 'absent';

/** `--name=value` and `--name value`. */
function flagsIn(args: readonly string[]): Readonly<Record<string, string>> {
  const pairs = args.flatMap((arg, i) => {
    const [, name, value] = /^--([a-z-]+)(?:=(.*))?$/s.exec(arg) ?? [];
    return name === undefined ? [] : [[name, value ?? args[i + 1] ?? ''] as const];
  });
  return Object.fromEntries(pairs);
}

/** The Secret that is mounted into the replicas, with the certificate that was given to them. */
export function mountedSecretOf(deployment: KubernetesObject): string | undefined {
  const names = listAt(deployment, 'spec', 'template', 'spec', 'volumes').map((volume) =>
    textAt(volume, 'secret', 'secretName'),
  );
  return names.find((name) => name !== '');
}
