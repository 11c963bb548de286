import { list } from '../model/types.js';
import type { Container, PodSpec } from '../model/types.js';

/**
 * `env-host-ip`: the business finds the injected containers at the address of its own pod, since all share one
 * network, so variables that hold the host's address shall hold the pod's.
 */
const POD_FIELDS: Readonly<Record<string, string>> = {
  'status.hostIP': 'status.podIP',
  'status.hostIPs': 'status.podIPs',
};

/** One variable of a business container whose field is replaced; nothing else of it changes, nor does the order. */
export interface EnvRewrite {
  readonly list: 'containers' | 'initContainers';
  readonly container: number;
  readonly variable: number;
  readonly fieldPath: string;
}

/** @param isOurs tells an injected container from one of the business. */
export function envRewritesOf(
  spec: PodSpec,
  isOurs: (container: Container) => boolean,
): readonly EnvRewrite[] {
  return (['initContainers', 'containers'] as const).flatMap((field) =>
    list(spec[field]).flatMap((container, index) =>
      isOurs(container)
        ? []
        : rewritesIn(container).map((rewrite) => ({ list: field, container: index, ...rewrite })),
    ),
  );
}

const rewritesIn = ({ env }: Container): readonly Pick<EnvRewrite, 'variable' | 'fieldPath'>[] =>
  list(env).flatMap(({ valueFrom }, variable) => {
    const fieldPath = POD_FIELDS[valueFrom?.fieldRef?.fieldPath ?? ''];
    return fieldPath === undefined ? [] : [{ variable, fieldPath }];
  });
