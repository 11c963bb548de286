/** What stands in an outline for the volume below; no DaemonSet's volume gets this name either, as it is taken. */
export const TOKEN_VOLUME = 'kube-api-access';

const MADE_UP = /^kube-api-access-[a-z0-9]{5}$/;

/**
 * Whether a volume's name is one that the API server's ServiceAccount plugin makes up. It does so anew for each pod,
 * before any webhook is called: with the name in its outline no pod would be like another.
 */
export const isTokenVolume = (name: string): boolean => MADE_UP.test(name);
