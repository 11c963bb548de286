/** A Kubernetes version as far as features depend on it: 1.36 is 136. */
export type Version = number;

/** The first versions whose servers and kubelets have a feature switched on by default. */
export const EPHEMERAL_CONTAINERS_SINCE: Version = 125;
export const NATIVE_SIDECARS_SINCE: Version = 129;
export const POD_LEVEL_RESOURCES_SINCE: Version = 134;

/** @returns undefined for what is no version, as kwok's "fake". */
export function parseVersion(text: string | undefined): Version | undefined {
  const [, major, minor] = /^v?(\d{1,2})\.(\d{1,3})/.exec(text ?? '') ?? [];
  return major === undefined ? undefined : Number(major) * 100 + Number(minor);
}
