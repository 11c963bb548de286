import { list } from '../model/types.js';
import type { Container, EnvVar, PodSpec } from '../model/types.js';
import type { InjectionRecord } from '../record/record.js';

/**
 * `env-host-ip`: the business finds the injected containers at the address of its own pod, since all share one
 * network, so variables that hold the host's address shall hold the pod's.
 */
const POD_FIELDS: ReadonlyMap<string, string> = new Map([
  ['status.hostIP', 'status.podIP'],
  ['status.hostIPs', 'status.podIPs'],
]);

const HOST_FIELDS: ReadonlyMap<string, string> = new Map(
  [...POD_FIELDS].map(([host, pod]) => [pod, host]),
);

/** One variable of a business container whose field is replaced; nothing else of it changes, nor does the order. */
export interface EnvRewrite {
  readonly list: 'containers' | 'initContainers';
  readonly container: number;
  readonly variable: number;
  readonly fieldPath: string;
}

/**
 * Of variables of one name only the last counts at run time. Only that one is rewritten, so that container and name say
 * which it was; another one may be the business's own, with the address of its pod.
 *
 * @returns the index of the last variable of each name.
 */
export const lastOfEach = (env: Container['env']): ReadonlyMap<string, number> =>
  new Map(list(env).map(({ name }, index) => [name, index]));

/** @param isOurs tells an injected container from one of the business. */
export const envRewritesOf = (
  spec: PodSpec,
  isOurs: (container: Container) => boolean,
): readonly EnvRewrite[] =>
  rewritesOf(spec, ({ valueFrom }, container) =>
    isOurs(container) ? undefined : POD_FIELDS.get(valueFrom?.fieldRef?.fieldPath ?? ''),
  );

/** Gives the host's address back to variables that an earlier pass rewrote, when nothing is injected any more. */
export function envRestoresOf(
  spec: PodSpec,
  record: InjectionRecord | undefined,
): readonly EnvRewrite[] {
  const rewritten = new Set(
    list(record?.env).flatMap(({ container, names }) =>
      names.map((name) => `${container}/${name}`),
    ),
  );
  return rewritesOf(spec, ({ name, valueFrom }, container) =>
    rewritten.has(`${container.name}/${name}`)
      ? HOST_FIELDS.get(valueFrom?.fieldRef?.fieldPath ?? '')
      : undefined,
  );
}

/** @param fieldFor yields the field that a variable shall have, or undefined to leave it. */
function rewritesOf(
  spec: PodSpec,
  fieldFor: (variable: EnvVar, container: Container) => string | undefined,
): readonly EnvRewrite[] {
  return (['initContainers', 'containers'] as const).flatMap((field) =>
    list(spec[field]).flatMap((container, index) => {
      const last = lastOfEach(container.env);
      return list(container.env).flatMap((entry, variable) => {
        const fieldPath = fieldFor(entry, container);
        return fieldPath === undefined || last.get(entry.name) !== variable
          ? []
          : [{ list: field, container: index, variable, fieldPath }];
      });
    }),
  );
}
